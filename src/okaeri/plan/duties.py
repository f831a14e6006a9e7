"""What the worker does for plan: let people in, and move those whose time has come."""

from datetime import datetime

from okaeri.foundation.work.loop import Duty
from okaeri.plan.actions.advance import advance_due
from okaeri.plan.actions.enrol import enrol_from_orders, enrol_from_state


def duties(*, batch: int = 5000) -> tuple[Duty, ...]:
    """Give plan's duties in their order; `batch` bounds one run of each."""

    def look_at_orders(now: datetime) -> int:
        return enrol_from_orders(now, batch)

    def move(now: datetime) -> int:
        return advance_due(now, batch)

    return (
        Duty("plan.enrol_from_orders", look_at_orders),
        Duty("plan.enrol_from_state", enrol_from_state),
        Duty("plan.advance", move),
    )
