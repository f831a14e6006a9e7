"""Puts what sources say into effect: one transaction, and late older words change nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum

from okaeri.foundation import clock
from okaeri.foundation.sequences import next_numbers
from okaeri.intake import store
from okaeri.intake.actions import record_orders, record_products
from okaeri.intake.models import (
    LatestWord,
    Order,
    OrderLine,
    Party,
    Refund,
    SourceMark,
    Subscription,
)
from okaeri.intake.people import store_parties
from okaeri.intake.records import payments, subscription_requests, subscriptions
from okaeri.intake.records.everything import record_all
from okaeri.intake.records.words import Stamp, order_no_of, take_newer
from okaeri.intake.types import (
    Kept,
    LineIn,
    OrderIn,
    PartyIn,
    ProductIn,
    RightsRequest,
    SubscriptionEventIn,
)
from okaeri.intake.webhooks.words import (
    OrderWord,
    PersonWord,
    ProductWord,
    RefundWord,
    SkipWord,
    Words,
)
from okaeri.intake.writing import CHANGES
from okaeri.intake.writing.marks import note_told

Kind = TypeVar("Kind")
AskRights = Callable[[RightsRequest], None]
_PARTY = tuple(field.name for field in fields(PartyIn))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What applying needs beside the words."""

    zone: ZoneInfo
    now: datetime
    # Hands a request of a person's to whoever keeps them; called in the open transaction.
    ask_rights: AskRights | None = None


def apply(words: Words, around: Surroundings) -> Kept:
    """Put words into effect, all or none; gives how many records were new, changed, equal and late.

    Raises InputError where something cannot be stored; then nothing is.
    """
    with transaction.atomic():
        next_numbers(CHANGES, 0)
        kept = _orders(_of(words, OrderWord))
        kept += _people(_of(words, PersonWord), around.now)
        kept += _products(_of(words, ProductWord))
        kept += record_all(words)
        _refunds(_of(words, RefundWord))
        _skips(_of(words, SkipWord), around.zone)
        for request in _of(words, RightsRequest):
            if around.ask_rights is not None:
                around.ask_rights(request)
    return kept


def _of(words: Words, kind: type[Kind]) -> list[Kind]:
    return [word for word in words if isinstance(word, kind)]


# ---- orders and refunds ------------------------------------------------------------------------


def _orders(words: Sequence[OrderWord]) -> Kept:
    if not words:
        return Kept()
    refunds = [_refund_row(one) for word in words for one in word.refunds]
    if refunds:
        Refund.objects.bulk_create(
            refunds,
            update_conflicts=True,
            unique_fields=["source", "refund_no"],
            update_fields=["amount_minor"],
        )
    latest, late = _newest(words)
    orders = [_with_refunds(word) for word in latest]
    new, updated, unchanged = record_orders(orders)
    owed = [word.payment for word in latest if word.payment is not None]
    if owed:
        payments.record(owed)
    for word in late:
        _refresh_refunds(word.order.source, word.subject_no)
    return Kept(new, updated, unchanged, len(late))


def _newest(words: Sequence[OrderWord]) -> tuple[list[OrderWord], list[OrderWord]]:
    """Give the words that count and those that come too late; of one order given twice the newest."""
    by_order: dict[tuple[str, str], OrderWord] = {}
    late: list[OrderWord] = []
    for word in words:
        key = (word.order.source, word.subject_no)
        other = by_order.setdefault(key, word)
        if other is not word and _is_older(word.stamp, other.stamp):
            late.append(word)
        else:
            by_order[key] = word
    stamps: dict[str, dict[str, Stamp]] = {}
    for (source, number), word in by_order.items():
        if word.stamp is not None:
            stamps.setdefault(source, {})[number] = word.stamp
    newer = {
        (source, number)
        for source, given in stamps.items()
        for number in take_newer(source, LatestWord.Subject.ORDER, given)
    }
    counts = [w for key, w in by_order.items() if w.stamp is None or key in newer]
    late += [w for key, w in by_order.items() if w.stamp is not None and key not in newer]
    return counts, late


def _is_older(stamp: Stamp | None, other: Stamp | None) -> bool:
    return stamp is not None and other is not None and stamp.age < other.age


def _refund_row(word: RefundWord) -> Refund:
    return Refund(
        source=word.source,
        refund_no=word.refund_no,
        subject_no=word.subject_no,
        amount_minor=word.amount_minor,
        refunded_at=word.refunded_at,
    )


def _refunded(source: str, subject_no: str) -> int | None:
    """Give the sum of all refunds known of an order, None where none is."""
    rows = Refund.objects.filter(source=source, subject_no=subject_no)
    total: int | None = rows.aggregate(total=Sum("amount_minor"))["total"]
    return total


def _with_refunds(word: OrderWord) -> OrderIn:
    """Add what was given back, also where it was heard before the order itself."""
    refunded = _refunded(word.order.source, word.subject_no) if word.stamp else None
    return word.order if refunded is None else replace(word.order, refunded_minor=refunded)


def _refunds(words: Sequence[RefundWord]) -> None:
    for word in words:
        # The order itself knows the exact amount with tax; what it said first stays.
        Refund.objects.bulk_create([_refund_row(word)], ignore_conflicts=True)
        _refresh_refunds(word.source, word.subject_no)


def _refresh_refunds(source: str, subject_no: str) -> None:
    """Write a stored order again with all its refunds; nothing while the order is not known."""
    order_no = order_no_of(source, subject_no)
    refunded = _refunded(source, subject_no)
    stored = _stored_order(source, order_no) if order_no else None
    if stored is not None and refunded is not None and stored.refunded_minor != refunded:
        record_orders([replace(stored, refunded_minor=refunded)])


def _stored_order(source: str, order_no: str) -> OrderIn | None:
    """Give a stored order as its source said it."""
    row = Order.objects.filter(source=source, order_no=order_no).select_related("party").first()
    if row is None:
        return None
    lines = OrderLine.objects.filter(order_id=row.id).order_by("line_no")
    return OrderIn(
        source=row.source,
        order_no=row.order_no,
        ordered_at=row.ordered_at,
        status=row.status,
        party=_party_of(row.party),
        lines=tuple(
            LineIn(*values)
            for values in lines.values_list(
                "sku", "product_name", "quantity", "unit_price_minor", "amount_minor"
            )
        ),
        discount_minor=row.discount_minor,
        points_minor=row.points_minor,
        shipping_minor=row.shipping_minor,
        total_minor=row.total_minor,
        refunded_minor=row.refunded_minor,
        currency=row.currency,
        subscription_no=row.subscription_no,
        delivery_no=row.delivery_no,
        media_code=row.media_code,
        shipped_on=row.shipped_on,
        delivered_on=row.delivered_on,
        extra=row.extra if isinstance(row.extra, dict) else {},
        lines_tax_minor=row.lines_tax_minor,
        status_word=row.status_word,
    )


def _party_of(party: Party | None) -> PartyIn:
    if party is None:
        return PartyIn()
    values: dict[str, Any] = {name: getattr(party, name) for name in _PARTY}
    return PartyIn(**values)


# ---- people, products, subscriptions -----------------------------------------------------------


def _people(words: Sequence[PersonWord], now: datetime) -> Kept:
    if not words:
        return Kept()
    latest: dict[tuple[str, str], PersonWord] = {}
    for word in words:
        key = (word.source, word.subject_no)
        if key not in latest or latest[key].stamp.age <= word.stamp.age:
            latest[key] = word
    stamps: dict[str, dict[str, Stamp]] = {}
    for (source, number), word in latest.items():
        stamps.setdefault(source, {})[number] = word.stamp
    fresh: list[PersonWord] = []
    for source, given in stamps.items():
        newer = take_newer(source, LatestWord.Subject.CUSTOMER, given)
        fresh += [latest[(source, number)] for number in sorted(newer)]
    note_told(SourceMark.Subject.CUSTOMER, ((word.source, now) for word in words))
    before = Party.objects.count()
    store_parties([(w.source, w.party, w.stamp.changed_at) for w in fresh], now)
    new = Party.objects.count() - before
    return Kept(new, 0, max(0, len(fresh) - new), len(latest) - len(fresh))


def _products(words: Sequence[ProductWord]) -> Kept:
    """Change only the fields a source names: a price from the shop keeps the cost staff gave."""
    now = clock.now()
    note_told(SourceMark.Subject.PRODUCT, ((word.source, now) for word in words))
    named: dict[str, dict[str, Any]] = {}
    stale = 0
    for word in words:
        if word.stamp is not None:
            given = {word.subject_no: word.stamp}
            if not take_newer(word.source, LatestWord.Subject.PRODUCT, given):
                stale += 1
                continue
        for sku, values in word.fields.items():
            named.setdefault(sku, {}).update(values)
    if not named:
        return Kept(stale=stale)
    known = store.products(named)
    changed = record_products(
        replace(known.get(sku, ProductIn(sku)), **values) for sku, values in named.items()
    )
    new = len(named.keys() - known.keys())
    return Kept(new, max(0, changed - new), len(named) - changed, stale)


def _skips(words: Sequence[SkipWord], zone: ZoneInfo) -> None:
    """Add skips to contracts that are known; of a contract never heard of nothing can be said."""
    for word in words:
        known = Subscription.objects.filter(
            source=word.source, subscription_no=word.subscription_no
        ).first()
        if known is not None:
            event = SubscriptionEventIn("skipped", clock.local_day(word.occurred_at, zone))
            subscriptions.add_events([(known.id, event)])
            subscription_requests.settle([known.id], clock.now())
