"""Predictions through the door: orders in, a refresh, what is foretold of everybody out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from okaeri.customers import api as customers
from okaeri.foundation import clock, settings
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.actions.segment_tables import SCHEMAS, find_fact
from okaeri.insight.features.signals import compute_signals
from okaeri.insight.prediction_types import CustomerPredictionView, PredictionRules
from okaeri.intake import api as intake
from okaeri.intake.event_types import EventIn
from okaeri.intake.types import InquiryIn, PartyIn, SubscriptionEventIn, SubscriptionIn
from okaeri.intake.voice_types import ReviewIn, SurveyAnswerIn
from tests.insight.shops import Buying, record_shop

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.engine,
    pytest.mark.reports("predictions", "prediction_training", "best_hours"),
]
TODAY = date(2026, 5, 20)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        yield


def id_of(member: str) -> int:
    (found,) = customers.search_customers(f"{member}@example.com")
    return found.id


def foretold(member: str) -> CustomerPredictionView:
    number = id_of(member)
    return api.list_predictions([number])[number]


def monthly(times: int, last: int, net: int = 5000) -> list[Buying]:
    """Purchases each 30 days, the last of them `last` days ago."""
    return [(ago(last + 30 * i), net) for i in range(times)]


def test_three_orders_give_an_answer_with_a_wide_interval(warehouse: Warehouse) -> None:
    record_shop({"a": [(ago(40), 5000)], "b": [(ago(90), 3000), (ago(20), 3000)]})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    for member in ("a", "b"):
        found = foretold(member)
        assert found.orders_365_low < found.orders_365 < found.orders_365_high
        assert found.orders_365_high - found.orders_365_low >= 2
        assert found.value_365_low_minor < found.value_365_minor < found.value_365_high_minor
        assert TODAY < found.next_low_on < found.next_on < found.next_high_on
        for low, chance, high in _chances(found):
            assert 0 < low < chance < high < 1
            assert _odds(high) / _odds(low) > 5, "three orders tell little"
    assert foretold("b").orders_365 > foretold("a").orders_365


def _odds(chance: float) -> float:
    return chance / (1 - chance)


def _chances(found: CustomerPredictionView) -> list[tuple[float, float, float]]:
    ends = [
        (found.p_alive_low, found.p_alive, found.p_alive_high),
        (found.returns_low, found.returns_chance, found.returns_high),
        (found.lapse_risk_low, found.lapse_risk, found.lapse_risk_high),
    ]
    return [(low, chance, high) for low, chance, high in ends if low is not None and high]


def test_a_shop_without_orders_foretells_nobody_and_opens(warehouse: Warehouse) -> None:
    api.refresh(warehouse=warehouse, as_of=TODAY)
    assert api.list_predictions([1, 2, 3]) == {}
    report = api.find_report("predictions")
    assert report is not None
    assert report.payload["people"] == 0


def test_one_day_of_history_and_only_refunds_are_no_trouble(warehouse: Warehouse) -> None:
    record_shop({"new": [(TODAY, 4000)], "back": [(TODAY, -2000)]})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    assert foretold("new").value_365_minor >= 0
    assert foretold("new").next_low_on > TODAY
    assert foretold("new").lapse_days == 7, "a day of history says nothing of ninety"
    # A refund alone is no purchase, so nothing is foretold.
    assert api.list_predictions([id_of("back")]) == {}


@pytest.fixture
def shop(warehouse: Warehouse) -> None:
    record_shop(
        {
            "regular": monthly(12, 10, 20_000),
            "late": monthly(10, 80, 20_000),
            "once": [(ago(200), 3000)],
            "gone": monthly(4, 330),
            **{f"p{i}": monthly(1 + i % 4, 15 + 9 * i) for i in range(20)},
        }
    )
    api.refresh(warehouse=warehouse, as_of=TODAY)


@pytest.mark.covers("K-08")
def test_everybody_has_a_next_purchase_date_with_its_range_and_the_late_are_listed(
    shop: None,
) -> None:
    regular, late = foretold("regular"), foretold("late")
    assert regular.usual_gap_days == pytest.approx(30, rel=0.15)
    assert TODAY < regular.next_low_on <= regular.next_on <= regular.next_high_on
    assert regular.overdue_ratio < 1 < 2 < late.overdue_ratio
    listed = [row.customer_id for row in api.list_overdue().rows]
    assert id_of("late") in listed
    assert id_of("regular") not in listed
    # Whoever has lapsed is no longer late.
    assert id_of("gone") not in listed


def test_the_model_in_use_is_compared_as_it_foretells(shop: None) -> None:
    report = api.find_report("predictions")
    assert report is not None
    replay = report.payload["replay"]
    assert replay["models"][0]["told"] == pytest.approx(replay["orders"]["told"])


def test_regulars_are_foretold_more_than_strangers_and_silence_costs_chances(shop: None) -> None:
    regular, late, once = foretold("regular"), foretold("late"), foretold("once")
    assert regular.orders_365 > 5 > once.orders_365
    assert regular.p_alive > 0.8 > late.p_alive
    assert late.lapse_risk > regular.lapse_risk
    assert "silent" in [reason["code"] for reason in late.lapse_reasons]
    assert late.lapse_reasons[0]["effect"] > 0


def test_importance_is_the_sum_of_its_parts_and_follows_the_shops_weights(
    warehouse: Warehouse, shop: None
) -> None:
    regular = foretold("regular")
    assert regular.importance == pytest.approx(sum(regular.importance_parts.values()), abs=0.3)
    assert regular.importance > foretold("once").importance
    assert regular.importance_parts["rfm"] == 0
    known = {spec.key: spec for spec in settings.specs_of(PredictionRules).values()}
    settings.save(known, {"importance.rfm_weight": 100, "importance.value_weight": 0})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    assert foretold("regular").importance_parts["rfm"] > 50
    assert foretold("regular").importance_parts["value"] == 0


def test_the_call_list_holds_who_matters_and_may_leave(shop: None) -> None:
    known = {spec.key: spec for spec in settings.specs_of(PredictionRules).values()}
    settings.save(known, {"importance.call_from": 40, "importance.call_risk_percent": 30})
    rows = api.list_to_call().rows
    assert id_of("late") in [row.customer_id for row in rows]
    assert all(row.importance >= 40 and row.lapse_risk >= 0.3 for row in rows)
    assert [row.priority for row in rows] == sorted((r.priority for r in rows), reverse=True)
    settings.save(known, {"importance.call_from": 100})
    assert api.list_to_call().total == 0


def test_a_person_without_a_time_of_day_in_the_shop_has_no_best_hour(shop: None) -> None:
    # The test shop orders at noon only, as files without a time do at midnight.
    assert foretold("regular").best_hour is None


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


def test_a_complaint_and_a_skipped_delivery_raise_the_risk_and_are_its_reasons(
    warehouse: Warehouse,
) -> None:
    record_shop({member: monthly(4, 20) for member in ("calm", "cross", "late", "longago")})
    who = {
        member: PartyIn(email=f"{member}@example.com") for member in ("cross", "late", "longago")
    }
    for member, day in (("cross", ago(9)), ("longago", ago(181))):
        intake.record_inquiries(
            [
                InquiryIn(
                    "desk", member, "phone", "complaint", "closed", _at(day), _at(day), who[member]
                )
            ]
        )
    skip = SubscriptionEventIn("skipped", ago(12))
    intake.record_subscriptions(
        [SubscriptionIn("test", "S", "active", _at(ago(12)), who["late"], events=(skip,))]
    )
    customers.resolve_new_parties(clock.now())
    api.refresh(warehouse=warehouse, as_of=TODAY)
    calm, cross, late, longago = (
        foretold(member) for member in ("calm", "cross", "late", "longago")
    )
    assert longago.lapse_risk == calm.lapse_risk < late.lapse_risk < cross.lapse_risk < 1
    codes = {reason["code"] for reason in cross.lapse_reasons}
    assert "complaint" in codes
    assert "put_off" in {reason["code"] for reason in late.lapse_reasons}
    assert not codes & {"put_off", "visits"}


def test_a_replay_sees_visits_as_far_back_as_it_looks_and_only_of_people_known_by_then(
    warehouse: Warehouse,
) -> None:
    record_shop({member: monthly(4, 20) for member in ("known", "late")})
    visits = {"known": (ago(800), ago(100)), "late": (ago(100),)}
    for member, days in visits.items():
        seen = [
            EventIn(f"{member}{day}", "page_view", _at(day), device_id=f"device-{member}")
            for day in days
        ]
        intake.record_events(seen, source="web", received_at=clock.now())
    for member, day in (("known", ago(840)), ("late", ago(20))):
        party = PartyIn(email=f"{member}@example.com")
        intake.record_identification(f"device-{member}", party, _at(day))
    customers.resolve_new_parties(clock.now())
    customers.link_devices(clock.now())
    api.refresh(warehouse=warehouse, as_of=TODAY)
    # The earliest of all replays, one before "late" said who he is, and today.
    assert _visitors(warehouse, ago(730)) == {id_of("known")}
    assert _visitors(warehouse, ago(21)) == {id_of("known")}
    assert _visitors(warehouse, ago(20)) == {id_of("known"), id_of("late")}
    assert _visitors(warehouse, TODAY) == {id_of("known"), id_of("late")}
    # Rules still look at the visits of 400 days, whenever they became known.
    found = [
        api.preview_rule(
            {"did": "event", "measure": "rows", "op": ">=", "value": times}, warehouse=warehouse
        ).total
        for times in (1, 2)
    ]
    assert found == [2, 0]


def _visitors(warehouse: Warehouse, cutoff: date) -> set[int]:
    visits = find_fact(warehouse, "event")
    assert visits is not None
    others = (warehouse.upload(SCHEMAS[fact].empty_table()) for fact in ("subscription", "inquiry"))
    rows = warehouse.collect(compute_signals(visits, *others, cutoff=cutoff)).to_pylist()
    return {row["customer_id"] for row in rows if row["visited"] + row["visited_before"]}


def test_segments_ask_for_complaints_stars_and_what_other_tools_were_told(
    warehouse: Warehouse,
) -> None:
    record_shop({member: monthly(1, 20) for member in ("cross", "fan", "plain")})
    cross, fan = (PartyIn(email=f"{member}@example.com") for member in ("cross", "fan"))
    day = _at(ago(9))
    intake.record_inquiries([InquiryIn("desk", "1", "mail", "complaint", "open", day, day, cross)])
    intake.record_reviews([ReviewIn("tool", "1", 5, day, day, fan, sku="A")])
    intake.record_survey_answers(
        [
            SurveyAnswerIn("tool", "1", "NPS", "Would you recommend us?", " 9 ", day, day, fan),
            SurveyAnswerIn("tool", "2", "NPS", "Why?", "よい香り", day, day, fan),
        ]
    )
    customers.resolve_new_parties(clock.now())
    api.refresh(warehouse=warehouse, as_of=TODAY)
    for fact, name, value, member in (
        ("inquiry", "kind", "complaint", "cross"),
        ("review", "stars", 5, "fan"),
        ("answer", "score", 9, "fan"),
        ("answer", "question", "Why?", "fan"),
    ):
        rule = {"did": fact, "where": [{"field": name, "op": "=", "value": value}]}
        made = api.create_segment("x", rule, warehouse=warehouse)
        assert api.segment_members(made.id) == [id_of(member)], fact
