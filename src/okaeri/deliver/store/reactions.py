"""How each person answered on each channel: what best channels are counted on."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice

import pyarrow as pa
from django.db.models import Count

from okaeri.customers import api as customers
from okaeri.deliver.models import Message, MessageEvent
from okaeri.deliver.store.claims import MARKETING
from okaeri.insight.reaction_types import REACTIONS

_PAGE = 50_000
Row = tuple[int, str, int, int, int]


def read_reactions(since: datetime, until: datetime | None = None) -> Iterator[pa.RecordBatch]:
    """Give one row of `REACTIONS` per person and channel since `since` (and before `until`).

    Marketing without a tracked link could not be answered and is no part of it. A person is his live
    number. Only what people did counts; scanners and proxies have kinds of their own.
    """
    left = Message.objects.filter(
        status=Message.Status.ACCEPTED,
        content_kind__in=MARKETING,
        has_link=True,
        claimed_at__gte=since,
        customer_id__gt=0,
    )
    if until is not None:
        left = left.filter(claimed_at__lt=until)
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
    people = _by_person(rows, customers.absorbed_ids())
    while page := list(islice(people, _PAGE)):
        columns = zip(*page, strict=True)
        arrays = [
            pa.array(column, field.type) for column, field in zip(columns, REACTIONS, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=REACTIONS)


def _by_person(rows: Iterable[Row], absorbed: Mapping[int, int]) -> Iterator[Row]:
    """Give what was sent to a merged person's old numbers with the live one, in one row a channel.

    Only the rows of merged people wait for each other; those of all others pass through.
    """
    live = {*absorbed.values()}
    joined: dict[tuple[int, str], tuple[int, int, int]] = {}
    for who, channel, sent, opened, clicked in rows:
        root = absorbed.get(who, who)
        if root == who and who not in live:
            yield who, channel, sent, opened, clicked
        else:
            a, b, c = joined.get((root, channel), (0, 0, 0))
            joined[root, channel] = (a + sent, b + opened, c + clicked)
    for (root, channel), counts in sorted(joined.items()):
        yield root, channel, *counts
