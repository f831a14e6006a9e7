"""Subscriptions (定期) and what happened to each: deliveries, skips, pauses, cancellations."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from okaeri.foundation import clock
from okaeri.intake.domain.orders import digest
from okaeri.intake.models import Order, OrderLine, Subscription, SubscriptionEvent
from okaeri.intake.people import store_parties
from okaeri.intake.records import subscription_requests
from okaeri.intake.records.keeping import keep, told_extra
from okaeri.intake.types import (
    Kept,
    SubscriptionEventIn,
    SubscriptionEventRecord,
    SubscriptionIn,
    SubscriptionRecord,
)

_FIELDS = (
    "id", "source", "subscription_no", "party_id", "status", "sku", "product_name", "price_minor",
    "interval_days", "started_on", "next_on", "cancelled_on", "cancel_reason", "changed_at",
    "change_no",
)  # fmt: skip
_EVENT = (
    "subscription_id", "kind", "occurred_on", "delivery_no", "order_no", "reason", "note",
)  # fmt: skip


def record(given: Iterable[SubscriptionIn]) -> Kept:
    """Store contracts (定期) and their events, all or none; an older word replaces no newer one.

    What happened is kept whichever word is newest.
    Where a source gives no reason for a cancellation, the one the person gave on his own page counts.
    """
    contracts = list(given)
    now = clock.now()
    with transaction.atomic():
        parties = store_parties([(c.source, c.party, c.changed_at) for c in contracts], now)
        silent = [c for c in contracts if c.status == "cancelled" and not c.cancel_reason]
        said = subscription_requests.reasons_asked((c.source, c.subscription_no) for c in silent)
        rows = [
            {
                "source": c.source, "subscription_no": c.subscription_no, "party_id": party,
                "status": c.status, "sku": c.sku, "product_name": c.product_name,
                "price_minor": c.price_minor, "interval_days": c.interval_days,
                "started_on": c.started_on, "next_on": c.next_on, "cancelled_on": c.cancelled_on,
                "cancel_reason": c.cancel_reason or said.get((c.source, c.subscription_no), ""),
                "changed_at": c.changed_at, **told_extra(c.extra),
            }
            for c, party in zip(contracts, parties, strict=True)
        ]  # fmt: skip
        kept, ids = keep(Subscription, "subscription_no", rows)
        add_events(
            [(ids[(c.source, c.subscription_no)], event) for c in contracts for event in c.events]
        )
        subscription_requests.settle(list(ids.values()), now)
    return kept


def add_events(given: Sequence[tuple[int, SubscriptionEventIn]]) -> None:
    """Add what happened to contracts (by id); the same word twice is one row."""
    rows = {}
    for contract, event in given:
        key = event_key(contract, event)
        rows[key] = SubscriptionEvent(
            key=key,
            subscription_id=contract,
            kind=event.kind,
            occurred_on=event.occurred_on,
            delivery_no=event.delivery_no,
            order_no=event.order_no,
            reason=event.reason,
            note=event.note,
        )
    SubscriptionEvent.objects.bulk_create(rows.values(), ignore_conflicts=True, batch_size=500)


def event_key(contract: int, event: SubscriptionEventIn) -> str:
    """Give the key under which the same word about a contract is one row."""
    return digest(
        (contract, event.kind, event.occurred_on, event.delivery_no or "", event.order_no)
    )


def of_parties(party_ids: Iterable[int]) -> list[SubscriptionRecord]:
    """Give the contracts of these contacts, newest change last, with their events."""
    rows = Subscription.objects.filter(party_id__in=set(party_ids)).order_by("change_no")
    return _records(list(rows.values_list(*_FIELDS)))


def delivered_without_contract(party_ids: Iterable[int], since: date) -> list[tuple[int, str]]:
    """Give contact and product of every line that a subscription without a known contract delivered.

    A shop that tells no contracts still numbers its deliveries. `since`: the first day of order looked at.
    """
    deliveries = Order.objects.filter(
        ~Q(subscription_no="") | Q(delivery_no__isnull=False),
        party_id__in=set(party_ids),
        ordered_on__gte=since,
        is_purchase=True,
    )
    contract = Subscription.objects.filter(
        source=OuterRef("source"), subscription_no=OuterRef("subscription_no")
    )
    open_ended = dict(deliveries.exclude(Exists(contract)).values_list("id", "party_id"))
    lines = OrderLine.objects.filter(order_id__in=open_ended).values_list("order_id", "sku")
    # A line without a code says "anything" of an order that names nothing; beside others it is postage.
    named = {order for order, sku in lines if sku}
    return [(open_ended[order], sku) for order, sku in lines if sku or order not in named]


def after(change_no: int, limit: int) -> list[SubscriptionRecord]:
    """Give at most `limit` contracts behind a change number, in the order of change."""
    rows = Subscription.objects.filter(change_no__gt=change_no).order_by("change_no")[:limit]
    return _records(list(rows.values_list(*_FIELDS)))


def _records(rows: Sequence[tuple[Any, ...]]) -> list[SubscriptionRecord]:
    events: dict[int, list[SubscriptionEventRecord]] = {}
    found = SubscriptionEvent.objects.filter(subscription_id__in=[row[0] for row in rows])
    for contract, *values in found.order_by("occurred_on", "id").values_list(*_EVENT):
        events.setdefault(contract, []).append(SubscriptionEventRecord(*values))
    asked = subscription_requests.open_kinds([row[0] for row in rows])
    found_rows = [SubscriptionRecord(*row) for row in rows]
    return [
        replace(row, events=tuple(events.get(row.id, ())), asked=asked.get(row.id, ""))
        for row in found_rows
    ]
