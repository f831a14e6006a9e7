"""Acquisition sources with cost, from orders and costs to the report."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from okaeri.foundation import clock, settings
from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.analysis_types import LtvRules
from okaeri.insight.domain.media_costs import read_costs
from okaeri.insight.media_types import MediaCostView, MediaRules
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn, ProductIn

TODAY = date(2026, 6, 30)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    with clock.use(clock.SimulatedClock(datetime(2026, 6, 30, 3, tzinfo=UTC))):
        intake.record_products([ProductIn(sku="A", name="化粧水", cost_minor=400)])
        yield opened
    opened.close()


def order_of(who: str, day: date, media: str = "") -> OrderIn:
    return OrderIn(
        source="test",
        order_no=f"{who}-{day}",
        ordered_at=datetime(day.year, day.month, day.day, 3, tzinfo=UTC),
        status="accepted",
        party=PartyIn(member_no=who, email=f"{who}@example.com"),
        lines=(LineIn("A", "化粧水", 1, 1000, 1000),),
        media_code=media,
    )


def report(warehouse: Warehouse) -> dict[str, Any]:
    api.refresh(warehouse=warehouse, as_of=TODAY)
    found = api.find_report("media")
    assert found is not None
    return found.payload


def keep(**values: object) -> None:
    known = {spec.key: spec for spec in settings.specs_of(MediaRules).values()}
    settings.save(known, {f"media.{name}": value for name, value in values.items()})


@pytest.mark.django_db
@pytest.mark.engine
def test_a_source_has_cost_per_customer_return_payback_and_what_it_may_cost(
    warehouse: Warehouse,
) -> None:
    first = date(2025, 3, 10)
    orders = [order_of(f"s{n}", first, "search") for n in range(4)]
    # Two of four buy again after 40 days: margin a head 600, then 300 more.
    orders += [order_of(f"s{n}", first + timedelta(days=40), "mail") for n in range(2)]
    orders += [
        order_of("late", date(2026, 6, 20), "search"),
        order_of("walk-in", date(2026, 6, 21)),
    ]
    intake.record_orders(orders)
    api.save_media_costs([MediaCostView(date(2025, 3, 1), "search", 3200)])
    keep(target_profit=200)
    search = next(row for row in report(warehouse)["media"] if row["media"] == "search")
    assert (search["customers"], search["cost_customers"], search["cpa_minor"]) == (5, 4, 800)
    assert (search["sales_minor"], search["roas"]) == (6000, 6000 / 3200)
    assert search["payback_month"] == 2
    assert (search["ltv_365_minor"], search["margin_365_minor"]) == (1500, 900)
    assert (search["allowable_cpo_minor"], search["is_over"]) == (700, True)
    assert (search["aged"], search["f2_rate"]) == (4, 0.5)


@pytest.mark.django_db
@pytest.mark.engine
def test_payback_is_of_the_cpo_and_needs_known_costs(warehouse: Warehouse) -> None:
    intake.record_products([ProductIn(sku="T", name="お試し", cost_minor=400, is_trial=True)])
    first = date(2025, 3, 10)
    trial, unknown = (
        (LineIn("T", "お試し", 1, 1000, 1000),),
        (LineIn("B", "石けん", 1, 1000, 1000),),
    )
    # Half of these begin with a trial: CPA 500, CPO 1,000; margin a head is 600, then 1,200.
    orders = [order_of(f"s{n}", first, "sns") for n in range(4)]
    orders[:2] = [replace(one, lines=trial) for one in orders[:2]]
    orders += [order_of(f"s{n}", first + timedelta(days=40)) for n in range(4)]
    # Of these half of the sales have no known cost.
    half = [order_of(f"h{n}", first, "tv") for n in range(4)]
    half[:2] = [replace(one, lines=unknown) for one in half[:2]]
    intake.record_orders([*orders, *half])
    costs = (("sns", 2000), ("tv", 400))
    api.save_media_costs([MediaCostView(date(2025, 3, 1), *cost) for cost in costs])
    found = {row["media"]: row for row in report(warehouse)["media"]}
    assert (found["sns"]["cpa_minor"], found["sns"]["cpo_minor"]) == (500, 1000)
    assert found["sns"]["payback_month"] == 2
    assert (found["tv"]["cpo_minor"], found["tv"]["payback_month"]) == (100, None)


@pytest.mark.django_db
@pytest.mark.engine
@pytest.mark.parametrize("cost", [0, 5000])
def test_no_cost_zero_cost_and_cost_without_orders_are_unknown_not_wrong(
    warehouse: Warehouse, cost: int
) -> None:
    assert report(warehouse)["media"] == []
    intake.record_orders([order_of("a", date(2026, 6, 1), "sns")])
    (sns,) = report(warehouse)["media"]
    assert (sns["cost_minor"], sns["cpa_minor"], sns["roas"]) == (None, None, None)
    api.save_media_costs([MediaCostView(date(2026, 5, 1), "tv", cost)])
    tv = next(row for row in report(warehouse)["media"] if row["media"] == "tv")
    assert (tv["cost_minor"], tv["customers"], tv["cpa_minor"]) == (cost, 0, None)


@pytest.mark.django_db
@pytest.mark.engine
def test_inflow_is_parted_and_new_orders_are_held_beside_existing_ones(
    warehouse: Warehouse,
) -> None:
    day = date(2026, 6, 1)
    orders = [order_of(f"ad{n}", day, "search") for n in range(8)]
    orders += [order_of("o", day, "organic"), order_of("r", day, "friend")]
    orders += [order_of(f"ad{n}", date(2026, 6, 20), "search") for n in range(4)]
    intake.record_orders(orders)
    api.save_media_costs([MediaCostView(date(2026, 6, 1), "search", 5000)])
    keep(retention_cost=400)
    found = report(warehouse)
    shares = {row["kind"]: row["share"] for row in found["inflow"]["kinds"]}
    assert shares == {"ads": 0.8, "organic": 0.1, "referral": 0.1, "direct": 0.0, "other": 0.0}
    assert found["inflow"]["is_over"]
    costs = found["orders_cost"]
    assert (costs["new_minor"], costs["existing_minor"], costs["ratio"]) == (500, 100, 5.0)
    assert costs["existing_share"] == 4 / 14


def test_a_table_of_costs_is_read_whole_and_every_mistake_is_named() -> None:
    # Unquoted, this would be a cost of 12.
    _, cut = read_costs("月,媒体,費用\n2026-04,search,¥12,000\n", "JPY")
    assert "3列ではありません" in cut[0].ja
    costs, problems = read_costs("month\tmedia\tcost\n2026年4月\tsearch\t12,000円\n", "JPY")
    assert (costs, problems) == ([MediaCostView(date(2026, 4, 1), "search", 12_000)], [])
    _, problems = read_costs("2026-13,a,1\n2026-04,,1\n2026-04,b,-5\n2026-04,c\n", "JPY")
    assert [line.ja[:4] for line in problems] == ["1行目の", "2行目に", "3行目の", "4行目は"]
    _, twice = read_costs("2026-04,a,1\n2026/4,a,2\n", "JPY")
    assert "1行目にもあります" in twice[0].ja
    assert read_costs("", "JPY")[1]
    assert read_costs("2026-04,a,12.34\n", "USD")[0][0].cost_minor == 1234
    assert read_costs("2026-04,a,12.34\n", "JPY")[1]


@pytest.mark.django_db
@pytest.mark.engine
def test_ltv_by_source_is_one_figure_on_every_page(warehouse: Warehouse) -> None:
    orders = []
    for number in range(40):
        media = ("search", "sns", "tv")[number % 3]
        # Some of a month are a year old, some are not; some buy on the 365th day, some on the next.
        first = date(2025, 6, 10) + timedelta(days=number)
        orders.append(order_of(f"p{number}", first, media))
        for days in (30, 364, 365, 366)[number % 3 :]:
            if first + timedelta(days=days) <= TODAY:
                orders.append(order_of(f"p{number}", first + timedelta(days=days), "mail"))
    # Of those who came by "tv" a fifth of the sales has no cost.
    other = (LineIn("B", "石けん", 1, 1000, 1000),)
    tv = [n for n, order in enumerate(orders) if order.media_code == "tv"]
    orders = [
        replace(order, lines=other) if n in tv[::2] else order for n, order in enumerate(orders)
    ]
    intake.record_orders(orders)
    by_source = {row["media"]: row for row in report(warehouse)["media"]}
    ltv = api.find_report("lifetime_value")
    assert ltv is not None
    parts = {
        part["value"]: window
        for part in ltv.payload["media"]
        for window in part["windows"]
        if window["days"] == 365
    }
    assert {"search", "sns", "tv"} <= parts.keys() & by_source.keys()
    for media, window in parts.items():
        row = by_source[media]
        assert (row["ltv_365_minor"], row["margin_365_minor"]) == (
            window["ltv_minor"], window["margin_minor"],
        )  # fmt: skip
        ends = row["ltv_365_low_minor"], row["ltv_365_high_minor"]
        assert ends == (window["low_minor"], window["high_minor"])
        if window["ltv_minor"]:
            assert ends[0] < window["ltv_minor"] < ends[1]
    # Worked out by hand: 365 days after 10 June 2025 is a day, and whoever came by 30 June is old enough.
    search = [
        n for n in range(0, 40, 3) if date(2025, 6, 10) + timedelta(days=n) <= date(2025, 6, 30)
    ]
    assert parts["search"]["customers"] == len(search) == 7
    assert by_source["search"]["ltv_365_minor"] == 4000
    assert by_source["tv"]["margin_365_minor"] is None


@pytest.mark.django_db
@pytest.mark.engine
def test_the_shop_says_within_which_days_ltv_is_counted(warehouse: Warehouse) -> None:
    intake.record_orders(
        [order_of("a", date(2025, 3, 10), "tv"), order_of("a", date(2025, 3, 20), "tv")]
    )
    known = {spec.key: spec for spec in settings.specs_of(LtvRules).values()}
    settings.save(known, {"ltv.windows": "7 30 400"})
    (row,) = report(warehouse)["media"]
    ltv = api.find_report("lifetime_value")
    assert ltv is not None
    (whole,) = ltv.payload["all"]
    windows = [(one["days"], one["ltv_minor"]) for one in whole["windows"]]
    assert windows == [(7, 1000), (30, 2000), (400, 2000)]
    assert row["ltv_365_minor"] == 2000, "what a source may cost is always by a year"


@pytest.mark.parametrize(
    "words", ["", "soon", "0 90", "90 30", "90 90", "9999", "1 2 3 4 5 6 7 8 9", "９０"]
)
@pytest.mark.django_db
def test_days_of_ltv_that_make_no_sense_are_refused_in_a_sentence(words: str) -> None:
    known = {spec.key: spec for spec in settings.specs_of(LtvRules).values()}
    with pytest.raises(ConfigurationError, match="cannot be used"):
        settings.save(known, {"ltv.windows": words})
