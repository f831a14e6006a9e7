"""Experiments through the door: assigned in the database, judged on the warehouse's orders."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.measure import api, store
from okaeri.measure.features import outcomes
from okaeri.measure.models import Assignment, Result
from okaeri.measure.types import Arm, ExperimentView

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
# What is read of the warehouse's orders here and where what came back is subtracted.
ORDERS = pa.schema(
    [
        ("order_id", pa.int64()),
        ("ordered_on", pa.date32()),
        ("is_trial", pa.bool_()),
        ("subscription_no", pa.string()),
        ("delivery_no", pa.int64()),
        ("discount_minor", pa.int64()),
        *outcomes.ORDERS,
    ]
)
START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def begin(key: str = "journey.first", **changes: Any) -> ExperimentView:
    given: dict[str, Any] = {
        "key": key,
        "name": Text("初回フォロー", "First follow-up"),
        "hypothesis": Text(
            "初回後の案内で2回目が増える", "Care after the first order brings a second"
        ),
        "holdout_share": 0.5,
        "window_days": 30,
        "source_kind": "journey",
        "source_id": 1,
        "started_at": START,
    }
    return api.ensure_experiment(**{**given, **changes})


def order(customer_id: int, at: datetime, net_minor: int, **changes: Any) -> dict[str, Any]:
    row = {
        "customer_id": customer_id,
        "ordered_on": at.date(),
        "ordered_at": at.replace(tzinfo=None),
        "is_purchase": True,
        "is_trial": False,
        "net_minor": net_minor,
        "margin_minor": net_minor // 2,
    }
    return {**row, **changes}


@pytest.fixture
def warehouse(data_dir: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(data_dir / "warehouse")
    yield opened
    opened.close()


def fill(warehouse: Warehouse, *orders: dict[str, Any]) -> None:
    rows = [{"order_id": number, **row} for number, row in enumerate(orders)]
    warehouse.replace("orders", pa.Table.from_pylist(rows, schema=ORDERS))


def people_of(arms: dict[int, Arm], arm: Arm) -> list[int]:
    return [customer_id for customer_id, given in arms.items() if given is arm]


def live_at(instant: datetime) -> None:
    clock.set_clock(clock.SimulatedClock(instant))


def test_the_first_assignment_wins() -> None:
    experiment = begin()
    first = api.assign(experiment.id, range(1, 200), START)
    again = api.assign(experiment.id, [*range(100, 300), 100], START + DAY)
    assert {c: again[c] for c in range(100, 200)} == {c: first[c] for c in range(100, 200)}
    assert Assignment.objects.count() == 299
    assert Assignment.objects.filter(customer_id__lt=200, assigned_at=START).count() == 199
    assert Assignment.objects.filter(customer_id__gte=200, assigned_at=START + DAY).count() == 100


def test_an_arm_stored_earlier_is_kept_even_where_the_hash_says_otherwise() -> None:
    experiment = begin()
    computed = api.assign(experiment.id, [7], START)[7]
    other = Arm.TREATED if computed is Arm.HOLDOUT else Arm.HOLDOUT
    Assignment.objects.update(arm=other)
    assert api.assign(experiment.id, [7], START + DAY) == {7: other}


def test_assigning_nobody_asks_nothing() -> None:
    assert api.assign(begin().id, [], START) == {}


def test_assigning_to_an_unknown_experiment_is_refused() -> None:
    with pytest.raises(NotFoundError):
        api.assign(999, [1], START)


def test_the_same_key_gives_the_same_experiment_and_may_change_its_words() -> None:
    first = begin()
    again = begin(name=Text("新しい名前", "New name"))
    assert again.id == first.id
    assert api.get_experiment(first.id).name.en == "New name"
    assert [one.id for one in api.list_experiments()] == [first.id]


def test_share_and_window_are_fixed_once_somebody_is_assigned() -> None:
    experiment = begin(holdout_share=0.1)
    assert begin(holdout_share=0.2).holdout_share == 0.2
    api.assign(experiment.id, [1], START)
    with pytest.raises(InputError):
        begin(holdout_share=0.3)
    with pytest.raises(InputError):
        begin(holdout_share=0.2, window_days=31)
    assert api.get_experiment(experiment.id).holdout_share == 0.2


@pytest.mark.parametrize(
    "bad", [{"holdout_share": 1.0}, {"holdout_share": -0.1}, {"window_days": 0}]
)
def test_a_design_that_cannot_be_measured_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        begin(**bad)


def test_money_counts_per_assigned_customer_inside_the_window_only(warehouse: Warehouse) -> None:
    experiment = begin()
    arms = api.assign(experiment.id, range(1, 101), START)
    treated, holdout = people_of(arms, Arm.TREATED), people_of(arms, Arm.HOLDOUT)
    fill(
        warehouse,
        order(treated[0], START, 100_000),  # at the very instant: before the treatment
        order(treated[0], START + DAY, 3_000),
        order(treated[0], START + 30 * DAY, 2_000),  # the last instant that counts
        order(treated[0], START + 30 * DAY + timedelta(seconds=1), 100_000),
        order(treated[1], START + 2 * DAY, 4_000),
        order(
            treated[1], START + 40 * DAY, -1_000, is_purchase=False
        ),  # came back, after the window
        order(holdout[1], START - DAY, 9_000),
        # What came back inside the window was bought before the treatment.
        order(holdout[1], START + DAY, -2_000, is_purchase=False),
        order(treated[2], START + 3 * DAY, 9_000, is_purchase=False),  # cancelled
        order(holdout[0], START + 5 * DAY, 1_000),
        order(999_999, START + 5 * DAY, 50_000),  # nobody we assigned
    )
    live_at(START + 60 * DAY)
    found = api.evaluate(experiment.id, warehouse=warehouse, as_of=date(2026, 4, 30))
    revenue, orders, margin = found.metrics
    assert (revenue.metric, orders.metric, margin.metric) == ("revenue", "orders", "margin")
    assert [revenue.treated.total, revenue.holdout.total] == pytest.approx([8_000, 1_000])
    assert [orders.treated.total, orders.holdout.total] == pytest.approx([3, 1])
    assert [margin.treated.total, margin.holdout.total] == pytest.approx([4_000, 500])
    assert (revenue.treated.customers, revenue.treated.buyers) == (len(treated), 2)
    assert revenue.difference == pytest.approx(8_000 / len(treated) - 1_000 / len(holdout))
    spread = [5_000, 3_000] + [0] * (len(treated) - 2)
    mean = 8_000 / len(treated)
    expected = sum((value - mean) ** 2 for value in spread) / (len(treated) - 1)
    assert revenue.treated.variance == pytest.approx(expected)
    assert found.unfinished == 0


def test_windows_that_are_not_over_count_up_to_the_day_and_are_reported(
    warehouse: Warehouse,
) -> None:
    experiment = begin()
    early = api.assign(experiment.id, range(1, 51), START)
    api.assign(experiment.id, range(51, 101), START + 20 * DAY)
    api.assign(experiment.id, range(101, 151), START + 60 * DAY)
    fill(
        warehouse,
        order(1, START + DAY, 1_000),
        order(51, START + 21 * DAY, 1_000),
        order(52, START + 45 * DAY, 1_000),
    )
    live_at(START + 90 * DAY)
    found = api.evaluate(experiment.id, warehouse=warehouse, as_of=date(2026, 4, 5))
    orders = found.metrics[1]
    assert orders.treated.customers + orders.holdout.customers == 100
    assert orders.treated.total + orders.holdout.total == pytest.approx(2)
    assert found.unfinished == 50
    assert "50人はまだ観察期間の途中です" in found.answer.ja
    assert len(early) == 50


def test_an_ended_experiment_stands_still_once_its_last_window_is_over(
    warehouse: Warehouse,
) -> None:
    experiment = begin()
    early = api.assign(experiment.id, range(1, 51), START)
    late = api.assign(experiment.id, range(51, 101), START + 19 * DAY)
    ended = api.end_experiment(experiment.id, START + 20 * DAY)
    fill(
        warehouse,
        *[order(c, START + 48 * DAY, 1_000) for c in range(51, 101)],  # inside the late window
        *[order(c, START + 70 * DAY, 9_000) for c in range(1, 151)],  # after every window
    )
    assert ended.ended_at == START + 20 * DAY
    live_at(START + 90 * DAY)
    running = api.evaluate(experiment.id, warehouse=warehouse, as_of=date(2026, 4, 10))
    over = api.evaluate(experiment.id, warehouse=warehouse, as_of=date(2026, 4, 20))
    later = api.evaluate(experiment.id, warehouse=warehouse, as_of=date(2026, 5, 20))
    assert (running.unfinished, over.unfinished) == (len(late), 0)
    assert over.metrics == later.metrics
    revenue = later.metrics[0]
    assert revenue.treated.customers + revenue.holdout.customers == len(early) + len(late)
    assert revenue.treated.total + revenue.holdout.total == pytest.approx(50_000)


def test_after_the_end_arms_stay_and_nobody_else_is_left_out(warehouse: Warehouse) -> None:
    experiment = begin()
    before = api.assign(experiment.id, range(1, 51), START)
    api.end_experiment(experiment.id, START + DAY)
    after = api.assign(experiment.id, range(1, 101), START + DAY)
    assert {c: after[c] for c in before} == before
    assert {after[c] for c in range(51, 101)} == {Arm.TREATED}
    assert Assignment.objects.count() == 50
    # Somebody assigned by a worker that did not know of the end yet is not counted either.
    Assignment.objects.create(
        experiment_id=experiment.id, customer_id=999, arm=Arm.HOLDOUT, assigned_at=START + DAY
    )
    live_at(START + 90 * DAY)
    found = api.evaluate(experiment.id, warehouse=warehouse, as_of=date(2026, 5, 1))
    assert found.split.treated + found.split.holdout == 50


def test_who_was_left_out_is_treated_once_the_experiment_and_his_window_are_over() -> None:
    experiment = begin()
    before = api.assign(experiment.id, range(1, 101), START)
    assert Arm.HOLDOUT in before.values()
    api.end_experiment(experiment.id, START + DAY)
    window = experiment.window_days * DAY
    assert api.assign(experiment.id, range(1, 101), START + window - DAY) == before
    after = api.assign(experiment.id, range(1, 101), START + window)
    assert set(after.values()) == {Arm.TREATED}
    assert Assignment.objects.filter(arm=Arm.HOLDOUT).exists()


def test_the_first_end_stays_and_an_end_before_the_start_is_refused() -> None:
    experiment = begin()
    with pytest.raises(InputError):
        api.end_experiment(experiment.id, START - DAY)
    assert api.get_experiment(experiment.id).ended_at is None
    api.end_experiment(experiment.id, START + DAY)
    assert api.end_experiment(experiment.id, START + 9 * DAY).ended_at == START + DAY
    with pytest.raises(NotFoundError):
        api.end_experiment(999, START)


def test_margin_is_left_out_where_one_purchase_has_none(warehouse: Warehouse) -> None:
    experiment = begin()
    api.assign(experiment.id, range(1, 51), START)
    fill(
        warehouse,
        order(1, START + DAY, 1_000),
        order(2, START + DAY, 1_000, margin_minor=None),
    )
    live_at(START + 90 * DAY)
    found = api.evaluate(experiment.id, warehouse=warehouse, as_of=date(2026, 5, 1))
    assert [metric.metric for metric in found.metrics] == ["revenue", "orders"]


def test_without_any_orders_the_answer_is_too_few(warehouse: Warehouse) -> None:
    experiment = begin()
    live_at(START + DAY)
    nobody = api.evaluate(experiment.id, warehouse=warehouse, as_of=date(2026, 3, 1))
    api.assign(experiment.id, range(1, 51), START)
    nothing = api.evaluate(experiment.id, warehouse=warehouse, as_of=date(2026, 3, 2))
    assert [one.metrics[0].verdict for one in (nobody, nothing)] == ["too_few", "too_few"]
    assert nothing.metrics[0].low is None
    assert nothing.metrics[0].treated.customers + nothing.metrics[0].holdout.customers == 50
    assert "判断できません" in nothing.answer.ja


def test_an_evaluation_is_kept_and_read_back_whole(warehouse: Warehouse) -> None:
    experiment = begin()
    assert api.find_evaluation(experiment.id) is None
    api.assign(experiment.id, range(1, 301), START)
    fill(warehouse, *[order(c, START + DAY, 1_000 + 10 * c) for c in range(1, 200)])
    live_at(START + 90 * DAY)
    found = api.evaluate(experiment.id, warehouse=warehouse, as_of=date(2026, 5, 1))
    assert api.find_evaluation(experiment.id) == found
    api.evaluate(experiment.id, warehouse=warehouse, as_of=date(2026, 5, 2))
    assert Result.objects.count() == 1
    assert getattr(api.find_evaluation(experiment.id), "as_of", None) == date(2026, 5, 2)


def test_a_real_effect_is_found_and_a_missing_one_is_not(warehouse: Warehouse) -> None:
    helped, idle = begin("helped", holdout_share=0.3), begin("idle", holdout_share=0.3)
    everyone = range(1, 3_001)
    arms = api.assign(helped.id, everyone, START)
    api.assign(idle.id, everyone, START)
    # Every fifth customer buys; the treatment of `helped` adds 2,000 yen to each basket.
    fill(
        warehouse,
        *[
            order(c, START + DAY, 4_000 + c % 7 * 100 + (2_000 if arms[c] is Arm.TREATED else 0))
            for c in everyone
            if c % 5 == 0
        ],
    )
    live_at(START + 90 * DAY)
    proven, nothing = api.evaluate_all(warehouse=warehouse, as_of=date(2026, 5, 1))
    assert proven.metrics[0].verdict == "up"
    assert "増えました" in proven.answer.ja
    assert nothing.metrics[0].verdict == "none_seen"
    assert "差は見えません" in nothing.answer.ja
    assert (proven.family_size, nothing.family_size) == (2, 2)
    assert "実験2件を合わせて95%になるように広げた区間" in proven.answer.ja
    assert proven.experiment.hypothesis.en.startswith("Care after")


def test_a_broken_split_warns_before_anything_else(warehouse: Warehouse) -> None:
    experiment = begin(holdout_share=0.5)
    api.assign(experiment.id, range(1, 1_001), START)
    Assignment.objects.filter(arm=Arm.HOLDOUT, customer_id__lt=300).delete()
    fill(warehouse, *[order(c, START + DAY, 1_000 + c) for c in range(1, 1_001)])
    live_at(START + 90 * DAY)
    found = api.evaluate(experiment.id, warehouse=warehouse, as_of=date(2026, 5, 1))
    assert not found.split.is_fair
    assert found.answer.ja.startswith("分け方が計画と合わない")
    assert found.answer.en.startswith("Do not use this result")


@pytest.mark.django_db
@pytest.mark.parametrize("stretch", [1, 3, 5_000])
def test_the_latest_held_out_come_first_wherever_they_lie(
    stretch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_STRETCH", stretch)
    mine, other = begin("journey.mine"), begin("journey.other")
    Assignment.objects.bulk_create(
        Assignment(
            experiment_id=(mine if number % 3 else other).id,
            customer_id=number,
            arm=Arm.HOLDOUT if number % 2 else Arm.TREATED,
            assigned_at=START + timedelta(minutes=number),
        )
        for number in range(1, 60)
    )
    held = [number for number in range(59, 0, -1) if number % 2 and number % 3]
    assert api.list_held_out(mine.id, 4) == held[:4]
    assert api.list_held_out(mine.id, 1_000) == held
    assert api.list_held_out(mine.id + other.id, 5) == []
