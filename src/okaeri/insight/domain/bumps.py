"""Freshness of one person lifted by signs of life; `features.bumps` says the same in bulk (§2.6)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from okaeri.insight.bump_types import BumpRules, Sign, SignKind
from okaeri.insight.domain.freshness import freshness_of


def points_by_day(signs: Iterable[Sign], *, as_of: date, rules: BumpRules) -> dict[date, int]:
    """Give day → points one person's signs add that day, as seen on `as_of`.

    A kind counts once a day, and up to the most of a week (Monday to Sunday) at first come.
    """
    since = as_of - timedelta(days=rules.days)
    counted = {(one.day, one.kind) for one in signs if since < one.day <= as_of}
    given: dict[tuple[date, SignKind], int] = defaultdict(int)
    days: dict[date, int] = defaultdict(int)
    for day, kind in sorted(counted):
        week = day - timedelta(days=day.weekday()), kind
        gained = min(rules.points[kind], rules.week_max - given[week])
        given[week] += gained
        days[day] += gained
    return dict(days)


def lifted_freshness(
    points: Mapping[date, int], *, fresh_on: date, as_of: date, half_life_days: float
) -> float:
    """Go from sign to sign: freshness halves with the days, then rises by the points, to 100 at most.

    What came up to and on `fresh_on`, the day it was 100, is forgotten.
    """
    value, last = 100.0, fresh_on
    for day in sorted(day for day in points if fresh_on < day <= as_of):
        decayed = value * freshness_of((day - last).days, half_life_days) / 100.0
        value, last = min(100.0, decayed + points[day]), day
    return value * freshness_of((as_of - last).days, half_life_days) / 100.0
