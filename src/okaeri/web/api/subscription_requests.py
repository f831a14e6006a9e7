"""What people ask of their subscriptions, for the shop's program: fetch what is open, say what was done."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Query, Schema
from pydantic import Field

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.intake import api as intake
from okaeri.intake.request_types import SubscriptionRequestView
from okaeri.plan import api as plan
from okaeri.web.api.paging import Cursor, Limit, note_access, page_of
from okaeri.web.api.router import router
from okaeri.web.api.scopes import Scope
from okaeri.web.api.shapes import Page

Rows = dict[str, Any]
_FIELDS = ("request",)


class SubscriptionRequestOut(Schema):
    """One wish: `kind` is skip, pause, resume or cancel; `status` open, done, declined or withdrawn.

    `pause_until` is the last day of a pause (null: until resumed), `for_on` the delivery to skip.
    """

    id: int
    source: str
    subscription_no: str
    customer_id: int | None
    sku: str
    product_name: str
    kind: str
    status: str
    pause_until: date | None
    for_on: date | None
    asked_at: datetime
    reason: str
    note: str
    ended_at: datetime | None
    ended_by: str
    ended_note: str


class EndIn(Schema):
    """What became of a wish; declining it needs a note, which the customer reads."""

    status: Literal["done", "declined"]
    note: Annotated[str, Field(max_length=500)] = ""


@router.get(
    "/subscription_requests",
    auth=Scope("subscriptions:read"),
    response={200: Page[SubscriptionRequestOut]},
    tags=["subscriptions"],
)
def get_subscription_requests(
    request: HttpRequest,
    limit: Limit = 100,
    cursor: Cursor = "",
    only_open: Annotated[bool, Query(description="only what nobody has carried out yet")] = False,
) -> Rows:
    """Give what people asked of their subscriptions, in the order it last changed."""

    def read(change_no: int, most: int) -> list[SubscriptionRequestView]:
        return intake.list_subscription_requests_after(change_no, most, only_open=only_open)

    found, people, after = page_of(read, limit, cursor)
    note_access(request, sorted(set(people.values())), _FIELDS, "export")
    return {"items": [_told(one, people) for one in found], "next_cursor": after}


@router.post(
    "/subscription_requests/{request_id}/end",
    auth=Scope("subscriptions:write"),
    response={200: SubscriptionRequestOut},
    tags=["subscriptions"],
)
def post_end(
    request: HttpRequest, request_id: Annotated[int, Path(ge=1, le=2**62)], body: EndIn
) -> Rows:
    """Say that the cart has carried a wish out, or why it cannot; the same again changes nothing."""
    key: Any = request.api_key  # type: ignore[attr-defined]
    is_declined = body.status == "declined"
    plan.end_subscription_request(
        request_id,
        is_declined=is_declined,
        by=f"api:{key.name}",
        note=body.note.replace("\0", "") if is_declined else "",
        now=clock.now(),
    )
    found = intake.get_subscription_request(request_id)
    parties = [found.party_id] if found.party_id is not None else []
    return _told(found, customers.customers_of_parties(parties))


def _told(one: SubscriptionRequestView, people: dict[int, int]) -> Rows:
    return asdict(one) | {"customer_id": people.get(one.party_id or 0)}
