"""Whom advertisements reached, and when: what response rates are counted on."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pyarrow as pa

from okaeri.deliver.models import Message
from okaeri.deliver.store.claims import MARKETING
from okaeri.foundation import clock

_PAGE = 50_000
CONTACTS = pa.schema([("customer_id", pa.int64()), ("sent_on", pa.date32())])


def read_contacts(since: datetime, zone: ZoneInfo) -> Iterator[pa.RecordBatch]:
    """Give one row per accepted advertisement since `since`: the person and the shop's day."""
    found = Message.objects.filter(
        status=Message.Status.ACCEPTED, content_kind__in=MARKETING, claimed_at__gte=since
    )
    rows = found.values_list("customer_id", "claimed_at").iterator(chunk_size=_PAGE)
    days = ((who, clock.local_day(at, zone)) for who, at in rows if at is not None)
    while page := list(islice(days, _PAGE)):
        people, sent = zip(*page, strict=True)
        yield pa.RecordBatch.from_arrays(
            [pa.array(people, pa.int64()), pa.array(sent, pa.date32())], schema=CONTACTS
        )
