"""Whom messages reached, and when: what response rates and the cost of care are counted on."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pyarrow as pa

from okaeri.customers import api as customers
from okaeri.deliver.models import Message
from okaeri.deliver.store.claims import MARKETING
from okaeri.foundation import clock
from okaeri.insight.care_types import SPENT
from okaeri.insight.reaction_types import CONTACTS, SELLING

_PAGE = 50_000


def read_contacts(since: datetime, zone: ZoneInfo) -> Iterator[pa.RecordBatch]:
    """Give one row of `CONTACTS` per accepted marketing message since `since`."""
    found = Message.objects.filter(
        status=Message.Status.ACCEPTED, content_kind__in=MARKETING, claimed_at__gte=since
    )
    names = ("customer_id", "content_kind", "claimed_at", "channel", "source_kind", "source_id")
    rows = found.values_list(*names).iterator(chunk_size=_PAGE)
    absorbed = customers.absorbed_ids()
    contacts = (
        (
            *(absorbed.get(who, who), kind, clock.local_day(at, zone), int(at.timestamp())),
            *(channel, f"{source}:{number}"),
        )
        for who, kind, at, channel, source, number in rows
        if at is not None
    )
    while page := list(islice(contacts, _PAGE)):
        columns = zip(zip(*page, strict=True), CONTACTS.types, strict=True)
        arrays = [pa.array(values, kind) for values, kind in columns]
        yield pa.RecordBatch.from_arrays(arrays, schema=CONTACTS)


def contacts_of(
    source_kind: str, source_id: int, first: date, last: date, zone: ZoneInfo, *, limit: int
) -> list[tuple[int, date, str]]:
    """Give person, shop day and channel of one source's newest offers of these days."""
    found = Message.objects.filter(
        source_kind=source_kind,
        source_id=source_id,
        status=Message.Status.ACCEPTED,
        content_kind=SELLING,
        claimed_at__gte=datetime.combine(first, time(), zone),
        claimed_at__lt=datetime.combine(last + timedelta(days=1), time(), zone),
        customer_id__gt=0,
    )
    rows = found.order_by("-claimed_at").values_list("customer_id", "claimed_at", "channel")[:limit]
    return [(who, clock.local_day(at, zone), by) for who, at, by in rows if at is not None]


def read_spent(since: datetime, zone: ZoneInfo) -> Iterator[pa.RecordBatch]:
    """Give one row of `SPENT` per message that left since `since`, whatever it was about.

    One with an unknown outcome may have arrived and was most likely charged for; it counts.
    """
    left = (Message.Status.ACCEPTED, Message.Status.UNKNOWN)
    found = Message.objects.filter(status__in=left, claimed_at__gte=since, customer_id__gt=0)
    rows = found.values_list("customer_id", "channel", "claimed_at").iterator(chunk_size=_PAGE)
    absorbed = customers.absorbed_ids()
    while page := list(islice(rows, _PAGE)):
        people, channels, moments = zip(*page, strict=True)
        size = len(page)
        columns = (
            [absorbed.get(who, who) for who in people],
            channels,
            [clock.local_day(at, zone) for at in moments],
            [1] * size,
            [None] * size,
        )
        arrays = [pa.array(one, field.type) for one, field in zip(columns, SPENT, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=SPENT)
