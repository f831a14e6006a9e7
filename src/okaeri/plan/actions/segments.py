"""Who enters by coming into a segment; the nightly count of segments tells who came and who went."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction

from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import SegmentChangeView, SegmentView
from okaeri.plan.actions.enrol import begin_walks
from okaeri.plan.actions.surroundings import look_around
from okaeri.plan.domain.entry import entry_by_segment
from okaeri.plan.journeys.definition import SegmentTrigger
from okaeri.plan.store import journeys as store
from okaeri.plan.store.rows import LiveJourney
from okaeri.plan.types import DefinitionError

# So many people begin at once; a first look may let a whole segment in.
_TOGETHER = 5_000
# Counts of one segment that one look reads; it goes on from there at the next.
_MOST_CHANGES = 100

_NO_SEGMENT = Text(
    "セグメント「{name}」がまだありません。「セグメント」で作ってから始めてください。",
    'The segment "{name}" does not exist yet; make it under Segments first.',
)
# Customer → the change he came in by (0: he was there) and when.
_Came = dict[int, tuple[int, datetime]]


def segment_of(trigger: SegmentTrigger) -> SegmentView:
    """Give the segment a journey waits at, or raise DefinitionError while there is none."""
    found = find_segment(trigger)
    if found is None:
        name = name_of(trigger)
        words = Text(_NO_SEGMENT.ja.format(name=name.ja), _NO_SEGMENT.en.format(name=name.en))
        raise DefinitionError(words)
    return found


def name_of(trigger: SegmentTrigger) -> Text:
    """Give what the segment is called, whether it has been made or not."""
    found = find_segment(trigger)
    if found is not None:
        return Text(found.name, found.name)
    preset = insight.find_preset(trigger.preset) if trigger.preset else None
    # Of one put away too.
    unknown = trigger.preset or insight.segment_names().get(
        trigger.segment or 0, f"#{trigger.segment}"
    )
    return preset.name if preset else Text(unknown, unknown)


def find_segment(trigger: SegmentTrigger) -> SegmentView | None:
    """Give the segment a trigger names; None while there is none, or no more."""
    if trigger.segment is None:
        return insight.segment_of_preset(trigger.preset)
    try:
        found = insight.get_segment(trigger.segment)
    except NotFoundError:
        return None
    return found if found.deleted_at is None else None


def enrol_from_segments(now: datetime) -> int:
    """Let every live journey of a segment look at who came into it since; how many begin."""
    return sum(
        _look_at_segment(journey, journey.definition.trigger, now)
        for journey in store.live_journeys()
        if isinstance(journey.definition.trigger, SegmentTrigger)
    )


def _look_at_segment(journey: LiveJourney, trigger: SegmentTrigger, now: datetime) -> int:
    segment = find_segment(trigger)
    if segment is None:
        return 0
    changes = insight.segment_changes_after(segment.id, journey.segment_cursor, _MOST_CHANGES)
    # Going live forgets the day of the last look.
    is_first = journey.scanned_on is None
    if not changes and not is_first:
        return 0
    came = _came_since(changes)
    if is_first and trigger.present:
        came = dict.fromkeys(insight.segment_members(segment.id), (0, now))
    cursor = changes[-1].id if changes else journey.segment_cursor
    with transaction.atomic():
        if not store.take_segment(journey, cursor=cursor, day=look_around().day_of(now)):
            return 0
        return sum(_begin(journey, segment, part, now) for part in _parts(came))


def _came_since(changes: Sequence[SegmentChangeView]) -> _Came:
    """Leave out who has gone again since."""
    came: _Came = {}
    for change in changes:
        came |= dict.fromkeys(change.entered, (change.id, change.at))
        for who in change.left:
            came.pop(who, None)
    return came


def _parts(came: _Came) -> Iterator[_Came]:
    people = sorted(came)
    for start in range(0, len(people), _TOGETHER):
        yield {who: came[who] for who in people[start : start + _TOGETHER]}


def _begin(journey: LiveJourney, segment: SegmentView, came: _Came, now: datetime) -> int:
    zone = look_around().zone
    entries = [
        entry_by_segment(who, change_id, segment.name, at=at, now=now, zone=zone)
        for who, (change_id, at) in came.items()
    ]
    return begin_walks(journey, entries, now)
