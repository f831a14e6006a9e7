"""What each class has to look forward to, and where nothing useful is planned (row C-18). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from okaeri.foundation.text import Text
from okaeri.insight.types import TEN_CLASSES, CustomerClass
from okaeri.plan.calendar_types import CalendarItem, ClassOutlook, ItemKind, ItemSource
from okaeri.plan.domain.completeness import patterns_of
from okaeri.plan.journeys.definition import Definition
from okaeri.plan.journeys.steps.send import Send

_SUREST = list(ItemSource)
_LIVE, _LAPSING = "live", "lapsing"
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
    gap_days: int,
) -> tuple[ClassOutlook, ...]:
    """Give the outlook of all ten classes; `items` in their order, `people` by class key.

    `useful_journeys` are key, status and definition of journeys with useful contents.
    """
    nearest: dict[str, CalendarItem] = {}
    for item in items:
        if item.kind is ItemKind.USEFUL and item.day >= today:
            for key in item.people:
                nearest.setdefault(key, item)
    return tuple(
        _outlook(
            one, nearest.get(one.key), people.get(one.key, 0), useful_journeys, today, gap_days
        )
        for one in TEN_CLASSES
    )


def _outlook(
    of: CustomerClass,
    item: CalendarItem | None,
    people: int,
    useful_journeys: Sequence[tuple[str, str, Definition]],
    today: date,
    gap_days: int,
) -> ClassOutlook:
    in_days = (item.day - today).days if item else None
    pattern = _LAPSING if of.is_lapsed else of.stage.value
    fitting = [one for one in useful_journeys if pattern in patterns_of(one[2].trigger)]
    # Of two, the one made for fewer kinds of customers fits better.
    fitting.sort(key=lambda one: (len(patterns_of(one[2].trigger)), one[0]))
    return ClassOutlook(
        of=of,
        people=people,
        next_useful=item,
        in_days=in_days,
        is_gap=people > 0 and (in_days is None or in_days > gap_days),
        live=_named(one for one in fitting if one[1] == _LIVE),
        drafts=_named(one for one in fitting if one[1] != _LIVE),
    )


def _named(journeys: Iterable[tuple[str, str, Definition]]) -> tuple[Named, ...]:
    return tuple((key, definition.header.name.as_text()) for key, _, definition in journeys)


def has_useful(definition: Definition, kinds: Mapping[str, str]) -> bool:
    """Tell whether some step of a journey sends useful contents only."""
    return any(
        kind_of_contents(kinds.get(key, "") for key in node.step.templates) is ItemKind.USEFUL
        for node in definition.nodes.values()
        if isinstance(node.step, Send)
    )
