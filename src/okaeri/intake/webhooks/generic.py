"""Our own signed webhook: {"type": "orders", "data": [...]} with the bodies of the HTTP API."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake.records.bodies import (
    MOST_ITEMS,
    CallBody,
    CustomerBody,
    InquiryBody,
    OrderBody,
    ProductBody,
    SubscriptionBody,
)
from okaeri.intake.records.voice_bodies import ReviewBody, SurveyAnswerBody
from okaeri.intake.records.words import Stamp
from okaeri.intake.webhooks.words import (
    Frame,
    Json,
    OrderWord,
    PersonWord,
    ProductWord,
    Word,
    Words,
)

_BAD_ITEM = Text(
    "data の {place} が正しくありません({reason})。",
    "{place} of data cannot be used ({reason}).",
)
_BAD_LIST = Text(
    "data は1件から1000件の配列で送ってください。", "data must be a list of 1 to 1000 items."
)


def order_word(body: OrderBody, frame: Frame) -> Word:
    """Give what is said of an order."""
    stamp = None
    if body.changed_at is not None:
        stamp = Stamp(body.changed_at, frame.sent_at, body.order_no)
    order = body.to_order(frame.currency)
    return OrderWord(body.order_no, order, stamp, (), body.to_payment(frame.now))


def customer_word(body: CustomerBody, frame: Frame) -> Word:
    """Give what is said of a person, known by the first number or address he has."""
    who = body.member_no or body.email or body.phone or body.line_user_id
    changed_at = body.changed_at or frame.now
    stamp = Stamp(changed_at, frame.sent_at)
    return PersonWord(body.source, who[:80], body.to_party(), stamp)


def product_word(body: ProductBody, frame: Frame) -> Word:
    """Give what is said of a product: only the fields that were really named."""
    fields = body.model_dump(exclude={"sku"}, exclude_unset=True)
    return ProductWord(frame.source, body.sku, {body.sku: fields})


def subscription_word(body: SubscriptionBody, frame: Frame) -> Word:
    """Give what is said of a contract."""
    return body.to_subscription()


def inquiry_word(body: InquiryBody, frame: Frame) -> Word:
    """Give what is said of an inquiry."""
    return body.to_inquiry()


def call_word(body: CallBody, frame: Frame) -> Word:
    """Give what is said of a call."""
    return body.to_call()


def review_word(body: ReviewBody, frame: Frame) -> Word:
    """Give what is said in a review."""
    return body.to_review()


def survey_answer_word(body: SurveyAnswerBody, frame: Frame) -> Word:
    """Give what is said in a survey."""
    return body.to_answer()


# Type → the body of one item and how it becomes a word.
KINDS: Mapping[str, tuple[type[BaseModel], Callable[[Any, Frame], Word]]] = {
    "orders": (OrderBody, order_word),
    "customers": (CustomerBody, customer_word),
    "products": (ProductBody, product_word),
    "subscriptions": (SubscriptionBody, subscription_word),
    "inquiries": (InquiryBody, inquiry_word),
    "calls": (CallBody, call_word),
    "reviews": (ReviewBody, review_word),
    "survey_answers": (SurveyAnswerBody, survey_answer_word),
}


def read(topic: str, payload: Json, frame: Frame) -> Words | None:
    """Give what a delivery says; None for a type that says nothing to us."""
    if topic not in KINDS:
        return None
    items = payload.get("data")
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_ITEMS:
        raise InputError(_BAD_LIST)
    kind, to_word = KINDS[topic]
    return [to_word(_body(kind, place, item, frame), frame) for place, item in enumerate(items)]


def _body(kind: type[BaseModel], place: int, item: object, frame: Frame) -> BaseModel:
    """Check one item; the source is the connection's own, whatever the item says."""
    if isinstance(item, dict) and "source" in kind.model_fields:
        item = {**item, "source": frame.source}
    try:
        return kind.model_validate(item)
    except ValidationError as error:
        raise InputError(
            _BAD_ITEM.format(place=f"[{place}]", reason=in_short(error.errors()))
        ) from None


def in_short(errors: Sequence[Any]) -> str:
    """Say the first fault: where and what, never the value, which may be personal."""
    first = errors[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])
