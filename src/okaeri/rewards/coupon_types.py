"""What crosses rewards' border about coupons. Amounts are whole numbers of the smallest unit."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text


class CouponKind(StrEnum):
    """What `value` of an offer means: hundredths of the amount, or money."""

    PERCENT = "percent"
    AMOUNT = "amount"


class CouponState(StrEnum):
    """Where a coupon stands at an instant; expired is never stored, it follows from the clock."""

    ISSUED = "issued"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Place(StrEnum):
    """Who told us that a coupon was used: a program (a till) by the API, or an order that came in."""

    API = "api"
    ORDER = "order"


STATE_NAMES: dict[str, Text] = {
    "issued": Text("使えます", "Ready to use"),
    "redeemed": Text("使用済み", "Used"),
    "expired": Text("期限切れ", "Expired"),
    "withdrawn": Text("取り消し", "Withdrawn"),
}


NO_SALE_ITEMS = Text("セール品は対象外です。", "Sale items are excluded.")


@dataclass(frozen=True, slots=True)
class OfferIn:
    """A coupon as staff describe it; the defaults are 10 %, single use, 30 days (domain row K-02).

    `minimum_minor` is what goods including tax must come to; `conditions` is told to people, not
    checked here ("sale items excluded" is for the till or cart, which knows its sale items).
    """

    key: str
    name: Text
    kind: CouponKind = CouponKind.PERCENT
    value: int = 10
    minimum_minor: int = 0
    valid_days: int = 30
    conditions: Text = NO_SALE_ITEMS


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer and what became of its coupons; `reward` says what it gives (10%引き / 10% off)."""

    key: str
    name: Text
    kind: CouponKind
    value: int
    reward: Text
    minimum_minor: int
    valid_days: int
    conditions: Text
    created_at: datetime
    stopped_at: datetime | None
    withdrawn_at: datetime | None
    issued: int = 0
    redeemed: int = 0
    expired: int = 0
    withdrawn: int = 0
    # What redeemed coupons took off, where whoever redeemed them told the amount.
    discount_minor: int = 0


@dataclass(frozen=True, slots=True)
class CouponView:
    """One issued coupon as it stands at an instant. `valid_until` is its last day in the shop.

    `code` is "" where it can no longer be shown (the person was erased); `last4` always stays.
    """

    id: int
    offer_key: str
    name: Text
    reward: Text
    kind: CouponKind
    value: int
    minimum_minor: int
    conditions: Text
    customer_id: int
    code: str
    last4: str
    state: CouponState
    issued_at: datetime
    valid_until: date
    redeemed_at: datetime | None

    @property
    def is_usable(self) -> bool:
        """Whether a till would take it."""
        return self.state is CouponState.ISSUED

    @property
    def state_name(self) -> Text:
        """Say the state in words."""
        return STATE_NAMES[self.state]


@dataclass(frozen=True, slots=True)
class RedemptionView:
    """One use of a coupon; `reversed_at` is set once it was taken back."""

    id: int
    coupon_id: int
    place: Place
    reference: str
    amount_minor: int | None
    discount_minor: int | None
    redeemed_at: datetime
    reversed_at: datetime | None


def code_in_groups(code: str) -> str:
    """Give a code as people read it: ABCD-EFGH-JKMN-PQRS."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


class CouponFor(NamedTuple):
    """One person to get a coupon. `issued_for` says what for ("walk:12"), so that letters find it."""

    customer_id: int
    key: str
    issued_for: str = ""


class CouponRefusedError(InputError):
    """A coupon that exists cannot be used now; `code` is coupon_used, _expired, _withdrawn, _minimum."""

    def __init__(self, code: str, message: Text) -> None:
        super().__init__(message)
        self.code = code
