"""The content calendar: what is really planned for every class, and what staff wrote into it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from okaeri.deliver import api as deliver
from okaeri.foundation.clock import local_day
from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import TEN_CLASSES, LifecycleRules
from okaeri.plan.actions.keys import SOURCE_KIND
from okaeri.plan.actions.surroundings import look_around
from okaeri.plan.calendar_types import (
    CalendarItem,
    CalendarRules,
    CalendarView,
    ItemKind,
    ItemSource,
)
from okaeri.plan.domain.coming import Coming, coming_sends
from okaeri.plan.domain.outlook import has_useful, in_order, kind_of_contents, look_ahead
from okaeri.plan.journeys.definition import Definition
from okaeri.plan.journeys.steps.send import Send
from okaeri.plan.names import names_of_templates
from okaeri.plan.store import calendar as store
from okaeri.plan.store import journeys
from okaeri.plan.store.rows import TemplateHead

# Farther ahead nothing a journey plans is of use to a reader.
DAYS_AHEAD = 366
_CLASSES = frozenset(one.key for one in TEN_CLASSES)


class _Sending(NamedTuple):
    """One content on one day: what items are counted by."""

    day: date
    source: ItemSource
    journey_id: int
    templates: tuple[str, ...]
    is_certain: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What all items are made of, read once."""

    today: date
    zone: ZoneInfo
    heads: Mapping[str, TemplateHead]
    names: Mapping[str, Text]
    people: Mapping[str, int]


def view_calendar(now: datetime) -> CalendarView:
    """Give every planned item and the outlook of all ten classes."""
    around = look_around()
    known = _Known(
        today=local_day(now, around.zone),
        zone=around.zone,
        heads=journeys.template_heads(),
        names=names_of_templates(),
        people=insight.count_classes(),
    )
    counted: defaultdict[_Sending, Counter[str]] = defaultdict(Counter)
    for sending, of_class, people in (*_coming(known), *_waiting(known, now)):
        if of_class in _CLASSES:
            counted[sending][of_class] += people
    items = in_order([*_sendings(counted, known), *_entries(known)])
    rules = load(CalendarRules)
    kinds = {key: head.content_kind for key, head in known.heads.items()}
    useful = [one for one in journeys.all_definitions() if has_useful(one[2], kinds)]
    lapse_days = load(LifecycleRules).lapse_days
    outlooks = look_ahead(items, known.people, useful, known.today, rules, lapse_days)
    return CalendarView(known.today, rules.gap_days, rules.thin_percent, tuple(items), outlooks)


def _coming(known: _Known) -> Iterator[tuple[_Sending, str, int]]:
    """Give what the walks under way come to, and how many people of which class."""
    standing = store.count_standing()
    definitions = journeys.sources_of(one.version_id for one in standing)
    plans: dict[tuple[int, str, int], list[Coming]] = {}
    for one, people in standing.items():
        definition = definitions[one.version_id]
        leaves = max(known.today, local_day(one.due_at, known.zone))
        offset = (leaves - one.anchor_on).days
        alike = (one.version_id, one.node, offset)
        if alike not in plans:
            plans[alike] = coming_sends(definition, one.node, offset, offset + DAYS_AHEAD)
        for coming in plans[alike]:
            day = one.anchor_on + timedelta(days=coming.day)
            templates = _templates_at(definition, coming.node)
            sending = _Sending(
                day, ItemSource.JOURNEY, one.journey_id, templates, coming.is_certain
            )
            yield sending, one.of_class, people


def _templates_at(definition: Definition, node: str) -> tuple[str, ...]:
    """Give the contents of a step that sends, the one of everybody else first."""
    step = definition.nodes[node].step
    return step.templates[::-1] if isinstance(step, Send) else ()


def _waiting(known: _Known, now: datetime) -> Iterator[tuple[_Sending, str, int]]:
    """Give what stands in the outbox already."""
    for one in deliver.count_open_by_class(now):
        day = max(known.today, local_day(one.due_at, known.zone))
        journey_id = one.source_id if one.source_kind == SOURCE_KIND else 0
        sending = _Sending(day, ItemSource.MESSAGE, journey_id, (one.template_key,), True)
        yield sending, one.of_class, one.count


def _sendings(counted: Mapping[_Sending, Counter[str]], known: _Known) -> Iterator[CalendarItem]:
    keys = store.journey_keys_by_id(sending.journey_id for sending in counted)
    named = {key: one.header.name.as_text() for key, _, one in journeys.all_definitions()}
    for sending, people in counted.items():
        template, *others = sending.templates
        head = known.heads.get(template)
        journey_key = keys.get(sending.journey_id, "")
        yield CalendarItem(
            day=sending.day,
            kind=kind_of_contents(_kind_of(key, known) for key in sending.templates),
            source=sending.source,
            name=known.names.get(template, Text(template, template)),
            channel=head.channel if head else "",
            people=dict(people),
            journey_key=journey_key,
            journey_name=named.get(journey_key),
            template_key=template,
            more_contents=len(others),
            is_certain=sending.is_certain,
        )


def _kind_of(template: str, known: _Known) -> str:
    head = known.heads.get(template)
    return head.content_kind if head else ""


def _entries(known: _Known) -> Iterator[CalendarItem]:
    """Give what staff wrote by hand, of the past too; an entry is for everybody in its classes."""
    for row in store.list_entries():
        yield CalendarItem(
            day=row.day,
            kind=ItemKind(row.kind),
            source=ItemSource.ENTRY,
            name=Text(row.title, row.title),
            channel=row.channel,
            people={key: known.people.get(key, 0) for key in row.classes},
            journey_key=row.journey_key,
            template_key=row.template_key,
            entry_id=row.id,
            note=row.note,
        )
