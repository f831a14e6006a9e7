"""Give a coupon."""

from typing import ClassVar

from pydantic import Field

from okaeri.foundation.text import Text
from okaeri.plan.domain.facts import COUPON, Facts
from okaeri.plan.journeys.step import GiveCoupon, Go, Moment, Outcome, Step


class Coupon(Step):
    """`offer` is the key of a coupon of the shop; everybody gets one of his own, people held out none.

    Whoever had this coupon before, or owes for an order past its day, gets none; the letters behind
    it that show a coupon are then not sent.
    """

    kind: ClassVar[str] = "coupon"
    offer: str = Field(pattern=r"^[a-z][a-z0-9_]{1,38}$")

    def advance(self, moment: Moment) -> Outcome:
        if moment.walk.is_held_out:
            return Go(moment.planned_at, "held_out", {"code": "grant_held_out"})
        if moment.facts.has_unpaid_orders:
            return Go(moment.planned_at, "skipped", {"code": "coupon_unpaid", "offer": self.offer})
        if self.offer not in moment.facts.coupons:
            return Go(moment.planned_at, "skipped", {"code": "no_coupon", "offer": self.offer})
        why = {"code": "coupon_given", "offer": self.offer}
        return Go(moment.planned_at, "granted", why, GiveCoupon(moment.node, self.offer))

    def needs_to_know(self, facts: Facts) -> frozenset[str]:
        return frozenset({"payments", f"{COUPON}{self.offer}"})

    def label(self) -> Text:
        return Text("クーポン「{offer}」を贈る", 'Give the coupon "{offer}"').format(
            offer=self.offer
        )
