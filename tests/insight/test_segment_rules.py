"""Rule trees: two interpreters, one meaning; wrong rules get one sentence."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okaeri.customers.attribute_types import AttributeIn, AttributeKind
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight.domain.segment_rules import (
    BUILT_IN,
    Person,
    RuleError,
    check_no_circle,
    check_written,
    matches,
    parse_rule,
    resolve,
    rule_in_words,
    with_attributes,
)
from okaeri.insight.features.segment_flags import compute_segment_flags
from tests.insight.segment_shops import (
    ALL_FACTS,
    DAY,
    PEOPLE,
    PERSON_KINDS,
    TREES,
    upload,
)

NAME = Text("項目", "Item")
CATALOG = replace(
    with_attributes(
        BUILT_IN,
        [
            AttributeIn("A", NAME, AttributeKind.TEXT),
            AttributeIn("B", NAME, AttributeKind.NUMBER),
            AttributeIn("AB", NAME, AttributeKind.DATE),
        ],
    ),
    segments={1: "one"},
)
OTHER = {1: parse_rule({"field": "net_minor", "op": ">=", "value": 2})}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path_factory.mktemp("segments"))
    yield opened
    opened.close()


@pytest.mark.engine
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(people=PEOPLE, trees=st.lists(TREES, min_size=1, max_size=5))
def test_python_and_the_engine_find_the_same_people(
    warehouse: Warehouse, people: list[Person], trees: list[dict[str, Any]]
) -> None:
    rules = [resolve(parse_rule(tree, CATALOG), DAY, OTHER) for tree in trees]
    table, facts = upload(warehouse, people)
    flags = compute_segment_flags(table, facts, rules, warehouse.stage)
    found = sorted(warehouse.collect(flags).to_pylist(), key=lambda row: row["customer_id"])
    for place, rule in enumerate(rules):
        alone = [matches(rule, person) for person in people]
        assert [row[f"s{place}"] for row in found] == alone, trees[place]


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
        ({"field": "last_on", "op": "last_days", "value": -1}, "-1"),
        ({"field": "net_minor", "op": ">", "value": None}, "None"),
        ({"field": "net_minor", "op": "in", "value": 3}, "list"),
        ({"field": "net_minor", "op": "=", "value": 3, "more": 1}, "more"),
        ({"field": "birthday", "op": "month", "value": 13}, "13"),
        ({"field": "birthday", "op": "=", "value": 5}, "next_days month"),
        ({"field": "birthday", "op": "!=", "value": 5}, "next_days month"),
        ({"did": "event", "last_days": 401}, "400"),
        ({"did": "click", "last_days": 730, "op": "=", "value": 0}, "400"),
        ({"last": {"did": "order"}, "then": {"did": "event"}, "within_days": 401}, "400"),
        ({"did": "sleep"}, "sleep"),
        ({"did": "order", "where": [{"field": "sku", "op": "=", "value": "A"}]}, "sku"),
        ({"did": "order", "measure": "weight"}, "weight"),
        ({"did": "order", "last_days": 0}, "1 to 3650"),
        ({"did": "order", "last_days": 3, "since": "2026-01-01"}, "since"),
        ({"did": "order", "since": "2026-02-01", "until": "2026-01-01"}, "swap the two"),
        ({"field": "decile", "op": "<=", "value": 15}, "from 1 to 10"),
        ({"field": "purchase_count", "op": ">=", "value": 2.5}, "a whole number"),
        (
            {"field": "lapse_risk", "op": ">=", "value": 50},
            "is never 5000%; give a value from 0% to",
        ),
        ({"did": "order", "measure": "share", "value": 1.5}, "150%"),
        ({"did": "order", "value": -5}, "of 0 or more"),
        ({"did": "order", "since": "yesterday"}, "yesterday"),
        ({"did": "order", "value": "two"}, "two"),
        ({"last": {"did": "order"}, "then": {"did": "sleep"}}, "sleep"),
        ({"last": {"did": "order", "last_days": 3}, "then": {"did": "order"}}, "last_days"),
        ({"last": {"did": "order"}, "then": {"did": "order"}, "within_days": 0}, "1 to 3650"),
        ({"did": "interest", "last_days": 30}, "interest"),
        ({"last": {"did": "order"}, "then": {"did": "interest"}}, "interest"),
        ({"segment": 99}, "99"),
        ({"field": "attribute:skin", "op": "=", "value": "dry"}, "attribute:skin"),
    ],
)
def test_a_wrong_rule_is_named_in_both_languages(rule: Any, names: str) -> None:
    with pytest.raises(RuleError) as refused:
        check_written(parse_rule(rule))
    assert names in refused.value.message.en
    assert refused.value.message.ja


def test_a_rule_without_end_is_refused() -> None:
    rule: dict[str, Any] = {"field": "stage", "op": "=", "value": "first"}
    for _ in range(50):
        rule = {"not": rule}
    with pytest.raises(RuleError):
        parse_rule(rule)


def test_segments_that_lead_back_to_themselves_are_named() -> None:
    catalog = replace(BUILT_IN, segments={1: "甲", 2: "乙", 3: "丙"})
    rules = {n: parse_rule({"segment": to}, catalog) for n, to in ((1, 2), (2, 3), (3, 1))}
    with pytest.raises(RuleError) as refused:
        check_no_circle(1, rules, catalog.segments)
    assert "甲 → 乙 → 丙 → 甲" in refused.value.message.ja
    with pytest.raises(RuleError) as refused:
        check_no_circle(1, {1: rules[1]}, catalog.segments)
    assert "2" in refused.value.message.en


def test_a_circle_among_segments_a_rule_names_is_told_and_not_followed_without_end() -> None:
    catalog = replace(BUILT_IN, segments={1: "甲", 2: "乙"})
    rules = {n: parse_rule({"segment": to}, catalog) for n, to in ((1, 2), (2, 1))}
    with pytest.raises(RuleError, match="circle") as refused:
        resolve(parse_rule({"not": {"segment": 1}}, catalog), DAY, rules, catalog.segments)
    assert "甲 → 乙 → 甲" in refused.value.message.ja


def test_segments_that_build_on_many_others_are_looked_through_once() -> None:
    catalog = replace(BUILT_IN, segments={n: str(n) for n in range(60)})
    rules = {n: parse_rule({"field": "is_lapsed", "op": "=", "value": True}) for n in (0, 1)}
    for n in range(2, 60):
        rules[n] = parse_rule({"any": [{"segment": n - 1}, {"segment": n - 2}]}, catalog)
    check_no_circle(59, rules, catalog.segments)


def test_segments_that_name_each_other_doubly_do_not_grow_without_end() -> None:
    catalog = replace(BUILT_IN, segments={n: str(n) for n in range(40)})
    rules = {0: parse_rule({"field": "is_lapsed", "op": "=", "value": True})}
    for n in range(1, 40):
        rules[n] = parse_rule({"any": [{"segment": n - 1}, {"segment": n - 1}]}, catalog)
    with pytest.raises(RuleError) as refused:
        resolve(rules[39], DAY, rules)
    assert "5000" in refused.value.message.en


def test_what_is_kept_for_a_while_is_asked_for_as_long_as_it_is_kept(warehouse: Warehouse) -> None:
    def before(days: int) -> dict[str, Any]:
        return {"day": DAY - timedelta(days=days)}

    def person(**done: list[dict[str, Any]]) -> Person:
        facts = {fact: done.get(fact, []) for fact in ALL_FACTS}
        filled = {
            fact: [dict.fromkeys(ALL_FACTS[fact]) | row for row in rows]
            for fact, rows in facts.items()
        }
        return Person(dict.fromkeys(PERSON_KINDS), filled)

    visit = {"did": "event"}
    never = {**visit, "op": "=", "value": 0}
    unseen = {"last": {"did": "order"}, "then": visit, "within_days": 60, "happened": False}
    # A visit 60 days after the order of 500 days ago would not be read; of 400 days ago it is.
    people = [
        person(event=[before(399)]),
        person(event=[before(400)]),
        person(order=[before(401)]),
        person(order=[before(400)]),
        person(order=[before(400)], event=[before(350)]),
    ]
    # Known however long ago the order was; and a rule of before the limit goes on within it.
    seen = {"last": {"did": "order"}, "then": visit}
    stored = {**visit, "last_days": 730}
    people.append(person(order=[before(500)], event=[before(1)]))
    rules = [resolve(parse_rule(one), DAY) for one in (visit, never, unseen, seen, stored)]
    table, facts = upload(warehouse, people)
    flags = compute_segment_flags(table, facts, rules, warehouse.stage)
    rows = sorted(warehouse.collect(flags).to_pylist(), key=lambda row: row["customer_id"])
    found = [[row[f"s{place}"] for row in rows] for place in range(5)]
    assert found == [[matches(rule, one) for one in people] for rule in rules]
    assert found == [
        [True, False, False, False, True, True],
        [False, True, True, True, False, False],
        [False, False, False, True, False, False],
        [False, False, False, False, True, True],
        [True, False, False, False, True, True],
    ]


def test_a_birthday_of_29_february_is_kept_on_the_28th_in_a_plain_year() -> None:
    rule = parse_rule({"field": "birthday", "op": "next_days", "value": 0})
    on_28 = resolve(rule, DAY.replace(month=2, day=28))
    assert matches(on_28, Person({"birthday": 229}))
    leap = resolve(rule, DAY.replace(year=2028, month=2, day=28))
    assert not matches(leap, Person({"birthday": 229}))
    year_end = resolve(
        parse_rule({"field": "birthday", "op": "next_days", "value": 7}),
        DAY.replace(month=12, day=30),
    )
    assert matches(year_end, Person({"birthday": 103}))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"field": "purchase_count", "op": ">=", "value": 2}, "購入回数が2回以上の人です。"),
        ({"field": "stage", "op": "=", "value": "first"}, "クラスが初回客の人です。"),
        ({"field": "is_lapsed", "op": "=", "value": True}, "離脱している人です。"),
        ({"field": "net_minor", "op": ">", "value": 3}, "より多い人です。"),
        ({"field": "prefecture", "op": "contains", "value": "東"}, "を含む人です。"),
        (
            {"field": "lapse_risk", "op": ">=", "value": 0.5},
            "離脱リスク(設定した日数の先まで)が50%以上の人です。",
        ),
        (
            {"field": "customer_id", "op": "in", "value": list(range(1, 201))},
            "・20・ほか180件のどれかの人です。",
        ),
        ({"did": "order", "op": "=", "value": 0}, "注文が一度もない人です。"),
        ({"did": "order", "value": 3}, "これまでに注文が3回以上の人です。"),
        ({"did": "event", "op": "=", "value": 0}, "直近400日にページでの行動が一度もない人です。"),
        (
            {"did": "click", "until": "2026-01-31"},
            "2026年1月31日までに(直近400日の記録から)メッセージのクリックがある人です。",
        ),
        (
            {"last": {"did": "event"}, "then": {"did": "order"}, "happened": False},
            "直近400日の記録で、最後のページでの行動の後に注文がない人です。",
        ),
        (
            {"did": "interest", "where": [{"field": "topic", "op": "=", "value": "走る > 山道"}]},
            "関心(分類が「走る > 山道」)がある人です。",
        ),
        ({"did": "interest", "op": "=", "value": 0}, "関心がない人です。"),
        ({"did": "interest", "value": 2}, "関心が2件以上の人です。"),
    ],
)
def test_a_rule_reads_as_a_japanese_sentence(rule: Any, said: str) -> None:
    found = rule_in_words(parse_rule(rule), BUILT_IN).ja
    assert found.endswith(said)
    assert rule.get("did") != "interest" or found == said
