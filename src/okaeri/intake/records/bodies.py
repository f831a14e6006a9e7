"""What programs may send us, field by field: the HTTP API and the signed generic webhook share it.

Amounts are whole numbers of the currency's smallest unit, never with a point; instants carry their
offset. Every text and number has a bound, so that what is accepted can also be stored.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from okaeri.foundation import clock
from okaeri.intake.domain.discounts import as_extra
from okaeri.intake.domain.registration import doubt_of
from okaeri.intake.types import (
    CallIn,
    InquiryIn,
    LineIn,
    OrderIn,
    PartyIn,
    PaymentIn,
    SubscriptionEventIn,
    SubscriptionIn,
)

MOST_ITEMS = 1_000
_MOST_MINOR = 10**11
_YEARS = range(1900, 2101)


def _in_our_years(value: date) -> date:
    if value.year not in _YEARS:
        raise ValueError("the year must lie between 1900 and 2100")
    return value


def _as_utc(value: datetime) -> datetime:
    _in_our_years(value)
    return value.astimezone(UTC)


def _believable(value: datetime) -> datetime:
    doubt = doubt_of(value, UTC, clock.now())
    if doubt is not None:
        raise ValueError(doubt.format(value=value.isoformat()).en)
    return value


def _storable(value: str) -> str:
    return value.replace("\0", "")


Code = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
Source = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]
Plain = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_storable)]
Text10 = Annotated[Plain, Field(max_length=10)]
Text20 = Annotated[Plain, Field(max_length=20)]
Text40 = Annotated[Plain, Field(max_length=40)]
Text254 = Annotated[Plain, Field(max_length=254)]
Short = Annotated[Plain, Field(max_length=80)]
Line = Annotated[Plain, Field(max_length=255)]
Subject = Annotated[Plain, Field(max_length=200)]
Prose = Annotated[Plain, Field(max_length=20_000)]
Minor = Annotated[int, Field(strict=True, ge=-_MOST_MINOR, le=_MOST_MINOR)]
Unsigned = Annotated[int, Field(strict=True, ge=0, le=_MOST_MINOR)]
Count = Annotated[int, Field(strict=True, ge=1, le=100_000)]
Day = Annotated[date, AfterValidator(_in_our_years)]
Instant = Annotated[AwareDatetime, AfterValidator(_as_utc)]
Registered = Annotated[Instant, AfterValidator(_believable)]


class Body(BaseModel):
    """Unknown fields are refused, so that a misspelt one is noticed at once."""

    model_config = ConfigDict(extra="forbid")


class PartyBody(Body):
    """Who it is about; leave out what is not known."""

    member_no: Short = ""
    email: Text254 = ""
    phone: Text40 = ""
    line_user_id: Text40 = ""
    family_name: Short = ""
    given_name: Short = ""
    family_kana: Short = ""
    given_kana: Short = ""
    postal_code: Text10 = ""
    prefecture: Text20 = ""
    address: Line = ""
    birth_on: Day | None = None
    email_opt_in: bool | None = None
    # When he became a member with you; from then on the shop knows him.
    registered_at: Registered | None = None

    def to_party(self) -> PartyIn:
        """Give the contact as intake stores it."""
        return PartyIn(**self.model_dump(include=set(PartyIn.__dataclass_fields__)))


class CustomerBody(PartyBody):
    """One person; at least one of member_no, email, phone, line_user_id tells who it is."""

    source: Source = "api"
    # When your system last changed it; left out: now.
    changed_at: Instant | None = None

    @model_validator(mode="after")
    def _is_somebody(self) -> "CustomerBody":
        if not (self.member_no or self.email or self.phone or self.line_user_id):
            raise ValueError("one of member_no, email, phone, line_user_id is needed")
        return self


class LineBody(Body):
    """One product on an order; amounts include tax."""

    sku: Code
    product_name: Line = ""
    quantity: Annotated[int, Field(strict=True, ge=-100_000, le=100_000)]
    unit_price_minor: Minor
    amount_minor: Minor


class PaymentBody(Body):
    """How an order stands with its money."""

    status: Literal["open", "paid", "written_off"]
    due_on: Day | None = None
    paid_on: Day | None = None


_SAID_OTHERWISE = {"party", "lines", "currency", "changed_at", "payment", "coupon_codes"}


class OrderBody(Body):
    """One order as it stands now; the same order_no of the same source again updates it."""

    source: Source = "api"
    order_no: Code
    ordered_at: Instant
    status: Literal["accepted", "cancelled", "returned", "unpaid", "test"] = "accepted"
    party: PartyBody = Field(default_factory=PartyBody)
    lines: Annotated[list[LineBody], Field(max_length=100)]
    discount_minor: Unsigned = 0
    points_minor: Unsigned = 0
    shipping_minor: Unsigned = 0
    refunded_minor: Unsigned = 0
    total_minor: Minor | None = None
    # Left out: the shop's own currency.
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")] | None = None
    subscription_no: Short = ""
    delivery_no: Count | None = None
    media_code: Short = ""
    # Codes the customer gave at the checkout; one of ours counts as used.
    coupon_codes: Annotated[list[Short], Field(max_length=10)] = []
    shipped_on: Day | None = None
    delivered_on: Day | None = None
    # Tax inside the lines; left out where it is not known.
    lines_tax_minor: Unsigned | None = None
    # With it, an older word that arrives late changes nothing.
    changed_at: Instant | None = None
    payment: PaymentBody | None = None

    def to_order(self, currency: str) -> OrderIn:
        """Give the order as intake stores it."""
        values = self.model_dump(exclude=_SAID_OTHERWISE)
        return OrderIn(
            **values,
            extra=as_extra(self.coupon_codes),
            party=self.party.to_party(),
            lines=tuple(LineIn(**line.model_dump()) for line in self.lines),
            currency=self.currency or currency,
        )

    def to_payment(self, now: datetime) -> PaymentIn | None:
        """Give what is said of the money, None where nothing is."""
        if self.payment is None:
            return None
        return PaymentIn(
            self.source, self.order_no, changed_at=self.changed_at or now,
            **self.payment.model_dump(),
        )  # fmt: skip


class ProductBody(Body):
    """One thing the shop sells, by its code."""

    sku: Code
    name: Line = ""
    category: Short = ""
    price_minor: Unsigned | None = None
    cost_minor: Annotated[int, Field(strict=True, ge=0, le=10**9)] | None = None
    days_supply: Annotated[int, Field(strict=True, ge=0, le=10_000)] | None = None
    is_trial: bool = False
    is_sample: bool = False
    stock: Annotated[int, Field(strict=True, ge=0, le=10**9)] | None = None
    url: Annotated[Plain, Field(max_length=500, pattern=r"^(https?://\S+)?$")] = ""


class SubscriptionEventBody(Body):
    """One thing that happened to a contract; the same again changes nothing."""

    kind: Literal["started", "delivered", "skipped", "paused", "resumed", "cancelled"]
    occurred_on: Day
    delivery_no: Count | None = None
    order_no: Short = ""
    reason: Short = ""
    note: Prose = ""


class SubscriptionBody(Body):
    """One contract (定期) as it stands at changed_at, with what happened to it."""

    source: Source = "api"
    subscription_no: Code
    status: Literal["active", "paused", "cancelled"]
    changed_at: Instant
    party: PartyBody = Field(default_factory=PartyBody)
    sku: Short = ""
    product_name: Line = ""
    price_minor: Unsigned | None = None
    interval_days: Annotated[int, Field(strict=True, ge=1, le=3_660)] | None = None
    started_on: Day | None = None
    next_on: Day | None = None
    cancelled_on: Day | None = None
    cancel_reason: Short = ""
    events: Annotated[list[SubscriptionEventBody], Field(max_length=500)] = []

    def to_subscription(self) -> SubscriptionIn:
        """Give the contract as intake stores it."""
        return SubscriptionIn(
            **self.model_dump(exclude={"party", "events"}),
            party=self.party.to_party(),
            events=tuple(SubscriptionEventIn(**event.model_dump()) for event in self.events),
        )


class InquiryBody(Body):
    """One matter a person brought to the shop, as it stands at changed_at."""

    source: Source = "api"
    inquiry_no: Code
    medium: Literal["mail", "phone", "chat", "form", "store", "interview"]
    kind: Literal["question", "request", "complaint", "praise"]
    status: Literal["open", "closed"]
    opened_at: Instant
    changed_at: Instant
    party: PartyBody = Field(default_factory=PartyBody)
    subject: Subject = ""
    body: Prose = ""
    tags: Annotated[list[Short], Field(max_length=50)] = []
    staff: Short = ""
    closed_at: Instant | None = None

    def to_inquiry(self) -> InquiryIn:
        """Give the inquiry as intake stores it."""
        values = self.model_dump(exclude={"party", "tags"})
        return InquiryIn(**values, party=self.party.to_party(), tags=tuple(self.tags))


class CallBody(Body):
    """One telephone call with its result."""

    source: Source = "api"
    call_no: Code
    direction: Literal["in", "out"]
    result: Literal[
        "answered", "no_answer", "voicemail", "wrong_number", "call_back", "ordered", "refused"
    ]  # fmt: skip
    started_at: Instant
    # Left out: when the call began.
    changed_at: Instant | None = None
    party: PartyBody = Field(default_factory=PartyBody)
    staff: Short = ""
    note: Prose = ""
    duration_seconds: Annotated[int, Field(strict=True, ge=0, le=86_400)] | None = None

    def to_call(self) -> CallIn:
        """Give the call as intake stores it."""
        values = self.model_dump(exclude={"party", "changed_at"})
        return CallIn(
            **values,
            party=self.party.to_party(),
            changed_at=self.changed_at or self.started_at,
        )
