"""GET: what people did and what they got from us, in orders that only grow (`okaeri.web.records`)."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Schema

from okaeri.web.api.paging import Cursor, Limit, note_access
from okaeri.web.api.router import router
from okaeri.web.api.scopes import Scope
from okaeri.web.api.shapes import Page
from okaeri.web.records import KINDS

Rows = dict[str, Any]


class AnswerOut(Schema):
    """One answer as it was given; who changes his mind gives another."""

    customer_id: int
    question: str
    subject: str
    score: int
    comment: str
    answered_at: datetime


class MessageOut(Schema):
    """One message and where it stands now; `settled_at` is set once that is final."""

    id: int
    customer_id: int
    channel: str
    content_kind: str
    source_kind: str
    template_key: str
    status: str
    subject: str
    address: str
    planned_at: datetime
    due_at: datetime
    settled_at: datetime | None


class PointOut(Schema):
    """One entry of somebody's points: above zero given, below zero taken back."""

    customer_id: int
    key: str
    points: int
    reason: str
    occurred_at: datetime


class IssuedCouponOut(Schema):
    """One coupon somebody got, without its code."""

    customer_id: int
    offer: str
    state: str
    last4: str
    issued_at: datetime
    valid_until: date
    redeemed_at: datetime | None


class EventOut(Schema):
    """One thing done on the shop's pages; `customer_id` is null where nobody knows whose device it was."""

    customer_id: int | None
    source: str
    kind: str
    occurred_at: datetime
    url: str
    title: str
    sku: str
    category: str
    query: str
    quantity: int | None
    value_minor: int | None


@router.get(
    "/answers", auth=Scope("answers:read"), response={200: Page[AnswerOut]}, tags=["answers"]
)
def get_answers(request: HttpRequest, limit: Limit = 100, cursor: Cursor = "") -> Rows:
    """Give answers to our own questions in the order they were given."""
    return _page(request, "answers", limit, cursor, ("answer",))


@router.get(
    "/messages", auth=Scope("messages:read"), response={200: Page[MessageOut]}, tags=["messages"]
)
def get_messages(request: HttpRequest, limit: Limit = 100, cursor: Cursor = "") -> Rows:
    """Give messages in the order they were planned, also those that never left.

    Each as it stands now; what becomes of it later is told only to whoever reads from the start again.
    """
    return _page(request, "messages", limit, cursor, ("email",))


@router.get("/points", auth=Scope("points:read"), response={200: Page[PointOut]}, tags=["points"])
def get_points(request: HttpRequest, limit: Limit = 100, cursor: Cursor = "") -> Rows:
    """Give entries of people's points in the order they were written."""
    return _page(request, "points", limit, cursor, ("points",))


@router.get(
    "/coupons",
    auth=Scope("coupons:read"),
    response={200: Page[IssuedCouponOut]},
    tags=["coupons"],
)
def get_coupons(request: HttpRequest, limit: Limit = 100, cursor: Cursor = "") -> Rows:
    """Give coupons as they stand now, in the order they were issued."""
    return _page(request, "coupons", limit, cursor, ("coupon",))


@router.get("/events", auth=Scope("events:read"), response={200: Page[EventOut]}, tags=["events"])
def get_events(request: HttpRequest, limit: Limit = 100, cursor: Cursor = "") -> Rows:
    """Give what people did on the shop's pages, in the order it came in."""
    return _page(request, "events", limit, cursor, ("event",))


def _page(
    request: HttpRequest, kind: str, limit: int, cursor: str, personal: tuple[str, ...]
) -> Rows:
    found = KINDS[kind].read(int(cursor or 0), limit)
    items = [row for _, row in found]
    people = sorted({row["customer_id"] for row in items} - {None})
    note_access(request, people, personal, "export")
    return {"items": items, "next_cursor": str(found[-1][0]) if len(found) == limit else None}
