"""Rule trees: two interpreters, one meaning; wrong rules get one sentence."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from okaeri.insight import api
from okaeri.insight.domain.segment_rules import FIELDS, RuleError, matches, parse_rule
from okaeri.insight.models import CustomerInsight
from okaeri.insight.store import insights
from okaeri.insight.types import CustomerInsightView, FreshnessBand, Stage

DAY = date(2026, 1, 15)


def person(number: int, **values: Any) -> CustomerInsightView:
    plain: dict[str, Any] = {
        "as_of": DAY,
        "stage": Stage.FIRST,
        "is_lapsed": False,
        "is_at_risk": False,
        "is_f2_late": False,
        "is_revived": False,
        "purchase_count": 1,
        "order_count": 1,
        "first_on": DAY,
        "second_on": None,
        "last_on": DAY,
        "tenure_days": 0,
        "recency_days": 0,
        "net_minor": 1000,
        "net_12m_minor": 1000,
        "r_rank": 5,
        "f_rank": 1,
        "m_rank": 1,
        "cycle_days": None,
        "freshness": 100.0,
        "freshness_band": FreshnessBand.FRESH,
    }
    return CustomerInsightView(customer_id=number, **{**plain, **values})


def store(people: list[CustomerInsightView]) -> None:
    CustomerInsight.objects.bulk_create(
        CustomerInsight(**{name: getattr(one, name) for name in insights.COLUMNS}) for one in people
    )


_SMALL = st.integers(-1, 6)
_DAYS = st.integers(0, 5).map(lambda n: DAY - timedelta(days=n))
_MAYBE: dict[str, st.SearchStrategy[Any]] = {
    "stage": st.sampled_from(Stage),
    "is_lapsed": st.booleans(),
    "second_on": st.none() | _DAYS,
    "last_on": st.none() | _DAYS,
    "recency_days": st.none() | _SMALL,
    "net_minor": _SMALL,
    "cycle_days": st.none() | st.sampled_from([0.5, 1.0, 2.0]),
    "freshness_band": st.sampled_from(FreshnessBand),
}
_PEOPLE = st.lists(st.fixed_dictionaries(_MAYBE), min_size=1, max_size=12)


def _comparisons() -> st.SearchStrategy[dict[str, Any]]:
    def of(field: str) -> st.SearchStrategy[dict[str, Any]]:
        kind = FIELDS[field]
        value = _MAYBE[field].filter(lambda v: v is not None)
        plain = value.map(
            lambda v: v.isoformat() if isinstance(v, date) else getattr(v, "value", v)
        )
        equal = st.fixed_dictionaries(
            {
                "field": st.just(field),
                "op": st.sampled_from(["=", "!="]),
                "value": st.none() | plain,
            }
        )
        among = st.fixed_dictionaries(
            {"field": st.just(field), "op": st.just("in"), "value": st.lists(plain, min_size=1)}
        )
        if kind is bool or field in ("stage", "freshness_band"):
            return equal | among
        ordered = st.fixed_dictionaries(
            {"field": st.just(field), "op": st.sampled_from(["<", "<=", ">", ">="]), "value": plain}
        )
        return equal | among | ordered

    return st.sampled_from(sorted(_MAYBE)).flatmap(of)


_TREES = st.recursive(
    _comparisons(),
    lambda part: (
        st.fixed_dictionaries({"all": st.lists(part, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"any": st.lists(part, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"not": part})
    ),
    max_leaves=8,
)


@pytest.mark.django_db
class TestTwoInterpreters(TestCase):
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(shop=_PEOPLE, rule=_TREES)
    def test_python_and_database_find_the_same_people(
        self, shop: list[dict[str, Any]], rule: dict[str, Any]
    ) -> None:
        people = [person(number, **values) for number, values in enumerate(shop, start=1)]
        store(people)
        parsed = parse_rule(rule)
        alone = [one.customer_id for one in people if matches(parsed, one)]
        assert list(api.iter_customers_where(rule)) == alone
        assert api.count_customers_where(rule) == len(alone)


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ({}, "{}"),
        ([], "[]"),
        ({"all": []}, "list"),
        ({"any": {"field": "stage"}}, "list"),
        ({"field": "shoe_size", "op": "=", "value": 3}, "shoe_size"),
        ({"field": "stage", "op": "like", "value": "f"}, "like"),
        ({"field": "stage", "op": "=", "value": "yodel"}, "yodel"),
        ({"field": "stage", "op": "<", "value": "first"}, "stage"),
        ({"field": "net_minor", "op": ">", "value": "much"}, "much"),
        ({"field": "net_minor", "op": ">", "value": True}, "True"),
        ({"field": "net_minor", "op": ">", "value": 2**63}, "net_minor"),
        ({"field": "last_on", "op": ">", "value": "令和4年8月10日"}, "令和4年8月10日"),
        ({"field": "net_minor", "op": ">", "value": None}, "None"),
        ({"field": "net_minor", "op": "in", "value": 3}, "list"),
        ({"field": "net_minor", "op": "=", "value": 3, "more": 1}, "more"),
    ],
)
def test_a_wrong_rule_is_named_in_both_languages(rule: Any, names: str) -> None:
    with pytest.raises(RuleError) as refused:
        parse_rule(rule)
    assert names in refused.value.message.en
    assert refused.value.message.ja


def test_a_rule_without_end_is_refused() -> None:
    rule: dict[str, Any] = {"field": "stage", "op": "=", "value": "first"}
    for _ in range(50):
        rule = {"not": rule}
    with pytest.raises(RuleError):
        parse_rule(rule)
