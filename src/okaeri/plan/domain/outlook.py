"""What each class has to look forward to, and where nothing useful is planned (row C-18). Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from okaeri.foundation.text import Text
from okaeri.insight.types import TEN_CLASSES, CustomerClass
from okaeri.plan.calendar_types import (
    CalendarItem,
    CalendarRules,
    ClassOutlook,
    ItemKind,
    ItemSource,
)
from okaeri.plan.domain.completeness import patterns_of
from okaeri.plan.journeys.definition import Definition
from okaeri.plan.journeys.steps.send import Send

_SUREST = list(ItemSource)
_LIVE, _LAPSED = "live", "lapsed"
Named = tuple[str, Text]


def in_order(items: Iterable[CalendarItem]) -> list[CalendarItem]:
    """Sort by day, of one day the surest first."""
    return sorted(
        items,
        key=lambda one: (
            one.day,
            _SUREST.index(one.source),
            one.journey_key,
            one.template_key,
            one.entry_id,
        ),
    )


def kind_of_contents(kinds: Iterable[str]) -> ItemKind:
    """Give what a step is that sends one of several contents: useful only where all of them are."""
    found = set(kinds)
    if found == {ItemKind.USEFUL.value}:
        return ItemKind.USEFUL
    return ItemKind.SALES if ItemKind.SALES.value in found else ItemKind.OTHER


def look_ahead(
    items: Sequence[CalendarItem],
    people: Mapping[str, int],
    useful_journeys: Sequence[tuple[str, str, Definition]],
    today: date,
    rules: CalendarRules,
    lapse_days: int,
) -> tuple[ClassOutlook, ...]:
    """Give the outlook of all ten classes; `items` in their order, `people` by class key.

    `useful_journeys` are key, status and definition of journeys with useful contents.
    """
    coming = [one for one in items if one.kind is ItemKind.USEFUL and one.day >= today]
    nearest: dict[str, CalendarItem] = {}
    for item in coming:
        for key in item.people:
            nearest.setdefault(key, item)
    soon = _reach(one for one in coming if (one.day - today).days <= rules.gap_days)
    return tuple(
        _outlook(
            one,
            nearest.get(one.key),
            min(soon.get(one.key, 0), people.get(one.key, 0)),
            people.get(one.key, 0),
            [
                (patterns_of(definition.trigger, lapse_days), key, status, definition)
                for key, status, definition in useful_journeys
            ],
            today,
            rules,
        )
        for one in TEN_CLASSES
    )


def _reach(items: Iterable[CalendarItem]) -> dict[str, int]:
    """Give class key → how many of it one content reaches, of all contents the most.

    A person gets a content of a journey once, so its days add up; those of two contents may be the same
    people, so contents do not.
    """
    sums: Counter[tuple[str, str, str, int]] = Counter()
    for one in items:
        for key, count in one.people.items():
            sums[key, one.journey_key, one.template_key, one.entry_id] += count
    most: dict[str, int] = {}
    for (key, *_), count in sums.items():
        most[key] = max(most.get(key, 0), count)
    return most


_Fitting = tuple[frozenset[str], str, str, Definition]


def _outlook(
    of: CustomerClass,
    item: CalendarItem | None,
    in_reach: int,
    people: int,
    useful_journeys: Sequence[_Fitting],
    today: date,
    rules: CalendarRules,
) -> ClassOutlook:
    in_days = (item.day - today).days if item else None
    is_gap = people > 0 and (in_days is None or in_days > rules.gap_days)
    pattern = _LAPSED if of.is_lapsed else of.stage.value
    fitting = [one for one in useful_journeys if pattern in one[0]]
    # Of two, the one made for fewer kinds of customers fits better.
    fitting.sort(key=lambda one: (len(one[0]), one[1]))
    return ClassOutlook(
        of=of,
        people=people,
        next_useful=item,
        in_days=in_days,
        is_gap=is_gap,
        in_reach=in_reach,
        is_thin=not is_gap and in_reach * 100 < rules.thin_percent * people,
        live=_named(one for one in fitting if one[2] == _LIVE),
        drafts=_named(one for one in fitting if one[2] != _LIVE),
    )


def _named(journeys: Iterable[_Fitting]) -> tuple[Named, ...]:
    return tuple((key, definition.header.name.as_text()) for _, key, _, definition in journeys)


def has_useful(definition: Definition, kinds: Mapping[str, str]) -> bool:
    """Tell whether some step of a journey sends useful contents only."""
    return any(
        kind_of_contents(kinds.get(key, "") for key in node.step.templates) is ItemKind.USEFUL
        for node in definition.nodes.values()
        if isinstance(node.step, Send)
    )
