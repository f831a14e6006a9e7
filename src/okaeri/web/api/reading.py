"""GET: everything we hold, page by page in the order of change, so that a program stays up to date."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query

from okaeri.customers import api as customers
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.intake import api as intake
from okaeri.intake.types import OrderRecord
from okaeri.rewards import api as rewards
from okaeri.web.api.paging import Cursor, Limit, note_access, page_of
from okaeri.web.api.router import router
from okaeri.web.api.scopes import Scope
from okaeri.web.api.segments import segment_in_use
from okaeri.web.api.shapes import (
    CallOut,
    CustomerOut,
    InquiryOut,
    MemberOut,
    OrderOut,
    Page,
    ProductOut,
    ReviewOut,
    SegmentOut,
    SubscriptionOut,
    SurveyAnswerOut,
)

Rows = dict[str, Any]
_NO_CARD = Text("この番号の会員証はありません。", "There is no such card.")
_NO_ORDER = Text("その注文は見つかりません。", "There is no such order.")
_CHANNELS = ("email", "line", "sms")
_PERSONAL = ("name", "email", "phone", "address")
_ORDERS, _CONTRACTS = ("orders",), ("subscriptions",)
_Sku = Annotated[str, Query(max_length=80, description="next_cursor of the page before")]


@router.get(
    "/customers",
    auth=Scope("customers:read"),
    response={200: Page[CustomerOut]},
    tags=["customers"],
)
def get_customers(request: HttpRequest, limit: Limit = 100, cursor: Cursor = "") -> Rows:
    """Give people in the order their data last changed; whoever changes comes again later.

    A page may hold fewer people than `limit`, because several contacts are one person.
    """
    parties = intake.list_parties_after(int(cursor or 0), limit)
    known = customers.customers_of_parties([party.id for party in parties])
    # A contact whose person is not settled yet is waited for: the cursor stops before it.
    settled = next((i for i, p in enumerate(parties) if p.id not in known), len(parties))
    part = parties[:settled]
    ids = list(dict.fromkeys(known[party.id] for party in part))
    is_last = settled < len(parties) or len(parties) < limit
    after = None if is_last or not part else str(part[-1].change_no)
    note_access(request, ids, _PERSONAL, "export")
    return {"items": _people(ids), "next_cursor": after}


@router.get(
    "/customers/{customer_id}",
    auth=Scope("customers:read"),
    response={200: CustomerOut},
    tags=["customers"],
)
def get_customer(request: HttpRequest, customer_id: Annotated[int, Path(ge=1, le=2**62)]) -> Rows:
    """Give one person with class and consent."""
    found = customers.get_customer(customer_id)
    note_access(request, [found.id], _PERSONAL, "view")
    return _people([found.id])[0]


@router.get(
    "/members/{code}",
    auth=Scope("customers:read"),
    response={200: MemberOut},
    tags=["customers"],
)
def get_member(request: HttpRequest, code: Annotated[str, Path(max_length=40)]) -> Rows:
    """Give the person of a membership card with his points, for a till."""
    found = customers.find_by_card(code.replace("\0", ""))
    if found is None:
        raise NotFoundError(_NO_CARD)
    note_access(request, [found], _PERSONAL, "view")
    return _people([found])[0] | {"points": rewards.balance_of(found)}


def _people(ids: Sequence[int]) -> list[Rows]:
    profiles = customers.list_profiles(ids)
    insights = insight.list_insights(ids)
    contacts: dict[int, list[Rows]] = {}
    for channel in _CHANNELS:
        for person, point in customers.list_contact_points(ids, channel).items():
            contacts.setdefault(person, []).append(asdict(point))
    found = []
    for person in ids:
        if person in profiles:
            view = insights.get(person)
            row = asdict(profiles[person]) | {"contacts": contacts.get(person, [])}
            for name in ("stage", "is_lapsed", "purchase_count", "net_minor", "last_on"):
                row[name] = getattr(view, name, None)
            row["freshness_band"] = getattr(view, "freshness_band", None)
            found.append(row)
    return found


@router.get("/orders", auth=Scope("orders:read"), response={200: Page[OrderOut]}, tags=["orders"])
def get_orders(request: HttpRequest, limit: Limit = 100, cursor: Cursor = "") -> Rows:
    """Give orders in the order they last changed."""
    found, people, after = page_of(intake.list_orders_after, limit, cursor)
    note_access(request, sorted(set(people.values())), _ORDERS, "export")
    return {"items": _orders(found, people), "next_cursor": after}


@router.get(
    "/orders/{source}/{order_no}",
    auth=Scope("orders:read"),
    response={200: OrderOut},
    tags=["orders"],
)
def get_order(
    request: HttpRequest,
    source: Annotated[str, Path(max_length=40)],
    order_no: Annotated[str, Path(max_length=80)],
) -> Rows:
    """Give one order of one source by its number."""
    for order in intake.find_orders_by_no(order_no.replace("\0", ""), limit=200):
        if order.source == source:
            parties = [order.party_id] if order.party_id is not None else []
            people = customers.customers_of_parties(parties)
            note_access(request, list(people.values()), _ORDERS, "view")
            return _orders([order], people)[0]
    raise NotFoundError(_NO_ORDER)


def _orders(found: Sequence[OrderRecord], people: dict[int, int]) -> list[Rows]:
    lines = intake.list_lines([order.id for order in found])
    return [
        asdict(order)
        | {
            "customer_id": people.get(order.party_id or 0),
            "lines": [asdict(line) for line in lines[order.id]],
        }
        for order in found
    ]


@router.get(
    "/products", auth=Scope("products:read"), response={200: Page[ProductOut]}, tags=["products"]
)
def get_products(request: HttpRequest, limit: Limit = 100, cursor: _Sku = "") -> Rows:
    """Give products by their code; the cursor is the last code seen."""
    known = intake.list_products()
    codes = sorted(code for code in known if code > cursor)[: limit + 1]
    items = [asdict(known[code]) for code in codes[:limit]]
    return {"items": items, "next_cursor": codes[limit - 1] if len(codes) > limit else None}


@router.get(
    "/subscriptions",
    auth=Scope("subscriptions:read"),
    response={200: Page[SubscriptionOut]},
    tags=["subscriptions"],
)
def get_subscriptions(request: HttpRequest, limit: Limit = 100, cursor: Cursor = "") -> Rows:
    """Give contracts with all that happened to them, in the order they last changed."""
    return _records(request, *page_of(intake.list_subscriptions_after, limit, cursor), _CONTRACTS)


@router.get(
    "/inquiries",
    auth=Scope("inquiries:read"),
    response={200: Page[InquiryOut]},
    tags=["inquiries"],
)
def get_inquiries(request: HttpRequest, limit: Limit = 100, cursor: Cursor = "") -> Rows:
    """Give inquiries in the order they last changed."""
    return _records(request, *page_of(intake.list_inquiries_after, limit, cursor), ("inquiry",))


@router.get("/calls", auth=Scope("calls:read"), response={200: Page[CallOut]}, tags=["calls"])
def get_calls(request: HttpRequest, limit: Limit = 100, cursor: Cursor = "") -> Rows:
    """Give calls in the order they last changed."""
    return _records(request, *page_of(intake.list_calls_after, limit, cursor), ("call",))


@router.get(
    "/reviews", auth=Scope("reviews:read"), response={200: Page[ReviewOut]}, tags=["reviews"]
)
def get_reviews(request: HttpRequest, limit: Limit = 100, cursor: Cursor = "") -> Rows:
    """Give reviews in the order they last changed."""
    return _records(request, *page_of(intake.list_reviews_after, limit, cursor), ("review",))


@router.get(
    "/survey_answers",
    auth=Scope("survey_answers:read"),
    response={200: Page[SurveyAnswerOut]},
    tags=["survey_answers"],
)
def get_survey_answers(request: HttpRequest, limit: Limit = 100, cursor: Cursor = "") -> Rows:
    """Give answers to surveys of other tools in the order they last changed."""
    found = page_of(intake.list_survey_answers_after, limit, cursor)
    return _records(request, *found, ("answer",))


def _records(
    request: HttpRequest,
    found: Sequence[Any],
    people: dict[int, int],
    after: str | None,
    personal: Sequence[str],
) -> Rows:
    items = [asdict(one) | {"customer_id": people.get(one.party_id or 0)} for one in found]
    note_access(request, sorted(set(people.values())), personal, "export")
    return {"items": items, "next_cursor": after}


@router.get(
    "/segments",
    auth=Scope("segments:read"),
    response={200: list[SegmentOut]},
    tags=["segments"],
)
def get_segments(request: HttpRequest) -> list[Rows]:
    """Give the segments with how many people each held when it was last counted."""
    return [{"id": s.id, "name": s.name, "size": s.size} for s in insight.list_segments()]


@router.get(
    "/segments/{segment_id}/members",
    auth=Scope("segments:read"),
    response={200: Page[int]},
    tags=["segments"],
)
def get_members(
    request: HttpRequest,
    segment_id: Annotated[int, Path(ge=1, le=2**62)],
    limit: Limit = 100,
    cursor: Cursor = "",
) -> Rows:
    """Give the ids of a segment's people in rising order."""
    segment_in_use(segment_id)
    rest = [one for one in sorted(insight.segment_members(segment_id)) if one > int(cursor or 0)]
    after = str(rest[limit - 1]) if len(rest) > limit else None
    note_access(request, rest[:limit], ("segment",), "export")
    return {"items": rest[:limit], "next_cursor": after}
