"""What the engine knows about one walk when it decides, as plain values."""

from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from okaeri.customers.attribute_types import Answer
from okaeri.insight.types import CustomerInsightView, Stage


class Walk(NamedTuple):
    """One enrolment as the engine sees it (a row of `plan.models.Enrolment`)."""

    id: int
    customer_id: int
    node: str
    state: str
    due_at: datetime
    arrived_at: datetime
    # UTC day of `Enrolment.entered_at`.
    entered_on: date
    anchor_on: date
    trigger_order_id: int | None
    trigger_on: date
    is_held_out: bool
    exit_reason: str = ""
    ended_at: datetime | None = None

    def standing_at(self, node: str, since: datetime, until: datetime, anchor_on: date) -> "Walk":
        """Give the walk at a node since `since`, due again at `until`."""
        return Walk(
            self.id,
            self.customer_id,
            node,
            self.state,
            until,
            since,
            self.entered_on,
            anchor_on,
            self.trigger_order_id,
            self.trigger_on,
            self.is_held_out,
        )


ALL_FACTS = frozenset(
    {
        *("purchases", "insight", "satisfaction", "complaint", "payments", "prices"),
        *("subscription", "run_out"),
    }
)


# How a step asks for the answers to one question: "attribute:skin_type".
ATTRIBUTE = "attribute:"
# How a step asks whether somebody is in a segment: "segment:12".
SEGMENT = "segment:"
# How a step asks whether a coupon can be given: "coupon:next10".
COUPON = "coupon:"


class Facts(NamedTuple):
    """What is known of the person at the moment of deciding.

    `goal_number` tells which purchase of the person was the first one after the trigger (None: none
    yet); `is_void` says that the order which started the walk was cancelled; `anchor_on` is counted
    anew from the order. `sales_templates` are the contents that sell; `has_open_complaint` says that
    nobody has dealt with the person's low score, complaint or wish to cancel or pause yet.
    """

    zone: ZoneInfo
    anchor_on: date
    loaded: frozenset[str] = frozenset()
    goal_number: int | None = None
    is_void: bool = False
    purchase_count: int = 0
    order_net_minor: int | None = None
    satisfaction: int | None = None
    insight: CustomerInsightView | None = None
    sales_templates: frozenset[str] = frozenset()
    has_open_complaint: bool = False
    # Some order of his is past its day of payment.
    has_unpaid_orders: bool = False
    # A trend customer most of whose orders had a discount (流行客・値引き依存).
    depends_on_discounts: bool = False
    # A subscription brings him what the walk's order held, so that need not be ordered again.
    is_subscribed: bool = False
    # From the anchor until the walk's order is used up (its dearest product), where the shop says how
    # long that lasts; and the days between two purchases of it by anybody, where enough came back.
    use_days: int | None = None
    product_cycle_days: float | None = None
    # Known of walks only that end when the cart is empty.
    is_cart_empty: bool = False
    # His freshness fell into its lowest band; looked up after an analysis for walks that end by it.
    is_lost: bool = False
    # Key and answer of what a branch asked for, by key; what is not known is absent.
    attributes: tuple[tuple[str, Answer], ...] = ()
    # Those of the segments a step asked for that he is in, by their numbers.
    segments: frozenset[int] = frozenset()
    # Keys of the coupons, of those asked for, that he can still get.
    coupons: frozenset[str] = frozenset()

    # He was one of the best until lately (`insight.api.last_vip_day`); known with `insight`.
    is_in_vip_grace: bool = False

    @property
    def is_vip(self) -> bool | None:
        """Whether he is treated as one of the best: a prime customer, not lapsed, or lately one, who owes
        nothing.

        None while no analysis knows him.
        """
        if self.insight is None:
            return None
        is_prime = self.insight.stage == Stage.PRIME and not self.insight.is_lapsed
        return (is_prime or self.is_in_vip_grace) and not self.has_unpaid_orders

    def answer(self, key: str) -> Answer | None:
        """Give the person's answer to one question, None where it is not known."""
        return next((value for name, value in self.attributes if name == key), None)
