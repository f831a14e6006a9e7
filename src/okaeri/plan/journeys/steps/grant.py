"""Give points."""

from typing import ClassVar

from pydantic import Field

from okaeri.foundation.text import Text
from okaeri.plan.domain.facts import Facts
from okaeri.plan.journeys.step import Go, GrantPoints, Moment, Outcome, Step


class Grant(Step):
    """`points` to give and the `reason` the ledger keeps; people held out get none.

    Whoever owes for an order past its day gets nothing, held out or not (domain row Q-21), nor does a
    trend customer who depends on discounts (row C-08).
    """

    kind: ClassVar[str] = "grant"
    points: int = Field(ge=1, le=1_000_000)
    reason: str = Field(min_length=1, max_length=100)

    def advance(self, moment: Moment) -> Outcome:
        if moment.facts.has_unpaid_orders:
            return Go(moment.planned_at, "skipped", {"code": "unpaid"})
        if moment.facts.depends_on_discounts:
            return Go(moment.planned_at, "skipped", {"code": "discount_dependent"})
        if moment.walk.is_held_out:
            return Go(moment.planned_at, "held_out", {"code": "grant_held_out"})
        command = GrantPoints(moment.node, self.points, self.reason)
        why = {"code": "granted", "points": self.points}
        return Go(moment.planned_at, "granted", why, command)

    def needs_to_know(self, facts: Facts) -> frozenset[str]:
        return frozenset({"payments", "prices"})

    def label(self) -> Text:
        return Text("{n}ポイント贈る", "Give {n} points").format(n=self.points)
