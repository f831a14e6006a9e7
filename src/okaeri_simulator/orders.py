"""One order of the made-up shop, and how it looks to the product on a given day."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from okaeri.intake.types import LineIn, OrderIn
from okaeri_simulator.goods import CATALOGUE
from okaeri_simulator.people import Person
from okaeri_simulator.seasons import ZONE


class Fate(StrEnum):
    """What becomes of an order some days after it was placed."""

    KEPT = "kept"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    PARTLY_REFUNDED = "partly_refunded"


# Days after the order on which its fate is known.
FATE_DAYS = {Fate.CANCELLED: 1, Fate.RETURNED: 12, Fate.PARTLY_REFUNDED: 9}
SHIPPING_FREE_FROM = 5_000
SHIPPING_YEN = 550


@dataclass(frozen=True, slots=True)
class Cause:
    """The message that made a person order, and the walk through a playbook it belonged to.

    `trigger_order_no` is his last order when that walk began ("" if none), so that the chain of causes
    can be followed back. `assigned_at` is when he first entered the playbook: from there on the
    experiment counts.
    """

    playbook: str
    message_id: int
    content_kind: str
    trigger_order_no: str
    assigned_at: datetime


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order as its person means it. `basket` is ((sku, quantity), ...)."""

    person_no: int
    ordered_at: datetime
    basket: tuple[tuple[str, int], ...]
    discount: int = 0
    subscription_no: str = ""
    delivery_no: int | None = None
    fate: Fate = Fate.KEPT
    cause: Cause | None = field(default=None, compare=False)

    @property
    def ordered_on(self) -> date:
        return self.ordered_at.astimezone(ZONE).date()

    @property
    def shipped_on(self) -> date:
        return self.ordered_on + timedelta(days=1)

    @property
    def delivered_on(self) -> date:
        return self.ordered_on + timedelta(days=2)

    @property
    def lines_yen(self) -> int:
        return sum(CATALOGUE[sku].price * quantity for sku, quantity in self.basket)

    @property
    def fate_on(self) -> date | None:
        days = FATE_DAYS.get(self.fate)
        return None if days is None else self.ordered_on + timedelta(days=days)

    @property
    def days_of_change(self) -> tuple[date, ...]:
        """The days on which the shop writes something new about this order."""
        days = {self.shipped_on}
        if self.fate_on is not None:
            days.add(self.fate_on)
        if self.fate is Fate.CANCELLED:
            days.discard(self.shipped_on)
            days.add(self.ordered_on + timedelta(days=1))
        return tuple(sorted(days))

    def net_yen_on(self, day: date) -> int:
        """What it is worth as merchandise by what is known on `day`; 0 once cancelled or returned."""
        order = as_order_status(self, day)
        if order != "accepted":
            return 0
        return self.lines_yen - self.discount - _refunded_yen(self, day)


def as_order_status(purchase: Purchase, day: date) -> str:
    """Give the status the shop's cart shows on `day` (a value of intake's `Order.Status`)."""
    is_known = purchase.fate_on is not None and day >= purchase.fate_on
    if is_known and purchase.fate is Fate.CANCELLED:
        return "cancelled"
    if is_known and purchase.fate is Fate.RETURNED:
        return "returned"
    return "accepted"


def _refunded_yen(purchase: Purchase, day: date) -> int:
    is_known = purchase.fate_on is not None and day >= purchase.fate_on
    if not is_known:
        return 0
    if purchase.fate is Fate.PARTLY_REFUNDED:
        return CATALOGUE[purchase.basket[0][0]].price // 2
    return 0


def as_order(purchase: Purchase, person: Person, order_no: str, source: str, day: date) -> OrderIn:
    """Give the order as the shop's cart knows it at the end of `day`."""
    lines = tuple(_as_line(sku, quantity) for sku, quantity in purchase.basket)
    lines_yen = sum(line.amount_minor for line in lines)
    paid = lines_yen - purchase.discount
    shipping = 0 if paid >= SHIPPING_FREE_FROM or purchase.subscription_no else SHIPPING_YEN
    status = as_order_status(purchase, day)
    is_shipped = day >= purchase.shipped_on and status != "cancelled"
    return OrderIn(
        source=source,
        order_no=order_no,
        ordered_at=purchase.ordered_at,
        status=status,
        party=person.party_on(purchase.ordered_on),
        lines=lines,
        discount_minor=purchase.discount,
        shipping_minor=shipping,
        refunded_minor=_refunded_yen(purchase, day),
        total_minor=paid + shipping,
        currency="JPY",
        subscription_no=purchase.subscription_no,
        delivery_no=purchase.delivery_no,
        media_code=person.media_code,
        shipped_on=purchase.shipped_on if is_shipped else None,
        delivered_on=purchase.delivered_on if is_shipped else None,
    )


def _as_line(sku: str, quantity: int) -> LineIn:
    good = CATALOGUE[sku]
    return LineIn(sku, good.name, quantity, good.price, good.price * quantity)
