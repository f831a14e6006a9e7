"""What people did with their messages, as signs of life: opened and clicked, never machines."""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pyarrow as pa

from okaeri.customers import api as customers
from okaeri.deliver.models import MessageEvent
from okaeri.foundation import clock
from okaeri.insight.bump_types import SIGNS, Sign, SignKind

_PAGE = 50_000
_KINDS = {"opened": SignKind.OPEN, "clicked": SignKind.CLICK}
Row = tuple[int, datetime, str]


def read_signs(since: date, zone: ZoneInfo) -> Iterator[pa.RecordBatch]:
    """Give the signs of everybody from a day on, as `insight.bump_types.SIGNS`."""
    rows, absorbed = _rows(since, None), customers.absorbed_ids()
    while page := list(islice(rows, _PAGE)):
        people, moments, kinds = zip(*page, strict=True)
        columns = (
            [absorbed.get(who, who) for who in people],
            [clock.local_day(at, zone) for at in moments],
            [_KINDS[kind].value for kind in kinds],
        )
        arrays = [pa.array(one, field.type) for one, field in zip(columns, SIGNS, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=SIGNS)


def signs_of(customer_ids: Collection[int], since: date, zone: ZoneInfo) -> list[Sign]:
    """Give the signs of these people from a day on, whichever of their numbers a message went to."""
    live = {
        number: asked
        for asked, numbers in customers.families_of(customer_ids).items()
        for number in numbers
    }
    return [
        Sign(live[who], clock.local_day(at, zone), _KINDS[kind])
        for who, at, kind in _rows(since, live)
    ]


def _rows(since: date, people: Collection[int] | None) -> Iterator[Row]:
    # A day earlier, as the shop's day begins before that of UTC.
    begun = datetime.combine(since - timedelta(days=1), time(), UTC)
    events = MessageEvent.objects.filter(
        kind__in=list(_KINDS), occurred_at__gte=begun, message__customer_id__gt=0
    )
    if people is not None:
        events = events.filter(message__customer_id__in=list(people))
    rows = events.values_list("message__customer_id", "occurred_at", "kind")
    yield from rows.iterator(chunk_size=_PAGE)
