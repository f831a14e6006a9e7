"""What a delivery says, once read: words about orders, refunds, people, products and the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake.domain.registration import doubt_of
from okaeri.intake.records.words import Stamp
from okaeri.intake.types import (
    CallIn,
    InquiryIn,
    OrderIn,
    PartyIn,
    PaymentIn,
    RightsRequest,
    SubscriptionIn,
)
from okaeri.intake.voice_types import ReviewIn, SurveyAnswerIn

# JSON as read: whole numbers are ints of any size, all others Decimals, never floats.
Json: TypeAlias = Mapping[str, Any]

_NOT_READABLE = Text(
    "届いたデータの {field} を読めません。送信元の設定を確認してください。",
    "The field {field} of what arrived cannot be read; check the source's settings.",
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What is needed to read a delivery: whose it is, the shop's money and zone, when it came."""

    source: str
    currency: str
    zone: ZoneInfo
    now: datetime
    # When the source says it sent this; `now` where it does not say.
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class RefundWord:
    """Money given back for goods of the order with the source's own number `subject_no`."""

    source: str
    refund_no: str
    subject_no: str
    amount_minor: int
    refunded_at: datetime


@dataclass(frozen=True, slots=True)
class OrderWord:
    """One order; without a stamp it simply replaces what is stored."""

    subject_no: str
    order: OrderIn
    stamp: Stamp | None = None
    refunds: tuple[RefundWord, ...] = ()
    payment: PaymentIn | None = None


@dataclass(frozen=True, slots=True)
class PersonWord:
    """One contact without an order."""

    source: str
    subject_no: str
    party: PartyIn
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class ProductWord:
    """What a source says of its products: code → the fields it really names."""

    source: str
    subject_no: str
    fields: Mapping[str, Mapping[str, Any]]
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True)
class SkipWord:
    """One skipped delivery of a contract that is known already."""

    source: str
    subscription_no: str
    occurred_at: datetime


Word: TypeAlias = (
    OrderWord
    | RefundWord
    | PersonWord
    | ProductWord
    | SkipWord
    | SubscriptionIn
    | InquiryIn
    | CallIn
    | ReviewIn
    | SurveyAnswerIn
    | RightsRequest
)
Words: TypeAlias = Sequence[Word]


def unreadable(field: str) -> InputError:
    """Give the error that names the field which could not be read."""
    return InputError(_NOT_READABLE.format(field=field))


def read_number(value: object, field: str) -> str:
    """Give an id as text: whole numbers of any size keep every digit, floats are refused."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= 256:
        return str(value)
    if isinstance(value, str) and 0 < len(value.strip()) <= 80:
        return value.strip()
    raise unreadable(field)


def read_instant(value: object, field: str) -> datetime:
    """Give an aware UTC instant of ISO text with an offset."""
    if isinstance(value, str) and len(value) <= 40:
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            raise unreadable(field) from None
        if found.tzinfo is not None and 1900 <= found.year <= 2100:
            return found.astimezone(UTC)
    raise unreadable(field)


def read_registration(value: object, field: str, frame: Frame) -> datetime | None:
    """Give when somebody was registered; None where nothing, or nothing believable, is said."""
    if not value:
        return None
    at = read_instant(value, field)
    return at if doubt_of(at, frame.zone, frame.now) is None else None


def read_amount(value: object, field: str) -> Decimal:
    """Give an amount of the main unit; text or number, never through a float."""
    if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
        text = str(value).strip()
        if len(text) <= 24:
            try:
                found = Decimal(text)
            except ArithmeticError:
                raise unreadable(field) from None
            if found.is_finite() and abs(found) <= 10**11:
                return found
    raise unreadable(field)


def read_text(value: object, most: int = 255) -> str:
    """Give text of a cell, "" where there is none."""
    if isinstance(value, str):
        return value.strip().replace("\0", "")[:most]
    return str(value)[:most] if isinstance(value, int) and not isinstance(value, bool) else ""


def read_map(value: object) -> Json:
    """Give an object, {} where there is none."""
    return value if isinstance(value, dict) else {}


def read_list(value: object, most: int = 1_000) -> list[Json]:
    """Give the objects of a list, [] where there is none."""
    return [one for one in value[:most] if isinstance(one, dict)] if isinstance(value, list) else []
