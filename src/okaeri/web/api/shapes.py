"""What the API answers, field by field; amounts are whole numbers of the smallest unit."""

from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

from ninja import Schema
from pydantic import Field

from okaeri.intake.api import (
    MOST_ITEMS,
    CallBody,
    CustomerBody,
    InquiryBody,
    OrderBody,
    ProductBody,
    ReviewBody,
    SubscriptionBody,
    SurveyAnswerBody,
)

Item = TypeVar("Item")


class Items(Schema, Generic[Item]):
    """One to a thousand items, stored all or none."""

    items: Annotated[list[Item], Field(min_length=1, max_length=MOST_ITEMS)]


class CustomersIn(Items[CustomerBody]):
    """People, buyers or not."""


class OrdersIn(Items[OrderBody]):
    """Orders as they stand now."""


class ProductsIn(Items[ProductBody]):
    """Products; only the fields that are sent change."""


class SubscriptionsIn(Items[SubscriptionBody]):
    """Contracts (定期) and what happened to them."""


class InquiriesIn(Items[InquiryBody]):
    """Inquiries."""


class CallsIn(Items[CallBody]):
    """Calls."""


class ReviewsIn(Items[ReviewBody]):
    """Reviews."""


class SurveyAnswersIn(Items[SurveyAnswerBody]):
    """Answers to surveys of other tools."""


class KeptOut(Schema):
    """How many records were new, changed, equal, and older than what is stored."""

    new: int
    updated: int
    unchanged: int
    stale: int


class CountOut(Schema):
    """How many were new."""

    new: int


class FaultOut(Schema):
    """What is wrong, in both languages, with a stable word for programs."""

    code: str
    message_ja: str
    message: str


class ErrorOut(Schema):
    """Every error of the API looks like this."""

    error: FaultOut


class LineOut(Schema):
    sku: str
    product_name: str
    quantity: int
    amount_minor: int


class OrderOut(Schema):
    """One stored order; `net_minor` is what was spent on goods."""

    source: str
    order_no: str
    customer_id: int | None
    ordered_at: datetime
    status: str
    is_purchase: bool
    net_minor: int
    total_minor: int
    currency: str
    media_code: str
    shipped_on: date | None
    delivered_on: date | None
    lines: list[LineOut]


class ContactOut(Schema):
    """Where somebody is reached and whether we may write there."""

    channel: str
    address: str
    consent: str
    suppressed_because: str


class CustomerOut(Schema):
    """One person with his class of the last refresh; null where there was none yet."""

    id: int
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    email: str
    phone: str
    postal_code: str
    prefecture: str
    address: str
    birth_on: date | None
    # Since when the shop knows him: registered, ordered, wrote or followed, whichever was first.
    known_at: datetime
    stage: str | None
    is_lapsed: bool | None
    purchase_count: int | None
    net_minor: int | None
    last_on: date | None
    freshness_band: str | None
    contacts: list[ContactOut]


class MemberOut(CustomerOut):
    """One person found by his membership card, with the points he has now."""

    points: int


class ProductOut(Schema):
    sku: str
    name: str
    category: str
    price_minor: int | None
    cost_minor: int | None
    days_supply: int | None
    is_trial: bool
    is_sample: bool
    stock: int | None
    url: str


class SubscriptionEventOut(Schema):
    kind: str
    occurred_on: date
    delivery_no: int | None
    order_no: str
    reason: str
    note: str


class SubscriptionOut(Schema):
    source: str
    subscription_no: str
    customer_id: int | None
    status: str
    sku: str
    product_name: str
    price_minor: int | None
    interval_days: int | None
    started_on: date | None
    next_on: date | None
    cancelled_on: date | None
    cancel_reason: str
    changed_at: datetime
    events: list[SubscriptionEventOut]


class InquiryOut(Schema):
    source: str
    inquiry_no: str
    customer_id: int | None
    medium: str
    kind: str
    status: str
    subject: str
    body: str
    tags: list[str]
    staff: str
    opened_at: datetime
    closed_at: datetime | None


class CallOut(Schema):
    source: str
    call_no: str
    customer_id: int | None
    direction: str
    result: str
    staff: str
    note: str
    started_at: datetime
    duration_seconds: int | None


class ReviewOut(Schema):
    source: str
    review_no: str
    customer_id: int | None
    order_no: str
    sku: str
    product_name: str
    stars: int
    title: str
    body: str
    site: str
    is_published: bool | None
    extra: dict[str, str]
    written_at: datetime


class SurveyAnswerOut(Schema):
    source: str
    answer_no: str
    customer_id: int | None
    order_no: str
    survey: str
    question: str
    answer: str
    extra: dict[str, str]
    answered_at: datetime


class SegmentOut(Schema):
    id: int
    name: str
    size: int


class SegmentIn(Schema):
    """A name and a rule tree (`insight.domain.segment_rules` says how one is written)."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    rule: dict[str, Any]


class OverlapOut(Schema):
    """How many people another segment shares; `jaccard` of all who are in either."""

    id: int
    both: int
    jaccard: float


class SegmentRuleOut(SegmentOut):
    """One segment with its rule as data and in words ("ja", "en")."""

    rule: dict[str, Any]
    words: dict[str, str]
    computed_at: datetime | None
    overlaps: list[OverlapOut]


class SegmentChangeOut(Schema):
    """Who entered and left a segment at one count."""

    at: datetime
    entered: list[int]
    left: list[int]


class Page(Schema, Generic[Item]):
    """One page; ask again with `next_cursor` until it is null."""

    items: list[Item]
    next_cursor: str | None


class CouponIn(Schema):
    """A coupon's code as it was typed or scanned; spaces and dashes do not matter."""

    code: Annotated[str, Field(min_length=1, max_length=60)]


class RedeemIn(CouponIn):
    """Using a coupon: goods including tax before the discount, and your receipt or order number."""

    amount_minor: Annotated[int, Field(strict=True, ge=0, le=10**12)]
    reference: Annotated[str, Field(max_length=80)] = ""


class ReversalIn(Schema):
    """Why a use is taken back, for people to read."""

    reason: Annotated[str, Field(max_length=200)] = ""


class CouponOut(Schema):
    """A coupon as it stands now; `customer` is masked, texts are {"ja", "en"}."""

    state: str
    name: dict[str, str]
    reward: dict[str, str]
    kind: str
    value: int
    minimum_minor: int
    currency: str
    conditions: dict[str, str]
    valid_until: date
    redeemed_at: datetime | None
    customer: str


class RedemptionOut(Schema):
    """One use of a coupon; `discount_minor` is what to take off."""

    redemption_id: int
    reference: str
    discount_minor: int | None
    redeemed_at: datetime
    reversed_at: datetime | None
