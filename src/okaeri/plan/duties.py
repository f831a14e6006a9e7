"""What the worker does for plan: let people in, and move those whose time has come."""

from datetime import datetime

from okaeri.foundation.work.loop import Duty
from okaeri.plan.actions.advance import advance_due
from okaeri.plan.actions.carts import enrol_from_carts
from okaeri.plan.actions.enrol import enrol_from_orders, enrol_from_state
from okaeri.plan.actions.forms import ask_to_confirm, forget_unconfirmed, settle_entries
from okaeri.plan.actions.lost import wake_lost
from okaeri.plan.actions.run_outs import enrol_from_run_outs
from okaeri.plan.actions.segments import enrol_from_segments
from okaeri.plan.actions.together import follow_merges


def duties(*, batch: int = 5000) -> tuple[Duty, ...]:
    """Give plan's duties in their order; `batch` bounds one run of each."""

    def look_at_orders(now: datetime) -> int:
        return enrol_from_orders(now, batch)

    def look_at_carts(now: datetime) -> int:
        return enrol_from_carts(now, batch)

    def ask(now: datetime) -> int:
        return ask_to_confirm(now, batch)

    def settle(now: datetime) -> int:
        return settle_entries(now, batch)

    def move(now: datetime) -> int:
        return advance_due(now, batch)

    return (
        Duty("plan.follow_merges", follow_merges),
        Duty("plan.ask_to_confirm", ask),
        Duty("plan.settle_entries", settle),
        Duty("plan.forget_unconfirmed", forget_unconfirmed),
        Duty("plan.enrol_from_orders", look_at_orders),
        Duty("plan.enrol_from_carts", look_at_carts),
        Duty("plan.enrol_from_state", enrol_from_state),
        Duty("plan.enrol_from_run_outs", enrol_from_run_outs),
        Duty("plan.enrol_from_segments", enrol_from_segments),
        Duty("plan.wake_lost", wake_lost),
        Duty("plan.advance", move),
    )
