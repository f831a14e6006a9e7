"""The log of who saw whose data: rows are only added, each sealed with the one before it."""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

from django.db import transaction
from django.db.models import Q
from pyroaring import BitMap64

from okaeri.customers.access_types import (
    AccessRecord,
    AccessScope,
    ChainCheck,
    ProvisionSummary,
)
from okaeri.customers.models import AccessEntry, AccessHead

_CHUNK = 5_000
_SHOWN = (
    *("id", "at", "actor", "action", "customer_id", "people", "fields", "where"),
    *("recipient", "basis"),
)
_SEALED = (
    *("at", "actor", "action", "customer_id", "people", "members", "fields", "where"),
    *("recipient", "basis"),
)


def append(
    secret: str,
    *,
    at: datetime,
    actor: str,
    action: str,
    customer_ids: Collection[int],
    people: int,
    fields: Sequence[str],
    where: str,
    recipient: str = "",
    basis: str = "",
) -> None:
    """Add one entry in a transaction of its own.

    1. The head's row is locked: another worker's entry waits here, on either database.
    2. The entry is sealed with the head's chain. 3. The head moves on; both are committed at once.
    """
    one = next(iter(customer_ids)) if len(customer_ids) == 1 else None
    entry = AccessEntry(
        at=at,
        actor=actor[:150],
        action=action,
        customer_id=one,
        people=people,
        members=b"" if len(customer_ids) < 2 else BitMap64(customer_ids).serialize(),
        fields=list(fields),
        where=where[:255],
        recipient=recipient[:150],
        basis=basis,
    )
    with transaction.atomic():
        AccessHead.objects.bulk_create([AccessHead(id=1)], ignore_conflicts=True)
        head = AccessHead.objects.select_for_update().get(id=1)
        entry.chain = _seal(secret, head.chain, [getattr(entry, name) for name in _SEALED])
        entry.save(force_insert=True)
        AccessHead.objects.filter(id=1).update(entries=head.entries + 1, chain=entry.chain)


def _seal(secret: str, before: str, values: Sequence[Any]) -> str:
    at, actor, action, customer_id, people, members, fields, where, recipient, basis = values
    stated: list[Any] = [
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        *(actor, action, customer_id, people),
        hashlib.sha256(bytes(members)).hexdigest() if members else "",
        *(fields, where),
    ]
    if basis:
        # A list of its own: an entry that says nothing of this is sealed as it always was.
        stated.append([recipient, basis])
    return _sign(secret, before + json.dumps(stated, ensure_ascii=False, separators=(",", ":")))


def _sign(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def verify(secret: str) -> ChainCheck:
    """Read the whole log and compare every seal; says where the first one does not fit."""
    head = AccessHead.objects.filter(id=1).first() or AccessHead()
    chain, count, expected = head.dropped_chain, 0, head.entries - head.dropped
    if head.dropped and not hmac.compare_digest(_seal_of_dropped(secret, head), head.dropped_seal):
        return ChainCheck(0, 0, expected)
    rows = AccessEntry.objects.order_by("id").values_list("id", "chain", *_SEALED)
    for number, stored, *values in rows.iterator(_CHUNK):
        count += 1
        chain = _seal(secret, chain, values)
        if chain != stored:
            return ChainCheck(count, number, expected)
    return ChainCheck(count, None if head.chain == chain else 0, expected)


def _seal_of_dropped(secret: str, head: AccessHead) -> str:
    stated = ["dropped", head.dropped, head.dropped_to, head.dropped_chain]
    return _sign(secret, json.dumps(stated, separators=(",", ":")))


def drop_before(secret: str, limit: datetime, most: int = _CHUNK) -> int:
    """Take away the oldest entries, all from before `limit`; gives how many.

    The head says first, under its seal, up to where the log is gone: the rest can still be checked,
    and the database (PostgreSQL) lets nothing else be removed.
    """
    oldest = AccessEntry.objects.order_by("id").values_list("id", "at", "chain")
    if (first := oldest.first()) is None or first[1] >= limit:
        return 0
    with transaction.atomic():
        head = AccessHead.objects.select_for_update().get(id=1)
        gone = list(takewhile(lambda row: row[1] < limit, oldest[:most]))
        if not gone:
            return 0
        head.dropped += len(gone)
        head.dropped_to, _, head.dropped_chain = gone[-1]
        head.dropped_seal = _seal_of_dropped(secret, head)
        head.save()
        AccessEntry.objects.filter(id__lte=head.dropped_to).delete()
    return len(gone)


def _matching(
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    actor: str = "",
    action: str = "",
    recipient: str = "",
    basis: str = "",
    is_given: bool = False,
) -> Q:
    condition = Q()
    if since is not None:
        condition &= Q(at__gte=since)
    if until is not None:
        condition &= Q(at__lt=until)
    if actor:
        condition &= Q(actor=actor)
    if action:
        condition &= Q(action=action)
    if is_given:
        condition &= ~Q(basis="")
    if recipient:
        condition &= Q(recipient=recipient)
    if basis:
        condition &= Q(basis=basis)
    return condition


def list_page(
    *,
    offset: int = 0,
    limit: int = 50,
    customer_id: int | None = None,
    **where: Any,  # noqa: ANN401 - filters
) -> tuple[list[AccessRecord], int]:
    """Give one page, newest first, and how many entries there are.

    A person's entries are those of his own and those of lists and downloads he was in.
    """
    found = AccessEntry.objects.filter(_matching(**where))
    if customer_id is not None:
        found = found.filter(Q(customer_id=customer_id) | Q(id__in=_with(customer_id, found)))
    rows = found.order_by("-id").values_list(*_SHOWN)
    return [_record(row) for row in rows[offset : offset + limit]], found.count()


def _with(customer_id: int, found: Any) -> list[int]:  # noqa: ANN401 - a queryset that stays in here
    lists = found.filter(customer_id=None, people__gt=1).values_list("id", "members")
    return [
        number
        for number, members in lists.iterator(_CHUNK)
        if members and customer_id in BitMap64.deserialize(bytes(members))
    ]


def iter_all(**where: Any) -> Iterator[AccessRecord]:  # noqa: ANN401 - as `list_page`
    """Give every matching entry, oldest first."""
    rows = AccessEntry.objects.filter(_matching(**where)).order_by("id").values_list(*_SHOWN)
    return (_record(row) for row in rows.iterator(_CHUNK))


def _record(row: Sequence[Any]) -> AccessRecord:
    number, at, actor, action, customer_id, people, fields, *rest = row
    return AccessRecord(number, at, actor, action, customer_id, people, tuple(fields), *rest)


def summarize_provisions(customer_ids: Collection[int]) -> list[ProvisionSummary]:
    """Give who was given one person's data (under any of his ids), the latest first."""
    found: dict[tuple[str, str], list[AccessRecord]] = {}
    for one in iter_provisions(customer_ids):
        found.setdefault((one.recipient, one.basis), []).append(one)
    summaries = [
        ProvisionSummary(
            *who, len(times), times[0].at, times[-1].at,
            tuple(dict.fromkeys(field for one in times for field in one.fields)),
        )
        for who, times in found.items()
    ]  # fmt: skip
    return sorted(summaries, key=lambda one: (one.last_at, one.recipient, one.basis), reverse=True)


def _holds(members: bytes, wanted: BitMap64) -> bool:
    return not BitMap64.deserialize(bytes(members)).isdisjoint(wanted)


def iter_provisions(customer_ids: Collection[int]) -> Iterator[AccessRecord]:
    """Give every time a person's data was given to somebody, oldest first."""
    wanted = BitMap64(customer_ids)
    rows = AccessEntry.objects.filter(~Q(basis="")).order_by("id")
    for *row, members in rows.values_list(*_SHOWN, "members").iterator(_CHUNK):
        record = _record(row)
        one = record.customer_id
        if one in wanted if one else members and _holds(members, wanted):
            yield record


def iter_scope(**where: Any) -> Iterator[AccessScope]:  # noqa: ANN401 - as `list_page`
    """Answer a breach: each person once per actor and set of fields, with the first time.

    Lists are bitmaps, so that a download of everybody costs no more than the people new in it.
    """
    rows = AccessEntry.objects.filter(_matching(**where)).order_by("id")
    seen: dict[tuple[str, tuple[str, ...]], BitMap64] = {}
    columns = ("at", "actor", "fields", "customer_id", "members")
    for at, actor, fields, customer_id, members in rows.values_list(*columns).iterator(_CHUNK):
        known = seen.setdefault((actor, tuple(fields)), BitMap64())
        if customer_id is not None:
            fresh = BitMap64([customer_id]) - known
        else:
            fresh = BitMap64.deserialize(bytes(members)) - known if members else BitMap64()
        for number in fresh:
            yield AccessScope(number, actor, tuple(fields), at)
        known.update(fresh)


def list_recipients() -> list[str]:
    """Give everybody who was given something, by name."""
    given = AccessEntry.objects.filter(~Q(basis="")).exclude(recipient="")
    return sorted(given.values_list("recipient", flat=True).distinct())


def list_actors() -> list[str]:
    """Give everybody who is in the log."""
    return sorted(AccessEntry.objects.values_list("actor", flat=True).distinct())
