"""A real history replayed with live playbooks. Nobody in it ever got a message: the truth is zero."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from pathlib import Path
from typing import Any

from okaeri.customers import api as customers
from okaeri.customers.types import ConsentBasis
from okaeri.foundation import clock
from okaeri.foundation.clock import SimulatedClock
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse
from okaeri.foundation.work.loop import WorkLoop
from okaeri.insight import api as insight
from okaeri.insight.types import Depth
from okaeri.intake import api as intake
from okaeri.intake.types import OrderIn
from okaeri.project import startup, wiring
from okaeri_simulator import report
from okaeri_simulator.demo import Step, evaluate, hurry_disk, save_profile, start_playbooks
from okaeri_simulator.live import HOURS, REFRESH_EVERY_DAYS
from okaeri_simulator.sources.source import Progress, Source

_NO_LIVE_DAYS = Text(
    "--live-from は最後の注文({last})より前の日にしてください。",
    "--live-from must lie before the last order ({last}).",
)
_CONSENT_NOTE = (
    "Replay of a past order history: no message leaves this machine; addresses are placeholders."
)


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """From which shop-local day the playbooks live, and which share (0..1) they leave out."""

    live_from: date
    holdout_share: float = 0.10


def run_replay(planned: ReplayPlan, source: Source, folder: Path, step: Step) -> dict[str, Any]:
    """Replay `source` in a prepared, empty shop; gives the report. `folder` keeps the history file."""
    started = time.monotonic()
    if planned.live_from > source.last_day:
        raise InputError(_NO_LIVE_DAYS.format(last=source.last_day))
    moving = SimulatedClock(_instant(source, planned.live_from, 0))
    clock.set_clock(moving)
    hurry_disk()
    save_profile(
        {
            "shop.name": source.name,
            "shop.sender_name": source.name,
            "shop.sender_email": "replay@okaeri.example",
            "shop.postal_address": "Replay of a past history; nothing leaves this machine",
            "shop.contact": "replay@okaeri.example",
            "shop.currency": source.currency,
            "shop.time_zone": source.zone.key,
        }
    )
    loop = wiring.build_loop()
    with step(Text("これまでの注文を取り込み", "Importing the history")) as progress:
        history = source.import_history(folder, planned.live_from, progress)
        loop.run_until_idle()
        _make_reachable()
    imported = time.monotonic()
    start_playbooks(planned.holdout_share)
    with step(Text("お店の毎日", "Living day by day")) as progress:
        recorded = _live(planned, source, moving, loop, progress)
    lived = time.monotonic()
    with step(Text("分析と効果検証", "Analysis and proof")):
        evaluations = evaluate(source.last_day)
    startup.freeze_clock(moving.now())
    about = {
        "live_from": planned.live_from.isoformat(),
        "customers": customers.count_customers(),
        "orders_of_history": history,
        "orders_recorded_live": recorded,
        "figures": dict(source.figures),
        "seconds": {
            "history": round(imported - started, 1),
            "live": round(lived - imported, 1),
            "total": round(time.monotonic() - started, 1),
        },
    }
    claims = [report.claim_of(evaluation, 0.0, 0.0) for evaluation in evaluations]
    return report.collect(source.last_day, claims, about)


def _instant(source: Source, day: date, hour: int) -> datetime:
    return datetime.combine(day, wall_time(hour), source.zone).astimezone(UTC)


def _live(
    planned: ReplayPlan, source: Source, moving: SimulatedClock, loop: WorkLoop, progress: Progress
) -> int:
    coming = _Coming(source.live_orders(planned.live_from))
    days = (source.last_day - planned.live_from).days + 1
    recorded = 0
    with wiring.open_shop_warehouse() as warehouse:
        for place in range(days):
            day = planned.live_from + timedelta(days=place)
            if place % REFRESH_EVERY_DAYS == 0:
                _refresh(day, warehouse)
            for hour in HOURS:
                moving.move_to(_instant(source, day, hour))
                recorded += _tick(coming, loop)
            progress(place + 1, days)
        moving.move_to(_instant(source, source.last_day + timedelta(days=1), 0) - _BLINK)
        recorded += _tick(coming, loop)
    return recorded


_BLINK = timedelta(seconds=1)


def _refresh(day: date, warehouse: Warehouse) -> None:
    insight.refresh(warehouse=warehouse, as_of=day, depth=Depth.CLASSES)


def _tick(coming: "_Coming", loop: WorkLoop) -> int:
    """Record what was ordered until now, make new people reachable, then do what is due."""
    now = clock.now()
    orders = coming.until(now)
    if orders:
        intake.record_orders(orders)
        while customers.resolve_new_parties(now):
            pass
        _make_reachable()
    loop.run_until_idle()
    return len(orders)


def _make_reachable() -> None:
    customers.give_placeholder_addresses()
    customers.assume_consent(
        channel="email",
        basis=ConsentBasis.BUSINESS_RELATIONSHIP,
        source="replay",
        note=_CONSENT_NOTE,
    )


class _Coming:
    """Orders that lie in the future, given out as time passes."""

    def __init__(self, orders: Iterator[OrderIn]) -> None:
        self._orders = orders
        self._next = next(orders, None)

    def until(self, now: datetime) -> list[OrderIn]:
        """Give the orders placed by `now` that were not given yet."""
        found = []
        while self._next is not None and self._next.ordered_at <= now:
            found.append(self._next)
            self._next = next(self._orders, None)
        return found
