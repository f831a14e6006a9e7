"""Segments through insight's door: who is in, who came and went, what may not be."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from pyroaring import BitMap64

from okaeri.customers import api as customers
from okaeri.customers.attribute_types import AttributeIn, AttributeKind, Choice
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.actions import segments as actions
from okaeri.insight.domain.segment_rules import RuleError
from okaeri.insight.models import Segment
from okaeri.insight.store import insights, segments
from okaeri.insight.types import CustomerInsightView, Depth, SegmentAnswer
from okaeri.intake import api as intake
from okaeri.intake.event_types import EventIn
from okaeri.intake.types import (
    LineIn,
    PartyIn,
    ProductIn,
    SubscriptionEventIn,
    SubscriptionIn,
)
from tests.insight.shops import order_of, record_shop

pytestmark = [pytest.mark.django_db, pytest.mark.engine, pytest.mark.reports("predictions")]
TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)
NIGHT = datetime(2026, 5, 21, 3, tzinfo=UTC)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with clock.use(clock.SimulatedClock(NOW)):
        yield


def id_of(member: str) -> int:
    (found,) = customers.search_customers(f"{member}@example.com")
    return found.id


def names(ids: Any) -> set[str]:
    profiles = customers.list_profiles(list(ids))
    return {one.email.partition("@")[0] for one in profiles.values()}


def bought(sku: str) -> dict[str, Any]:
    return {"did": "item", "where": [{"field": "sku", "op": "=", "value": sku}]}


def is_(field: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": "=", "value": value}


def a_little_of_everything() -> None:
    """Five people: a buys A twice, b buys A then B, c is trialled, d cancels, e only looks."""
    record_shop(
        {
            "a": [(ago(100), 1000), (ago(30), 1000)],
            "b": [(ago(100), 1000)],
            "d": [(ago(40), 3500)],
        }
    )
    line = LineIn("B", "Balm", 1, 2000, 2000)
    later = order_of("b", ago(80), 2000)
    trial = replace(order_of("c", ago(70), 500), lines=(LineIn("T", "Trial", 1, 500, 500),))
    born = replace(trial.party, birth_on=date(1990, 1, 1), prefecture="東京都")
    trial = replace(trial, party=born, media_code="tv")
    balm = ProductIn(sku="B", name="Balm", category="care")
    intake.record_products([balm, ProductIn(sku="T", name="Trial", is_trial=True)])
    intake.record_orders([replace(later, lines=(line,)), trial])
    days = [ago(90), ago(60)]
    events = [SubscriptionEventIn("delivered", day, n) for n, day in enumerate(days, start=1)]
    contract = SubscriptionIn(
        source="shop",
        subscription_no="S1",
        status="cancelled",
        changed_at=NOW,
        party=PartyIn(member_no="d", email="d@example.com"),
        cancelled_on=ago(50),
        cancel_reason="price",
        events=tuple(events),
    )
    intake.record_subscriptions([contract])
    seen = EventIn(
        key="1",
        kind="product_view",
        occurred_at=NOW - timedelta(days=2),
        party=PartyIn(email="a@example.com"),
        sku="B",
    )
    intake.record_events([seen], source="web", received_at=NOW)


EVERYTHING: list[tuple[dict[str, Any], set[str]]] = [
    ({"did": "order", "measure": "days", "op": ">=", "value": 2}, {"a", "b"}),
    ({"did": "order", "last_days": 90, "measure": "sum:net_minor", "op": ">=", "value": 1500}, {"b", "d"}),
    ({"did": "order", "where": [{"field": "kind", "op": "=", "value": "trial"}]}, {"c"}),
    (bought("B"), {"b"}),
    ({"did": "order", "where": [is_("weekday", "6"), is_("month", "3")]}, {"b"}),
    ({"did": "order", "where": [is_("hour", "12"), is_("prefecture", "東京都")]}, {"c"}),
    ({"did": "order", "where": [is_("prefecture", None)], "measure": "share", "op": "<", "value": 1}, {"c"}),
    (is_("age_band", "30s"), {"c"}),
    ({"field": "first_day_trials", "op": ">=", "value": 1}, {"c"}),
    ({"did": "item", "where": [{"field": "category", "op": "=", "value": "care"}]}, {"b"}),
    ({"did": "item", "where": [is_("category", None)]}, {"a", "b", "c", "d"}),
    ({"not": {"did": "item", "where": [is_("category", None)], "last_days": 99}}, {"b"}),
    ({"did": "order", "where": [is_("media_code", None)]}, {"a", "b", "d"}),
    ({"did": "order", "where": [{"field": "media_code", "op": "!=", "value": None}]}, {"c"}),
    ({"did": "event", "where": [is_("category", None)]}, {"a"}),
    ({"last": bought("A"), "then": bought("B"), "within_days": 30, "happened": True}, {"b"}),
    ({"last": bought("A"), "then": bought("B"), "within_days": 30, "happened": False}, {"a", "d"}),
    (
        {
            "did": "subscription",
            "where": [
                {"field": "kind", "op": "=", "value": "cancelled"},
                {"field": "delivery_no", "op": "=", "value": 2},
            ],
        },
        {"d"},
    ),
    ({"did": "event", "where": [{"field": "kind", "op": "=", "value": "product_view"}]}, {"a"}),
    ({"did": "answer", "where": [{"field": "score", "op": "<=", "value": 2}]}, {"c"}),
    ({"field": "attribute:skin", "op": "=", "value": "dry"}, {"b"}),
    ({"field": "decile", "op": "=", "value": 1}, {"d"}),
]  # fmt: skip


def test_people_are_found_by_all_they_are_and_did(warehouse: Warehouse) -> None:
    a_little_of_everything()
    customers.save_attribute(
        AttributeIn(
            "skin",
            Text("肌質", "Skin"),
            AttributeKind.CHOICE,
            (Choice("dry", Text("乾燥", "Dry")), Choice("oily", Text("脂性", "Oily"))),
        )
    )
    customers.resolve_new_parties(NOW)
    customers.record_attribute(id_of("b"), "skin", "dry", source="staff", at=NOW)
    answers = [SegmentAnswer(id_of("c"), ago(3), "satisfaction", 2)]
    api.refresh(warehouse=warehouse, as_of=TODAY, answers=lambda: answers)
    for rule, expected in EVERYTHING:
        made = api.create_segment("x", rule, warehouse=warehouse)
        assert names(api.segment_members(made.id)) == expected, rule
        for member in "abcd":
            alone = api.explain_person(rule, id_of(member), warehouse)
            assert alone is not None
            assert alone[""] == (member in expected), (rule, member)
    # All of them once more, in one pass.
    api.refresh(warehouse=warehouse, as_of=TODAY, answers=lambda: answers)
    kept = [one.size for one in reversed(api.list_segments())]
    assert kept == [len(expected) for _, expected in EVERYTHING]
    assert not any(api.segment_changes(one.id) for one in api.list_segments())


def test_deliveries_that_stand_in_orders_alone_count_as_told_ones_do(warehouse: Warehouse) -> None:
    """one: an order, then cancelled. told: the cart tells 4, orders 2. more: 5 ordered, cancelled after 4.

    ahead: active with 3 ordered, of which it told none; past: with 4. new: numbers 2 and 3 alone.
    """
    ordered: dict[str, list[tuple[date, int | None]]] = {
        "one": [(ago(60), None)],
        "told": [(ago(200), None), (ago(170), None)],
        "more": [(ago(200 - 30 * n), None) for n in range(5)],
        "ahead": [(ago(90 - 30 * n), None) for n in range(3)],
        "past": [(ago(110 - 30 * n), None) for n in range(4)],
        "new": [(ago(50), 2), (ago(20), 3)],
    }
    cancelled = {"one": ago(50), "told": ago(50), "more": ago(81)}
    intake.record_orders(
        [
            replace(order_of(member, day, 1000), subscription_no=member, delivery_no=nth)
            for member, days in ordered.items()
            for day, nth in days
        ]
    )
    told = tuple(SubscriptionEventIn("delivered", ago(200 - 30 * n), None) for n in range(4))
    contracts = [
        SubscriptionIn(
            source="test",
            subscription_no=member,
            status="cancelled" if member in cancelled else "active",
            changed_at=NOW,
            party=PartyIn(member_no=member, email=f"{member}@example.com"),
            cancelled_on=cancelled.get(member),
            events=told if member == "told" else (),
        )
        for member in ordered
    ]
    intake.record_subscriptions(contracts)
    customers.resolve_new_parties(NOW)
    api.refresh(warehouse=warehouse, as_of=TODAY)
    rules = {preset.key: preset.rule for preset in api.list_presets()}
    found = {}
    for key in ("subscription_1", "subscription_4", "subscription_4_ahead"):
        made = api.create_segment(key, rules[key], warehouse=warehouse)
        found[key] = names(api.segment_members(made.id))
    assert found == {
        "subscription_1": {"one"},
        "subscription_4": {"told", "more"},
        "subscription_4_ahead": {"ahead", "new"},
    }


@pytest.mark.covers("E-06", "E-07")
@pytest.mark.reports("predictions", "survival")
def test_contracts_only_orders_name_end_by_the_rule_of_the_survival_page(
    warehouse: Warehouse,
) -> None:
    """A file of orders tells no contract: whom no delivery reached for 240 days is out, 239 is not.

    kept: told by the cart as active. nobody: told as cancelled, of somebody the cart does not name.
    """
    ordered = {
        "silent1": (240,),
        "waits1": (239,),
        "silent4": (330, 300, 270, 240),
        "third": (90, 60, 30),
        "kept": (400,),
        "nobody": (90, 60, 30),
    }
    intake.record_orders(
        [
            replace(order_of(member, ago(day), 1000), subscription_no=member, delivery_no=nth)
            for member, days in ordered.items()
            for nth, day in enumerate(days, 1)
        ]
    )
    kept = SubscriptionIn(
        source="test",
        subscription_no="kept",
        status="active",
        changed_at=NOW,
        party=PartyIn(member_no="kept", email="kept@example.com"),
    )
    nobody = replace(kept, subscription_no="nobody", status="cancelled", party=PartyIn())
    customers.resolve_new_parties(NOW)

    def found() -> dict[str, set[str]]:
        api.refresh(warehouse=warehouse, as_of=TODAY)
        asked = {one.key: one.rule for one in api.list_presets() if "subscription" in one.key}
        made = {
            key: api.create_segment(key, rule, warehouse=warehouse) for key, rule in asked.items()
        }
        return {key: names(api.segment_members(one.id)) for key, one in made.items()}

    def notes() -> list[str]:
        return [one.note.ja for one in api.list_presets() if one.note]

    assert ["だれも入りません" in note for note in notes()] == [True] * 3
    assert found() == {
        "subscription_1": {"silent1", "kept"},
        "subscription_4": {"silent4"},
        "subscription_4_ahead": {"third", "nobody"},
    }
    steps = api.find_report("survival").payload["contracts"]  # type: ignore[union-attr]
    assert [(one["n"], one["lost"]) for one in steps] == [(1, 2), (2, 0), (3, 0), (4, 1)]
    assert ["240日お届けのない" in note for note in notes()] == [True] * 3
    intake.record_subscriptions([kept, nobody])
    assert notes() == []
    customers.resolve_new_parties(NOW)
    assert found() == {
        "subscription_1": {"silent1"},
        "subscription_4": {"silent4"},
        "subscription_4_ahead": {"third"},
    }


def test_people_are_found_by_what_is_foretold_of_them(warehouse: Warehouse) -> None:
    often = [(ago(20 + 30 * n), 3000) for n in range(8)]
    record_shop({"a": often, "b": [(ago(300), 1000)], "c": [(ago(90), 800), (ago(5), 800)]})
    intake.record_orders([replace(order_of("lead", ago(40), 9000), status="cancelled")])
    customers.resolve_new_parties(NOW)
    api.refresh(warehouse=warehouse, as_of=TODAY)
    people = [id_of(member) for member in "abc"]
    told = api.list_predictions(people)
    asked = ("p_alive", "value_365_minor", "lapse_risk", "importance", "next_on", "overdue_ratio")
    for name in asked:
        values = {number: getattr(one, name) for number, one in told.items()}
        bar = sorted(values.values())[1]
        value = bar.isoformat() if name == "next_on" else bar
        rule = {"field": name, "op": ">=", "value": value}
        expected = {number for number, known in values.items() if known >= bar}
        made = api.create_segment(name, rule, warehouse=warehouse)
        assert set(api.segment_members(made.id)) == expected, name
        for number in people:
            alone = api.explain_person(rule, number, warehouse)
            assert alone is not None
            assert alone[""] == (number in expected), name
        # A refresh that foretells nothing anew keeps what was foretold.
        api.refresh(warehouse=warehouse, as_of=TODAY, depth=Depth.CLASSES)
        assert set(api.segment_members(made.id)) == expected, name
    unknown = {"field": "p_alive", "op": "=", "value": None}
    lead = api.create_segment("x", unknown, warehouse=warehouse)
    assert names(api.segment_members(lead.id)) == {"lead"}


def test_who_enters_and_leaves_is_kept(warehouse: Warehouse) -> None:
    record_shop({"a": [(ago(300), 1000)], "b": [(ago(10), 1000)]})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    rule = {"did": "order", "last_days": 30}
    recent = api.create_segment("最近買った", rule, warehouse=warehouse)
    record_shop({"a": [(ago(1), 1000)]})
    later = TODAY + timedelta(days=25)
    api.refresh(warehouse=warehouse, as_of=later)
    (change,) = api.segment_changes(recent.id)
    assert (names(change.entered), names(change.left)) == ({"a"}, {"b"})
    assert api.segment_changes_after(recent.id, change.id) == []


def test_another_rule_is_no_coming_or_going(warehouse: Warehouse) -> None:
    record_shop({"a": [(ago(300), 1000)], "b": [(ago(10), 1000)]})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    made = api.create_segment("全員", {"field": "purchase_count", "op": ">=", "value": 1})
    api.update_segment(made.id, "離脱", {"field": "is_lapsed", "op": "=", "value": True})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    assert api.get_segment(made.id).size == 1
    assert api.segment_changes(made.id) == []


def test_a_rule_changed_while_the_night_counts_keeps_the_people_of_the_new_rule(
    warehouse: Warehouse,
) -> None:
    record_shop({"a": [(ago(300), 1000)], "b": [(ago(10), 1000)]})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    made = api.create_segment("全員", {"field": "purchase_count", "op": ">=", "value": 1})
    on_it = api.create_segment("ほか", {"not": {"segment": made.id}}, warehouse=warehouse)
    other = api.create_segment("離脱", {"field": "is_lapsed", "op": "=", "value": True})
    counted = actions.recount(warehouse, TODAY)
    api.update_segment(made.id, "新規", {"field": "is_lapsed", "op": "=", "value": False})
    with transaction.atomic():
        actions.save_counts(counted, NIGHT)
    assert names(api.segment_members(made.id)) == {"b"}
    assert api.segment_changes(made.id) == api.segment_changes(on_it.id) == []
    times = {one.id: one.computed_at for one in api.list_segments()}
    # What builds on the changed rule waits for the next night too; the others are counted.
    assert times[other.id] == NIGHT
    assert NIGHT not in (times[made.id], times[on_it.id])
    with transaction.atomic():
        actions.save_counts(actions.recount(warehouse, TODAY), NIGHT)
    assert names(api.segment_members(on_it.id)) == {"a"}


def test_segments_build_on_segments_but_never_in_a_circle(warehouse: Warehouse) -> None:
    record_shop({"a": [(ago(300), 1000)], "b": [(ago(10), 1000)]})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    lapsed = api.create_segment("離脱", {"field": "is_lapsed", "op": "=", "value": True})
    others = api.create_segment("ほか", {"not": {"segment": lapsed.id}})
    assert names(api.segment_members(others.id)) == {"b"}
    with pytest.raises(RuleError) as circle:
        api.update_segment(lapsed.id, "離脱", {"segment": others.id})
    assert "離脱 → ほか → 離脱" in circle.value.message.ja
    with pytest.raises(InputError) as used:
        api.delete_segment(lapsed.id)
    assert "ほか" in used.value.message.ja
    api.delete_segment(others.id)
    assert [one.id for one in api.list_segments()] == [lapsed.id]
    with pytest.raises(RuleError) as gone:
        api.create_segment("x", {"segment": others.id})
    assert str(others.id) in gone.value.message.ja
    assert api.restore_segment(others.id).size == 1


def test_two_rules_saved_at_once_close_no_circle_and_a_circle_can_be_mended(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_shop({"a": [(ago(10), 1000)]})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    lapsed = {"field": "is_lapsed", "op": "=", "value": True}
    first, second = (api.create_segment(name, lapsed).id for name in ("甲", "乙"))
    count = actions.members_now

    def other_is_saved(*asked: Any) -> Any:
        monkeypatch.setattr(actions, "members_now", count)
        api.update_segment(second, "乙", {"segment": first})
        return count(*asked)

    # While the people of the first are counted somebody saves the second.
    monkeypatch.setattr(actions, "members_now", other_is_saved)
    with pytest.raises(RuleError) as refused:
        api.update_segment(first, "甲", {"segment": second})
    assert "甲 → 乙 → 甲" in refused.value.message.ja
    # One that stands from before is told wherever it is met, and its rule can be saved anew.
    Segment.objects.filter(pk=first).update(rule={"segment": second})
    for ask in (
        lambda: api.preview_rule({"segment": first}, warehouse=warehouse),
        lambda: api.preview_rule({"not": {"segment": second}}, warehouse=warehouse),
        lambda: api.create_segment("丙", {"segment": second}, warehouse=warehouse),
    ):
        with pytest.raises(RuleError, match="circle"):
            ask()
    api.update_segment(first, "甲", lapsed)
    assert api.preview_rule({"segment": second}, warehouse=warehouse).total == 0


def test_a_rule_put_back_while_another_was_saved_has_its_own_people(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_shop({"a": [(ago(300), 1000)], "b": [(ago(10), 1000)]})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    lapsed, active = ({"field": "is_lapsed", "op": "=", "value": held} for held in (True, False))
    made = api.create_segment("離脱", lapsed).id
    hold = segments.hold_all

    def other_is_saved() -> Any:
        monkeypatch.setattr(segments, "hold_all", hold)
        api.update_segment(made, "現役", active)
        return hold()

    monkeypatch.setattr(segments, "hold_all", other_is_saved)
    api.update_segment(made, "離脱した方", lapsed)
    assert names(api.segment_members(made)) == {"a"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_erasure_brings_nobody_back_whom_the_night_let_go(warehouse: Warehouse) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time; this is about PostgreSQL")
    made = segments.create("甲", {"field": "is_lapsed", "op": "=", "value": True}, NOW)
    segments.start_members(made, BitMap64([1, 2, 3]), NOW)

    def erase() -> None:
        try:
            with transaction.atomic():
                segments.forget([1])
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            (held,) = segments.hold_all()
            erasing = pool.submit(erase)
            wait([erasing], timeout=0.5)
            segments.save_members(held, BitMap64([1, 3]), NIGHT)
        erasing.result(timeout=30)
    assert api.segment_members(made.pk) == [3]
    (change,) = api.segment_changes(made.pk)
    assert (change.entered, change.left) == ((), (2,))


def test_a_segment_that_can_no_longer_be_read_keeps_its_people_and_says_why(
    warehouse: Warehouse,
) -> None:
    skin = AttributeIn("skin", Text("肌質", "Skin"), AttributeKind.TEXT)
    customers.save_attribute(skin)
    record_shop({"a": [(ago(10), 1000)]})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    customers.record_attribute(id_of("a"), "skin", "dry", source="staff", at=NOW)
    api.refresh(warehouse=warehouse, as_of=TODAY)
    rule = {"field": "attribute:skin", "op": "contains", "value": "dry"}
    made = api.create_segment("乾燥", rule, warehouse=warehouse)
    assert api.problem_of(made) is None
    customers.save_attribute(replace(skin, is_active=False))
    api.refresh(warehouse=warehouse, as_of=TODAY)
    assert api.get_segment(made.id).size == 1
    problem = api.problem_of(made)
    assert problem is not None
    assert "attribute:skin" in problem.ja


def test_a_preview_counts_shows_some_and_says_who_is_shared(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_shop({name: [(ago(10), 1000)] for name in "abcd"})
    record_shop({"e": [(ago(300), 9000)]})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    all_five = api.create_segment("全員", {"field": "purchase_count", "op": ">=", "value": 1})
    found = api.preview_rule({"did": "order", "last_days": 30}, warehouse=warehouse, sample=3)
    assert (found.total, found.everyone, len(found.sample)) == (4, 5, 3)
    (shared,) = found.overlaps
    assert (shared.segment_id, shared.both, shared.jaccard) == (all_five.id, 4, 0.8)
    few = api.list_customers(segment_id=all_five.id, order_by="-net_minor", limit=2)
    assert (few.total, few.rows[0].customer_id) == (5, id_of("e"))
    views = insights.views

    def views_after_an_erasure(wanted: list[int]) -> dict[int, CustomerInsightView]:
        return {number: view for number, view in views(wanted).items() if number != id_of("e")}

    # Many are picked out in the index's order; one goes between the two queries.
    monkeypatch.setattr(insights, "_FEW", 0)
    monkeypatch.setattr(insights, "views", views_after_an_erasure)
    left = api.list_customers(segment_id=all_five.id, order_by="-net_minor", limit=2)
    assert [row.net_minor for row in left.rows] == [1000]


def test_two_segments_never_bear_one_name() -> None:
    rule = {"field": "purchase_count", "op": ">=", "value": 2}
    made = [api.create_segment("常連", rule) for _ in range(3)]
    assert [one.name for one in made] == ["常連", "常連 (2)", "常連 (3)"]
    other = api.create_segment("別の名前", rule)
    assert api.update_segment(other.id, "常連", rule).name == "常連 (4)"
    # A segment keeps its own name.
    assert api.update_segment(made[0].id, "常連", rule).name == "常連"
