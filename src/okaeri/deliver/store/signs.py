"""What people did with their messages, as signs of life: opened and clicked (which links), never machines."""

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pyarrow as pa
from django.db.models import TextField
from django.db.models.functions import Cast, Substr

from okaeri.customers import api as customers
from okaeri.deliver.models import Click, MessageEvent
from okaeri.foundation import clock
from okaeri.insight.bump_types import SIGNS, Sign, SignKind
from okaeri.insight.reaction_types import CLICKS

_PAGE = 50_000
_KINDS = {"opened": SignKind.OPEN, "clicked": SignKind.CLICK}
# As text: making an instant of each costs more than everything else here.
_TOLD = Substr(Cast("occurred_at", TextField()), 1, len("2026-05-20 03:00:00"))
Row = tuple[int, str, str]


def read_signs(since: date, zone: ZoneInfo) -> Iterator[pa.RecordBatch]:
    """Give the signs of everybody from a day on, as `insight.bump_types.SIGNS`."""
    rows, absorbed, day_of = _rows(since, None), customers.absorbed_ids(), _days_in(zone)
    while page := list(islice(rows, _PAGE)):
        people, moments, kinds = zip(*page, strict=True)
        columns = (
            [absorbed.get(who, who) for who in people],
            [day_of(at) for at in moments],
            [_KINDS[kind].value for kind in kinds],
        )
        arrays = [pa.array(one, field.type) for one, field in zip(columns, SIGNS, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=SIGNS)


def read_clicks(since: date, zone: ZoneInfo) -> Iterator[pa.RecordBatch]:
    """Give the first press of each link in a message by people, from a day on, as `CLICKS`."""
    pressed = Click.objects.filter(
        machine="", is_machine=False, occurred_at__gte=_begun(since), message__customer_id__gt=0
    )
    rows = pressed.values_list("message__customer_id", _TOLD, "link__url")
    every, absorbed, day_of = (
        rows.iterator(chunk_size=_PAGE),
        customers.absorbed_ids(),
        _days_in(zone),
    )
    while page := list(islice(every, _PAGE)):
        people, moments, urls = zip(*page, strict=True)
        columns = ([absorbed.get(who, who) for who in people], map(day_of, moments), urls)
        arrays = [pa.array(one, field.type) for one, field in zip(columns, CLICKS, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=CLICKS)


def signs_of(customer_ids: Collection[int], since: date, zone: ZoneInfo) -> list[Sign]:
    """Give the signs of these people from a day on, whichever of their numbers a message went to."""
    live = {
        number: asked
        for asked, numbers in customers.families_of(customer_ids).items()
        for number in numbers
    }
    day_of = _days_in(zone)
    return [Sign(live[who], day_of(at), _KINDS[kind]) for who, at, kind in _rows(since, live)]


def _rows(since: date, people: Collection[int] | None) -> Iterator[Row]:
    events = MessageEvent.objects.filter(
        kind__in=list(_KINDS), occurred_at__gte=_begun(since), message__customer_id__gt=0
    )
    if people is not None:
        events = events.filter(message__customer_id__in=list(people))
    rows = events.values_list("message__customer_id", _TOLD, "kind")
    yield from rows.iterator(chunk_size=_PAGE)


def _begun(since: date) -> datetime:
    # A day earlier, as the shop's day begins before that of UTC.
    return datetime.combine(since - timedelta(days=1), time(), UTC)


def _days_in(zone: ZoneInfo) -> Callable[[str], date]:
    """Give a function from an instant in UTC, as databases write it, to the shop's day."""
    hours: dict[str, date | None] = {}

    def day_of(moment: str) -> date:
        hour = moment[:13]
        if hour not in hours:
            begins = datetime.fromisoformat(f"{hour}:00:00+00:00")
            days = {clock.local_day(begins + timedelta(minutes=n), zone) for n in (0, 59)}
            hours[hour] = days.pop() if len(days) == 1 else None
        # In the one hour of a day in which midnight falls inside, the minute decides.
        return hours[hour] or clock.local_day(datetime.fromisoformat(f"{moment}+00:00"), zone)

    return day_of
