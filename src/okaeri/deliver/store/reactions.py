"""How each person answered on each channel: what best channels are counted on."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

import pyarrow as pa
from django.db.models import Count

from okaeri.deliver.models import Message, MessageEvent
from okaeri.deliver.store.claims import MARKETING

_PAGE = 50_000
REACTIONS = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("channel", pa.string()),
        ("sent", pa.int64()),
        ("opened", pa.int64()),
        ("clicked", pa.int64()),
    ]
)


def read_reactions(since: datetime) -> Iterator[pa.RecordBatch]:
    """Give one row per person and channel: marketing that left since `since`, opened, clicked of it.

    Only what people did counts; scanners and proxies have kinds of their own.
    """
    left = Message.objects.filter(
        status=Message.Status.ACCEPTED,
        content_kind__in=MARKETING,
        claimed_at__gte=since,
        customer_id__gt=0,
    )
    did: dict[tuple[int, str, str], int] = {}
    events = MessageEvent.objects.filter(kind__in=("opened", "clicked"), message__in=left)
    counted = events.values_list("message__customer_id", "message__channel", "kind")
    for who, channel, kind, count in counted.annotate(n=Count("id")).iterator(chunk_size=_PAGE):
        did[(who, channel, kind)] = count
    sent = left.values_list("customer_id", "channel").annotate(n=Count("id"))
    rows = (
        (
            who,
            channel,
            n,
            did.get((who, channel, "opened"), 0),
            did.get((who, channel, "clicked"), 0),
        )
        for who, channel, n in sent.order_by("customer_id", "channel").iterator(chunk_size=_PAGE)
    )
    while page := list(islice(rows, _PAGE)):
        columns = zip(*page, strict=True)
        arrays = [
            pa.array(column, field.type) for column, field in zip(columns, REACTIONS, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=REACTIONS)
