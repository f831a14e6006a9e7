"""The class of one person: golden cases, and the bulk expression agrees with it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okaeri.foundation.clock import local_day
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight.domain.f2_late import own_f2_days, rules_in_force
from okaeri.insight.domain.lifecycle import Standing, decide_standing, personal_cycle
from okaeri.insight.features.customer_history import (
    compute_counted_orders,
    compute_customer_history,
    compute_order_days,
)
from okaeri.insight.features.lifecycle import compute_lifecycle
from okaeri.insight.features.returns import compute_returns
from okaeri.insight.types import LifecycleRules, Stage
from tests.insight.golden import CASES, THRESHOLD_MINOR, Case
from tests.insight.tables import orders_table

DAY_ZERO = date(2024, 1, 15)
BASES = ("span", "elapsed")


def rules_of(basis: str) -> LifecycleRules:
    return LifecycleRules(tenure_basis=basis)


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_case_for_one_person(case: Case, basis: str) -> None:
    standing = decide_standing(
        [(DAY_ZERO + timedelta(days=day), net) for day, net in case.bought],
        as_of=DAY_ZERO + timedelta(days=case.today),
        rules=rules_of(basis),
        threshold_minor=THRESHOLD_MINOR,
    )
    assert (standing.stage.value, standing.is_lapsed) == getattr(case, basis)


def test_there_are_nineteen_golden_cases_under_two_ways_of_counting() -> None:
    assert len(CASES) == 19
    assert len({case.name for case in CASES}) == 19


def test_nobody_without_an_order_has_a_class() -> None:
    standing = decide_standing([], as_of=DAY_ZERO, rules=LifecycleRules(), threshold_minor=1)
    assert standing.stage is Stage.LEAD


@pytest.mark.parametrize(
    ("silent", "at_risk", "lapsed"),
    [(179, False, False), (180, True, False), (239, True, False), (240, False, True)],
)
def test_warning_band_ends_where_the_lapse_begins(silent: int, at_risk: bool, lapsed: bool) -> None:
    standing = _silent_for(silent)
    assert (standing.is_at_risk, standing.is_lapsed) == (at_risk, lapsed)


@pytest.mark.parametrize(("silent", "late"), [(89, False), (90, True), (239, True), (240, False)])
def test_f2_is_late_between_90_days_and_the_lapse(silent: int, late: bool) -> None:
    assert _silent_for(silent).is_f2_late is late


@pytest.mark.parametrize(
    ("gaps", "lapse_days", "late_from"),
    [
        # The 80 % point of 30 people lies a fifth of the way from the 24th to the 25th: 20 + 0.2 × 30.
        ({20: 24, 50: 6}, 240, 26),
        ({20: 24, 50: 5}, 240, 90),
        ({300: 100}, 240, 239),
        ({0: 40}, 240, 1),
    ],
    ids=["own days", "29 people are too few", "never past the lapse", "a day at least"],
)
def test_f2_is_late_by_the_shops_own_days_where_it_says_so(
    gaps: dict[int, int], lapse_days: int, late_from: int
) -> None:
    rules = LifecycleRules(f2_late_mode="own_days", lapse_days=lapse_days)
    known = rules_in_force(rules, {"f2_own_days": own_f2_days(gaps)})
    found = [_silent_for(day, known).is_f2_late for day in (late_from - 1, late_from)]
    assert found == [False, True]
    fixed = rules_in_force(LifecycleRules(), {"f2_own_days": own_f2_days(gaps)})
    assert fixed == LifecycleRules()


def _silent_for(days: int, rules: LifecycleRules | None = None) -> Standing:
    return decide_standing(
        [(DAY_ZERO, 1000)],
        as_of=DAY_ZERO + timedelta(days=days),
        rules=rules or LifecycleRules(),
        threshold_minor=1000,
    )


# Two orders of one person at 0:10 and 23:50 in Tokyo are of one day, though of two days in UTC.
@pytest.mark.parametrize(
    ("merge_same_day", "count", "stage"), [(True, 1, Stage.FIRST), (False, 2, Stage.PRIME)]
)
def test_two_orders_of_one_shop_day_are_one_purchase_of_both_amounts(
    merge_same_day: bool, count: int, stage: Stage
) -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    instants = [
        datetime(2024, 1, 14, 15, 10, tzinfo=UTC),
        datetime(2024, 1, 15, 14, 50, tzinfo=UTC),
    ]
    bought = [(local_day(at, tokyo), net) for at, net in zip(instants, (3000, 4000), strict=True)]
    assert bought[0][0] == bought[1][0] == DAY_ZERO
    rules = LifecycleRules(merge_same_day=merge_same_day)
    as_of = DAY_ZERO + timedelta(days=215)
    standing = decide_standing(bought, as_of=as_of, rules=rules, threshold_minor=7000)
    assert (standing.purchase_count, standing.stage) == (count, stage)
    later = (DAY_ZERO + timedelta(days=30), 1000)
    standing = decide_standing([*bought, later], as_of=as_of, rules=rules, threshold_minor=8000)
    assert (standing.purchase_count, standing.stage) == (count + 1, Stage.PRIME)


@pytest.mark.parametrize(("since", "marked"), [(0, True), (89, True), (90, False)])
def test_revived_mark_stays_90_days_after_the_return(since: int, marked: bool) -> None:
    back = DAY_ZERO + timedelta(days=240)
    standing = decide_standing(
        [(DAY_ZERO, 1), (back, 1)],
        as_of=back + timedelta(days=since),
        rules=LifecycleRules(),
        threshold_minor=1,
    )
    assert standing.is_revived is marked


def test_personal_cycle_is_the_median_of_the_last_five_intervals() -> None:
    gaps = [300, 10, 20, 30, 40, 50]
    days = [DAY_ZERO]
    for gap in gaps:
        days.append(days[-1] + timedelta(days=gap))
    assert personal_cycle(days) == 30
    assert personal_cycle(days[:3]) == 155
    assert personal_cycle(days[:2]) is None


# ---- the same in bulk ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = open_warehouse(Path(tmp_path_factory.mktemp("warehouse")))
    yield opened
    opened.close()


def standings_in_bulk(
    warehouse: Warehouse,
    people: dict[int, list[tuple[date, int]]],
    as_of: date,
    rules: LifecycleRules,
) -> dict[int, dict[str, Any]]:
    rows = [(who, day, net) for who, bought in people.items() for day, net in bought]
    orders = warehouse.upload(orders_table(rows))
    counted = compute_counted_orders(orders, as_of=as_of, rules=rules)
    days = warehouse.stage("days", compute_order_days(counted, as_of=as_of))
    history = compute_customer_history(days, compute_returns(days), rules=rules)
    found = compute_lifecycle(history, as_of=as_of, rules=rules, threshold_minor=THRESHOLD_MINOR)
    return {row["customer_id"]: row for row in warehouse.collect(found).to_pylist()}


@pytest.mark.engine
@pytest.mark.parametrize("basis", BASES)
def test_golden_cases_in_bulk(warehouse: Warehouse, basis: str) -> None:
    as_of = date(2026, 1, 15)
    people = {
        number: [(as_of - timedelta(days=case.today - day), net) for day, net in case.bought]
        for number, case in enumerate(CASES)
    }
    found = standings_in_bulk(warehouse, people, as_of, rules_of(basis))
    classes = {n: (found[n]["stage"], found[n]["is_lapsed"]) for n in people}
    assert classes == {n: getattr(case, basis) for n, case in enumerate(CASES)}


_RULES = st.builds(
    LifecycleRules,
    tenure_basis=st.sampled_from(BASES),
    steady_days=st.integers(1, 120),
    prime_days=st.integers(1, 300),
    lapse_days=st.integers(1, 300),
    warn_days=st.integers(1, 300),
    f2_late_days=st.integers(1, 120),
    revive_flag_days=st.integers(0, 120),
    merge_same_day=st.booleans(),
)
_ORDERS = st.lists(
    st.tuples(st.integers(-20, 700), st.integers(-3000, 30_000)), min_size=1, max_size=12
)


@pytest.mark.engine
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rules=_RULES, shop=st.lists(_ORDERS, min_size=1, max_size=25))
def test_one_person_and_bulk_agree_on_everything(
    warehouse: Warehouse, rules: LifecycleRules, shop: list[list[tuple[int, int]]]
) -> None:
    as_of = date(2026, 1, 15)
    people = {
        number: [(as_of - timedelta(days=ago), net) for ago, net in bought]
        for number, bought in enumerate(shop)
    }
    found = standings_in_bulk(warehouse, people, as_of, rules)
    for number, bought in people.items():
        alone = decide_standing(bought, as_of=as_of, rules=rules, threshold_minor=THRESHOLD_MINOR)
        if alone.stage is Stage.LEAD:
            assert number not in found
            continue
        names = Standing.__dataclass_fields__
        assert {name: found[number][name] for name in names} == {
            name: getattr(alone, name) for name in names
        }
