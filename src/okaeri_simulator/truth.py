"""The simulator's own ledger: which orders a message made, and so what every playbook truly did.

A caused order counts for its playbook and for every playbook further up its chain: a message made a
second order, that order started the next playbook, whose message made a third order. The truth for
a playbook is what such orders brought inside its window, per treated customer.

What this leaves out is second-order: an early second order also moves the next playbook's mails
forward in time, so a few of them are not new but only earlier. With the effects used here that is
below two per cent of the effect.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from okaeri_simulator.orders import Purchase


@dataclass(frozen=True, slots=True)
class CausedOrder:
    """One order that would not exist without a message.

    `ancestry` is ((playbook, instant its person was assigned there), ...), nearest first, each once.
    """

    order_no: str
    person_no: int
    ordered_at: datetime
    net_yen: int
    message_id: int
    ancestry: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """What one playbook truly did to the customers it treated, per treated customer."""

    playbook: str
    window_days: int
    treated: int
    orders: int
    net_yen: int

    @property
    def orders_each(self) -> float:
        return self.orders / self.treated if self.treated else 0.0

    @property
    def net_yen_each(self) -> float:
        return self.net_yen / self.treated if self.treated else 0.0


class TruthLedger:
    """Keeps caused orders and follows their chains."""

    def __init__(self) -> None:
        self._caused: dict[str, CausedOrder] = {}

    @property
    def caused_orders(self) -> tuple[CausedOrder, ...]:
        return tuple(self._caused.values())

    def record_order(self, order_no: str, purchase: Purchase, as_of: date) -> None:
        """Remember an order if a message made it; others are the person's own."""
        cause = purchase.cause
        if cause is None:
            return
        ancestry = [(cause.playbook, cause.assigned_at)]
        before = self._caused.get(cause.trigger_order_no)
        for playbook, assigned_at in before.ancestry if before else ():
            if all(playbook != known for known, _ in ancestry):
                ancestry.append((playbook, assigned_at))
        self._caused[order_no] = CausedOrder(
            order_no=order_no,
            person_no=purchase.person_no,
            ordered_at=purchase.ordered_at,
            net_yen=purchase.net_yen_on(as_of),
            message_id=cause.message_id,
            ancestry=tuple(ancestry),
        )

    def truth_of(self, playbook: str, *, window_days: int, treated: int, until: datetime) -> Truth:
        """Sum what counts for `playbook`: orders after the assignment, inside the window, not later
        than `until`.
        """
        counted = [
            order
            for order in self._caused.values()
            for name, assigned_at in order.ancestry
            if name == playbook and _is_inside(order.ordered_at, assigned_at, window_days, until)
        ]
        return Truth(
            playbook=playbook,
            window_days=window_days,
            treated=treated,
            orders=len(counted),
            net_yen=sum(order.net_yen for order in counted),
        )

    def write(self, path: Path, about: Mapping[str, Any], truths: Mapping[str, Truth]) -> None:
        """Write everything as one JSON file."""
        document = {
            **about,
            "experiments": {
                key: {
                    **asdict(truth),
                    "orders_each": truth.orders_each,
                    "net_yen_each": truth.net_yen_each,
                }
                for key, truth in truths.items()
            },
            "caused_orders": [asdict(order) for order in self._caused.values()],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            json.dumps(document, ensure_ascii=False, indent=1, default=str), encoding="utf-8"
        )


def _is_inside(
    ordered_at: datetime, assigned_at: datetime, window_days: int, until: datetime
) -> bool:
    ends_at = min(assigned_at + timedelta(days=window_days), until)
    return assigned_at < ordered_at <= ends_at
