"""Which live journeys need a segment; one that is needed is not put away."""

from collections.abc import Iterator

from django.db import transaction

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import SegmentView
from okaeri.plan.actions.segments import find_segment
from okaeri.plan.journeys.definition import Definition, SegmentTrigger
from okaeri.plan.journeys.steps.send import Send
from okaeri.plan.store import journeys as store

_NEEDED = Text(
    "稼働中のシナリオ「{journeys}」がこのセグメントを使っているため、削除できません。先にシナリオを止めてください。",
    "The segment is needed by the live {journeys} and cannot be removed; pause the journey first.",
)


def live_journeys_of(segment_id: int) -> list[tuple[str, Text]]:
    """Give (key, name) of the live journeys that begin at a segment or choose a content by it.

    An edition counts as long as somebody is on his way in it, and the newest in any case.
    """
    return [
        (journey.key, journey.definition.header.name.as_text())
        for journey in store.live_journeys()
        if _begins_at(journey.definition, segment_id)
        or any(
            segment_id in _asked_by(edition)
            for edition in (journey.definition, *store.walked_editions(journey.id))
        )
    ]


def _begins_at(definition: Definition, segment_id: int) -> bool:
    trigger = definition.trigger
    found = find_segment(trigger) if isinstance(trigger, SegmentTrigger) else None
    return found is not None and found.id == segment_id


def _asked_by(definition: Definition) -> Iterator[int]:
    for node in definition.nodes.values():
        if isinstance(node.step, Send):
            yield from (variant.segment for variant in node.step.variants)


def remove_segment(segment_id: int) -> SegmentView:
    """Put a segment away until it is brought back; refused while a rule or a live journey needs it."""
    with transaction.atomic():
        needed = live_journeys_of(segment_id)
        if needed:
            ja = "」「".join(name.ja for _, name in needed)
            en = ", ".join(f'"{name.en}"' for _, name in needed)
            raise InputError(Text(_NEEDED.ja.format(journeys=ja), _NEEDED.en.format(journeys=en)))
        return insight.delete_segment(segment_id)
