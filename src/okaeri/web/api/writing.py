"""POST: what programs tell us. All items of a request are stored, or none."""

from typing import Any

from django.http import HttpRequest

from okaeri.foundation import clock
from okaeri.intake import api as intake
from okaeri.intake.types import Kept
from okaeri.web.api.router import router
from okaeri.web.api.scopes import Scope
from okaeri.web.api.shapes import (
    CallsIn,
    CountOut,
    CustomersIn,
    InquiriesIn,
    KeptOut,
    OrdersIn,
    ProductsIn,
    ReviewsIn,
    SubscriptionsIn,
    SurveyAnswersIn,
)

_KEPT: dict[int, Any] = {200: KeptOut}
_EVENTS = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["events"],
                    "properties": {"events": {"type": "array", "items": {"type": "object"}}},
                }
            }
        },
    }
}


def _record(kind: str, items: list[Any]) -> Kept:
    return intake.record_bodies(kind, items, clock.now())


@router.post("/customers", auth=Scope("customers:write"), response=_KEPT, tags=["customers"])
def post_customers(request: HttpRequest, body: CustomersIn) -> Kept:
    """Store people; who is the same person is found by e-mail, phone and numbers."""
    return _record("customers", body.items)


@router.post("/orders", auth=Scope("orders:write"), response=_KEPT, tags=["orders"])
def post_orders(request: HttpRequest, body: OrdersIn) -> Kept:
    """Store orders; the same order_no of the same source again updates the order."""
    return _record("orders", body.items)


@router.post("/products", auth=Scope("products:write"), response=_KEPT, tags=["products"])
def post_products(request: HttpRequest, body: ProductsIn) -> Kept:
    """Store products; fields that are not sent stay as they are."""
    return _record("products", body.items)


@router.post(
    "/subscriptions", auth=Scope("subscriptions:write"), response=_KEPT, tags=["subscriptions"]
)
def post_subscriptions(request: HttpRequest, body: SubscriptionsIn) -> Kept:
    """Store contracts with their deliveries, skips, pauses and cancellations."""
    return _record("subscriptions", body.items)


@router.post("/inquiries", auth=Scope("inquiries:write"), response=_KEPT, tags=["inquiries"])
def post_inquiries(request: HttpRequest, body: InquiriesIn) -> Kept:
    """Store inquiries; an open complaint keeps sales messages away from the person."""
    return _record("inquiries", body.items)


@router.post("/calls", auth=Scope("calls:write"), response=_KEPT, tags=["calls"])
def post_calls(request: HttpRequest, body: CallsIn) -> Kept:
    """Store calls with their result."""
    return _record("calls", body.items)


@router.post("/reviews", auth=Scope("reviews:write"), response=_KEPT, tags=["reviews"])
def post_reviews(request: HttpRequest, body: ReviewsIn) -> Kept:
    """Store reviews; without a number, writer, product and time tell one from another."""
    return _record("reviews", body.items)


@router.post(
    "/survey_answers", auth=Scope("survey_answers:write"), response=_KEPT, tags=["survey_answers"]
)
def post_survey_answers(request: HttpRequest, body: SurveyAnswersIn) -> Kept:
    """Store answers to surveys of other tools."""
    return _record("survey_answers", body.items)


@router.post(
    "/events",
    auth=Scope("events:write"),
    response={200: CountOut},
    tags=["events"],
    openapi_extra=_EVENTS,
)
def post_events(request: HttpRequest) -> dict[str, int]:
    """Store what people did: key, kind, at, and device, member_no or email of each event."""
    events = intake.parse_events(request.body)
    new = intake.record_events(events, source="api", received_at=clock.now())
    return {"new": new}
