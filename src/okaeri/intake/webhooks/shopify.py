"""Shopify's webhooks (Admin API 2026-07): which topics count, and where their texts are read."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeGuard

from okaeri.foundation import clock
from okaeri.foundation.money import to_minor
from okaeri.intake.domain import statuses
from okaeri.intake.records.words import Stamp
from okaeri.intake.types import (
    PartyIn,
    PaymentIn,
    RightsRequest,
    SubscriptionEventIn,
    SubscriptionIn,
)
from okaeri.intake.webhooks.shopify_orders import read_order, read_person, read_refund
from okaeri.intake.webhooks.words import (
    Frame,
    Json,
    OrderWord,
    PersonWord,
    ProductWord,
    SkipWord,
    Words,
    read_amount,
    read_instant,
    read_list,
    read_map,
    read_number,
    read_text,
)

_SUBSCRIPTION_STATUS = {"active": "active", "paused": "paused", "failed": "paused"}
_SUBSCRIPTION_EVENTS = {
    "create": "started", "pause": "paused", "activate": "resumed", "cancel": "cancelled",
    "expire": "cancelled",
}  # fmt: skip
_MOST_INTERVALS = 3_650
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
# How an order stands with its money; statuses that are left out say nothing about a debt.
_PAYMENTS = {
    "paid": "paid", "partially_refunded": "paid", "refunded": "paid", "pending": "open",
    "authorized": "open", "partially_paid": "open",
}  # fmt: skip


def read(topic: str, payload: Json, frame: Frame) -> Words | None:
    """Give what a delivery says; None for a topic that says nothing to us.

    Raises InputError where a field that is needed cannot be read.
    """
    reader = _TOPICS.get(topic)
    return None if reader is None else reader(payload, frame)


def _order(payload: Json, frame: Frame) -> Words:
    order, refunds = read_order(payload, frame)
    number = read_number(payload.get("id"), "id")
    changed_at = read_instant(payload.get("updated_at") or payload.get("created_at"), "updated_at")
    payment = _payment(payload, order.order_no, frame, changed_at)
    is_live = order.status in (statuses.ACCEPTED, statuses.RETURNED)
    return [
        OrderWord(
            number,
            order,
            Stamp(changed_at, frame.sent_at, order.order_no),
            refunds,
            payment if is_live else None,
        )
    ]


def _payment(payload: Json, order_no: str, frame: Frame, changed_at: datetime) -> PaymentIn | None:
    status = _PAYMENTS.get(read_text(payload.get("financial_status")))
    if status is None:
        return None
    terms = read_list(read_map(payload.get("payment_terms")).get("payment_schedules"))
    due = [read_instant(one["due_at"], "due_at") for one in terms if one.get("due_at")]
    day = clock.local_day(max(due), frame.zone) if due else None
    paid = clock.local_day(changed_at, frame.zone) if status == "paid" else None
    return PaymentIn(frame.source, order_no, status, changed_at, due_on=day, paid_on=paid)


def _refund(payload: Json, frame: Frame) -> Words:
    return [read_refund(payload, frame, taxes_included=True)]


def _customer(payload: Json, frame: Frame) -> Words:
    number = read_number(payload.get("id"), "id")
    changed_at = payload.get("updated_at") or payload.get("created_at")
    stamp = Stamp(read_instant(changed_at, "updated_at"), frame.sent_at)
    party = read_person(payload, read_map(payload.get("default_address")), frame)
    at = read_map(payload.get("email_marketing_consent")).get("consent_updated_at")
    if party.email_opt_in is None or not at:
        return [PersonWord(frame.source, number, party, stamp)]
    # He agreed or refused then, not when anything else of his profile was changed last.
    said = PartyIn(member_no=number, email=party.email, email_opt_in=party.email_opt_in)
    agreed_at = Stamp(read_instant(at, "consent_updated_at"), frame.sent_at)
    return [
        PersonWord(frame.source, number, replace(party, email_opt_in=None), stamp),
        PersonWord(frame.source, f"{number}:email", said, agreed_at),
    ]


def _consent(payload: Json, frame: Frame) -> Words:
    number = read_number(payload.get("customer_id"), "customer_id")
    consent = read_map(payload.get("email_marketing_consent"))
    given = {"subscribed": True, "unsubscribed": False}.get(read_text(consent.get("state")))
    if given is None:
        return []
    at = consent.get("consent_updated_at")
    changed_at = read_instant(at, "consent_updated_at") if at else frame.sent_at
    party = PartyIn(
        member_no=number,
        email=read_text(payload.get("email_address"), 254),
        email_opt_in=given,
    )
    return [PersonWord(frame.source, f"{number}:email", party, Stamp(changed_at, frame.sent_at))]


def _product(payload: Json, frame: Frame) -> Words:
    title = read_text(payload.get("title"))
    category = read_text(payload.get("product_type"), 80)
    fields = {}
    for variant in read_list(payload.get("variants")):
        sku = read_text(variant.get("sku"), 80)
        if sku:
            name = read_text(variant.get("title"))
            price = read_amount(variant.get("price", "0"), "price")
            fields[sku] = {
                "name": title if name in ("", "Default Title") else f"{title} {name}"[:255],
                "category": category,
                "price_minor": to_minor(price, frame.currency),
            }
    at = payload.get("updated_at")
    changed_at = read_instant(at, "updated_at") if at else frame.sent_at
    number = read_number(payload.get("id"), "id")
    stamp = Stamp(changed_at, frame.sent_at)
    return [ProductWord(frame.source, number, fields, stamp)] if fields else []


def _contract(kind: str) -> Callable[[Json, Frame], Words]:
    def read_contract(payload: Json, frame: Frame) -> Words:
        policy = read_map(payload.get("delivery_policy"))
        count = policy.get("interval_count")
        days = _DAYS.get(read_text(policy.get("interval")).lower())
        day = clock.local_day(frame.sent_at, frame.zone)
        event = _SUBSCRIPTION_EVENTS.get(kind)
        status = _SUBSCRIPTION_STATUS.get(read_text(payload.get("status")).lower(), "cancelled")
        customer = payload.get("customer_id")
        return [
            SubscriptionIn(
                frame.source,
                read_number(payload.get("id"), "id"),
                status,
                frame.sent_at,
                party=PartyIn(member_no=read_number(customer, "customer_id"))
                if customer
                else PartyIn(),
                interval_days=days * count if days and _is_count(count) else None,
                cancelled_on=day if status == "cancelled" else None,
                events=(SubscriptionEventIn(event, day),) if event else (),
            )
        ]

    return read_contract


def _is_count(value: object) -> TypeGuard[int]:
    return type(value) is int and 1 <= value <= _MOST_INTERVALS


def _skip(payload: Json, frame: Frame) -> Words:
    number = read_number(payload.get("subscription_contract_id"), "subscription_contract_id")
    at = payload.get("billing_attempt_expected_date") or payload.get("cycle_end_at")
    return [SkipWord(frame.source, number, read_instant(at, "cycle_end_at"))]


def _rights(kind: str) -> Callable[[Json, Frame], Words]:
    def read_request(payload: Json, frame: Frame) -> Words:
        customer = read_map(payload.get("customer"))
        number = customer.get("id")
        party = PartyIn(
            member_no=read_number(number, "customer.id") if number else "",
            email=read_text(customer.get("email"), 254),
            phone=read_text(customer.get("phone"), 40),
        )
        request = read_map(payload.get("data_request")).get("id")
        note = f"shopify data_request {read_number(request, 'data_request.id')}" if request else ""
        return [RightsRequest(kind, frame.source, party, note)]

    return read_request


def _whole_shop(payload: Json, frame: Frame) -> Words:
    domain = read_text(payload.get("shop_domain"), 120)
    return [RightsRequest("erasure", frame.source, PartyIn(), domain, whole_shop=True)]


_ORDERS = ("create", "updated", "paid", "fulfilled", "partially_fulfilled", "cancelled")
# `orders/edited` names only what was added and removed; Shopify sends `orders/updated` beside it.
_TOPICS: Mapping[str, Callable[[Json, Frame], Words]] = {
    **{f"orders/{kind}": _order for kind in _ORDERS},
    "refunds/create": _refund,
    "customers/create": _customer,
    "customers/update": _customer,
    "customers_email_marketing_consent/update": _consent,
    "products/create": _product,
    "products/update": _product,
    **{
        f"subscription_contracts/{kind}": _contract(kind)
        for kind in ("create", "update", "activate", "pause", "cancel", "expire", "fail")
    },
    "subscription_billing_cycles/skip": _skip,
    "customers/data_request": _rights("disclosure"),
    "customers/redact": _rights("erasure"),
    "shop/redact": _whole_shop,
}
