"""Plain rules asked of the database mean what they mean for one person."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from okaeri.insight.domain.segment_rules import FIELDS, Person, matches, parse_rule, resolve
from okaeri.insight.models import CustomerInsight
from okaeri.insight.store import rule_query
from okaeri.insight.store.insights import COLUMNS

DAY = date(2026, 3, 1)
# Columns that may be unknown, one of each kind, and one that never is.
ASKED: dict[str, list[Any]] = {
    "second_on": [DAY - timedelta(days=3), DAY - timedelta(days=2), DAY],
    "recency_days": [0, 1, 2],
    "cycle_days": [0.5, 1.0, 2.0],
    "stage_before": ["first", "prime", "steady"],
    "lapsed_before": [False, True],
    "net_minor": [-1, 0, 1],
}
_ORDERED = ("<", "<=", ">", ">=")


def store_people() -> list[Person]:
    """Keep people of all values next to each other, each column unknown for some."""
    people = []
    for number in range(1, 13):
        columns = {"stage": "first", "freshness_band": "fresh", "freshness": 0.0, "as_of": DAY}
        columns |= {"is_lapsed": False, "is_at_risk": False, "is_f2_late": False}
        columns |= {"is_revived": False, "purchase_count": 1, "order_count": 1, "net_12m_minor": 0}
        for place, (name, values) in enumerate(ASKED.items()):
            # Another step for each column, so that values meet in many ways.
            chosen = (number * (place + 1) + place) % (len(values) + 1)
            unknown = 0 if name == "net_minor" else None
            columns[name] = values[chosen] if chosen < len(values) else unknown
        row = CustomerInsight.objects.create(customer_id=number, **columns)
        people.append(Person({name: getattr(row, name) for name in COLUMNS}))
    return people


def comparisons() -> Iterator[dict[str, Any]]:
    for name, values in ASKED.items():
        shown = [one.isoformat() if isinstance(one, date) else one for one in values]
        for op in ("=", "!="):
            for value in (*shown, None):
                yield {"field": name, "op": op, "value": value}
        yield {"field": name, "op": "in", "value": shown[:2]}
        if FIELDS[name].kind in ("int", "float", "date"):
            yield from ({"field": name, "op": op, "value": shown[1]} for op in _ORDERED)
    yield {"field": "second_on", "op": "last_days", "value": 2}
    yield {"field": "second_on", "op": "before_days", "value": 2}


def trees() -> Iterator[dict[str, Any]]:
    """Give every comparison, its opposite, and pairs of unlike ones joined both ways."""
    every = list(comparisons())
    yield from every
    yield from ({"not": one} for one in every)
    for one, other in zip(every, every[7:] + every[:7], strict=True):
        yield {"all": [one, {"not": other}]}
        yield {"not": {"any": [one, {"not": {"all": [other, one]}}]}}


@pytest.mark.django_db
def test_the_database_and_python_find_the_same_people() -> None:
    people = store_people()
    found_some = 0
    for tree in trees():
        rule = resolve(parse_rule(tree), DAY)
        assert rule_query.is_plain(rule)
        rows = CustomerInsight.objects.filter(rule_query.to_condition(rule))
        asked = set(rows.values_list("customer_id", flat=True))
        alone = {one.columns["customer_id"] for one in people if matches(rule, one)}
        assert asked == alone, tree
        found_some += 0 < len(alone) < len(people)
    assert found_some > 100
