"""The KPI catalogue against counts made person by person, and against the same figures elsewhere."""

import csv
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np
import pytest
from django.test import Client

from okaeri.foundation.settings import save, specs_of
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight import api
from okaeri.insight.analysis_types import KpiRules
from okaeri.insight.api import save_media_costs
from okaeri.insight.domain.kpis.days import points_of
from okaeri.insight.domain.kpis.sureness import median_ends
from okaeri.insight.domain.mean_interval import mean_interval
from okaeri.insight.domain.reports.loyalty import loyalty_payload
from okaeri.insight.domain.shares import wilson_interval
from okaeri.insight.media_types import MediaCostView
from okaeri.intake import api as intake
from okaeri.intake.types import OrderIn, SubscriptionIn
from okaeri.web.pages.analysis.kpi_elsewhere import find_rows
from tests.insight.mixed_day import TODAY, ago, payload_of, warehouse_of_today  # noqa: F401
from tests.insight.mixed_shop import lively, order, record
from tests.web.conftest import browser_of_staff, staff  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
LAPSE, YEAR = 240, 365
Lives = dict[str, list[date]]


def kpis() -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in payload_of("kpis")["kpis"]}


def lives_of(orders: list[OrderIn]) -> Lives:
    """Days on which each person bought, each day once."""
    found: Lives = {}
    for one in orders:
        found.setdefault(str(one.party.member_no), []).append(one.ordered_at.date())
    return {member: sorted(set(days)) for member, days in found.items()}


def cancel(number: int, started: date, cancelled: date | None) -> None:
    intake.record_subscriptions(
        [
            SubscriptionIn(
                source="shop",
                subscription_no=f"C{number}",
                status="cancelled" if cancelled else "active",
                changed_at=datetime.combine(cancelled or started, time(3), UTC),
                started_on=started,
                cancelled_on=cancelled,
            )
        ]
    )


def bought(days: list[date], day: date, span: int) -> bool:
    return any(day - timedelta(days=span) < one <= day for one in days)


def counted(
    lives: Lives, hit: Callable[[list[date]], bool], of: Callable[[list[date]], bool]
) -> tuple[int, int]:
    among = [days for days in lives.values() if of(days)]
    return sum(hit(days) for days in among), len(among)


def is_active(days: list[date], day: date) -> bool:
    return bought(days, day, LAPSE)


def rates_on(lives: Lives, day: date) -> dict[str, tuple[int, int]]:
    """Count every rate of the catalogue that orders alone give, one person after another."""
    start, year = day - timedelta(days=30), day - timedelta(days=YEAR)
    of_year = lambda days: bought(days, day, YEAR)  # noqa: E731
    twice = lambda days: len([d for d in days if d <= day]) >= 2  # noqa: E731
    known = lambda days: days[0] <= day  # noqa: E731
    found = {
        "repeater_share": counted(lives, twice, of_year),
        "retention_rate_new": counted(lives, twice, lambda days: year < days[0] <= day),
        "retention_rate_existing": counted(lives, of_year, lambda days: bought(days, year, YEAR)),
        "lapsed_share": counted(lives, lambda days: not is_active(days, day), known),
        "lapse_rate": counted(
            lives, lambda days: not is_active(days, day), lambda days: is_active(days, start)
        ),
        "revive_rate": counted(
            lives,
            lambda days: bought(days, day, 30),
            lambda days: days[0] <= start and not is_active(days, start),
        ),
    }
    for n in (30, 60, 90, 180, 365):
        found[f"f2_rate_{n}"] = counted(
            lives,
            lambda days, n=n: len(days) > 1 and (days[1] - days[0]).days <= n,  # type: ignore[misc]
            lambda days, n=n: n <= (day - days[0]).days < n + 90,  # type: ignore[misc]
        )
    for n in range(1, 5):
        reached = [sum(d <= day for d in days) for days in lives.values()]
        found[f"fn_rate_{n}"] = (sum(r > n for r in reached), sum(r >= n for r in reached))
    for n in range(3, 6):
        found[f"repeat_rate_{n}"] = (sum(r >= n for r in reached), sum(r >= 1 for r in reached))
    return found


@pytest.mark.parametrize("seed", [3, 4])
def test_every_rate_is_what_counting_people_gives_today_before_and_by_month(
    warehouse: Warehouse, seed: int
) -> None:
    orders = lively(people=120, start=ago(1400), end=TODAY, seed=seed)
    # Long silences and two orders of one day, which chance brings too seldom.
    for number in range(40):
        member = f"back{number}"
        first = ago(1300 - number * 25)
        again = first + timedelta(days=230 + number * 7)
        orders += [order(member, first), order(member, first, "SOAP")]
        orders += [order(member, again)] if again <= TODAY else []
    record(*orders)
    api.refresh(warehouse=warehouse, as_of=TODAY)
    lives, found, points = lives_of(orders), kpis(), points_of(TODAY)
    days = {
        "now": points.now,
        "month_before": points.month_before,
        "year_before": points.year_before,
    }
    counted_on = {day: rates_on(lives, day) for day in points.all}
    some = 0
    for key in counted_on[TODAY]:
        read = [(found[key][name], day) for name, day in days.items()]
        read += [(row, date.fromisoformat(row["on"])) for row in found[key]["trend"]]
        for figure, day in read:
            hits, of = counted_on[day][key]
            assert (figure["hits"], figure["of"]) == (hits, of), (key, day)
            if of:
                assert figure["value"] == pytest.approx(hits / of)
                assert (figure["low"], figure["high"]) == pytest.approx(wilson_interval(hits, of))
            else:
                assert figure["value"] is figure["low"] is None
            some += 0 < hits < of
    assert some > 150
    ends = [row["on"] for row in found["aov"]["trend"]]
    assert (len(ends), ends[-2:]) == (14, ["2026-04-30", "2026-05-20"])


def test_money_counts_and_intervals_are_what_the_orders_add_up_to(warehouse: Warehouse) -> None:
    orders = lively(people=120, start=ago(1400), end=TODAY, seed=5)
    record(*orders)
    api.refresh(warehouse=warehouse, as_of=TODAY)
    lives, found = lives_of(orders), kpis()
    then = {"now": TODAY, "month_before": date(2026, 4, 20), "year_before": date(2025, 5, 20)}
    for name, day in then.items():
        past = {m: [d for d in days if d <= day] for m, days in lives.items()}
        past = {m: days for m, days in past.items() if days}
        recent = [o for o in orders if day - timedelta(days=YEAR) < o.ordered_at.date() <= day]
        net = sum(one.lines[0].amount_minor for one in recent)
        people = len({one.party.member_no for one in recent})
        read = {key: found[key][name]["value"] for key in found}
        assert read["active_customers"] == people
        assert read["aov"] == pytest.approx(net / len(recent))
        assert read["ltv_year"] == pytest.approx(net / people)
        assert read["sales_year"] == net
        assert read["orders_per_year"] == pytest.approx(len(recent) / people)
        gaps = sorted((b - a).days for days in past.values() for a, b in pairwise(days))
        assert read["interval_median"] == median(gaps)
        assert found["interval_median"][name]["mean"] == pytest.approx(sum(gaps) / len(gaps))
        years = max(1.0, sum(gaps) / YEAR / len(past))
        assert read["ltv_formula"] == pytest.approx(read["aov"] * read["orders_per_year"] * years)
    _means_are_as_sure_as_people_differ(orders, found)


def _means_are_as_sure_as_people_differ(orders: list[OrderIn], found: dict[str, Any]) -> None:
    spent: dict[str, list[int]] = {}
    for one in orders:
        if one.ordered_at.date() > TODAY - timedelta(days=YEAR):
            spent.setdefault(str(one.party.member_no), []).append(one.lines[0].amount_minor)
    totals = [float(sum(nets)) for nets in spent.values()]
    year = found["ltv_year"]["now"]
    assert (year["low"], year["high"]) == pytest.approx(
        mean_interval(sum(totals), sum(one * one for one in totals), len(totals))
    )
    counts = [float(len(nets)) for nets in spent.values()]
    times = found["orders_per_year"]["now"]
    assert (times["low"], times["high"]) == pytest.approx(
        mean_interval(sum(counts), sum(one * one for one in counts), len(counts))
    )
    # Each person's orders stand or fall together: the same people drawn again and again tell it too.
    dice = np.random.default_rng(8)
    pairs = np.column_stack([totals, counts])
    drawn = [pairs[dice.integers(0, len(pairs), len(pairs))].sum(axis=0) for _ in range(2000)]
    ends = np.quantile([net / many for net, many in drawn], (0.025, 0.975))
    aov = found["aov"]["now"]
    assert aov["low"] < aov["value"] < aov["high"]
    assert aov["high"] - aov["low"] == pytest.approx(ends[1] - ends[0], rel=0.2)
    middle, formula = found["interval_median"]["now"], found["ltv_formula"]["now"]
    assert middle["low"] <= middle["value"] <= middle["high"]
    assert formula["low"] < formula["value"] < formula["high"]
    assert "low" not in found["aov"]["month_before"]


def test_the_median_lies_between_values_as_a_coin_falls_and_few_of_them_tell_little() -> None:
    even = median_ends(dict.fromkeys(range(1, 102), 1))
    # Of 101 values the 41st and the 61st hold the middle in 95 of 100 cases (binomial).
    assert (even["low"], even["high"]) == pytest.approx((41, 61), abs=0.5)
    one = median_ends({30: 1})
    assert (one["low"], one["high"]) == pytest.approx(mean_interval(30, 900, 1))
    assert median_ends({}) == {"low": None, "high": None}


def test_the_nps_of_three_answers_is_told_with_how_little_is_known() -> None:
    row = {
        **dict.fromkeys(("rated", "score", "satisfied", "engaged", "written"), 0),
        **dict.fromkeys(("advised", "advice", "recommenders"), 0),
        "customers": 3,
        "repeat": 0,
        "asked": 3,
        "promoters": 3,
        "detractors": 0,
        "stage": "first",
        "is_lapsed": False,
    }
    everybody = loyalty_payload([row], [], TODAY)["all"]
    assert everybody["nps"] == 100
    assert everybody["nps_low"] < 0
    assert everybody["nps_high"] == 100


# On May 20 the people of January had their 90 days, those of February had not; of March 30.
@pytest.mark.parametrize(("window", "newest"), [(90, "2026-01-01"), (30, "2026-03-01")])
def test_repurchase_counts_whoever_came_again_within_the_days_of_the_setting(
    warehouse: Warehouse, window: int, newest: str
) -> None:
    orders = lively(people=100, start=ago(700), end=TODAY, seed=6)
    record(*orders)
    if window != KpiRules().repurchase_window:
        save(
            {spec.key: spec for spec in specs_of(KpiRules).values()}, {"kpi.repurchase_window": 30}
        )
    api.refresh(warehouse=warehouse, as_of=TODAY)
    lives, found = lives_of(orders), kpis()["repurchase_rate"]
    assert payload_of("kpis")["repurchase_days"] == window
    assert found["trend"][-1]["on"] == newest
    assert found["trend"][-1]["value"] == found["now"]["value"]
    assert found["year_before"]["hits"] == found["trend"][-13]["hits"]
    for row in found["trend"]:
        month = date.fromisoformat(row["on"])
        in_month = {
            member: [i for i, d in enumerate(days) if d.replace(day=1) == month]
            for member, days in lives.items()
        }
        base = {member: places for member, places in in_month.items() if places}
        again = [
            member
            for member, places in base.items()
            if any(
                i + 1 < len(lives[member])
                and (lives[member][i + 1] - lives[member][i]).days <= window
                for i in places
            )
        ]
        assert (row["hits"], row["of"]) == (len(again), len(base)), row["on"]


def test_trials_and_contracts_by_hand(warehouse: Warehouse) -> None:
    record(
        # Three began with a trial long enough ago: one took a full product in time, one too late.
        order("t-came", ago(200), "TRIAL"),
        order("t-came", ago(150), "LOTION"),
        order("t-late", ago(200), "TRIAL"),
        order("t-late", ago(100), "LOTION"),
        order("t-stayed", ago(200), "TRIAL"),
        order("t-new", ago(50), "TRIAL"),
        # Four contracts ran 30 days ago; one was cancelled since, one before, one began since.
        *(order(f"c{n}", ago(90), subscription_no=f"C{n}", delivery_no=1) for n in range(5)),
        *(order(f"c{n}", ago(60), subscription_no=f"C{n}", delivery_no=2) for n in range(5)),
        order("c9", ago(20), subscription_no="C9", delivery_no=1),
    )
    cancel(0, ago(90), ago(10))
    cancel(1, ago(90), ago(40))
    cancel(2, ago(90), None)
    api.refresh(warehouse=warehouse, as_of=TODAY)
    found = kpis()
    uplift = found["uplift_to_full_rate"]["now"]
    assert (uplift["hits"], uplift["of"]) == (1, 3)
    assert (found["churn_rate"]["now"]["hits"], found["churn_rate"]["now"]["of"]) == (1, 4)
    # Five contracts had two deliveries, the newest one.
    assert found["sub_avg_deliveries"]["now"]["value"] == pytest.approx(11 / 6)
    # A month before, five ran on the day 60 days ago and one was cancelled in the 30 days after it.
    before = found["churn_rate"]["month_before"]
    assert (before["hits"], before["of"]) == (1, 5)


def test_figures_agree_with_the_pages_that_show_them_too(warehouse: Warehouse) -> None:
    record(*lively(people=150, start=ago(900), end=TODAY, seed=7))
    api.refresh(warehouse=warehouse, as_of=TODAY)
    found, summary = kpis(), payload_of("summary")
    now = {key: row["now"] for key, row in found.items()}
    assert now["active_customers"]["value"] == summary["active_365"]
    assert now["sales_year"]["value"] == summary["net_12m_minor"]
    assert now["f2_rate_90"]["value"] == summary["f2_rate_90"]
    assert (now["f2_rate_90"]["low"], now["f2_rate_90"]["of"]) == (
        summary["f2_low"],
        summary["f2_n"],
    )
    assert now["interval_median"]["value"] == summary["cycle_median_days"]
    steps = payload_of("dropoff")["steps"]
    assert [now[f"fn_rate_{n}"]["value"] for n in range(1, 5)] == [s["rate"] for s in steps[:4]]
    cells = payload_of("portfolio")["cells"]
    lapsed = sum(cell["customers"] for cell in cells if cell["is_lapsed"])
    assert now["lapsed_share"]["hits"] == lapsed
    mix = payload_of("sales_mix")
    orders = mix["new"]["orders"] + mix["existing"]["orders"]
    assert now["aov"]["of"] == orders
    assert now["aov"]["value"] * orders == pytest.approx(now["sales_year"]["value"])


def test_the_page_shows_each_figure_with_its_past_and_how_sure_it_is(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    record(*lively(people=150, start=ago(900), end=TODAY, seed=7))
    save_media_costs(
        [MediaCostView(date(2025, month, 1), "search", 60_000) for month in range(1, 13)]
    )
    api.refresh(warehouse=warehouse, as_of=TODAY)
    html = browser_of_staff.get("/analysis/kpis/").content.decode()
    found = {row["key"]: row for row in find_rows()} | kpis()
    now = {key: row["now"]["value"] for key, row in found.items()}
    f2 = found["f2_rate_90"]["now"]
    rows = dict(
        re.findall(r'<th scope="row"><a[^>]*>([^<]+)</a></th>(.*?)</tr>', html, flags=re.DOTALL)
    )
    told = re.sub(r"<[^>]+>", " ", rows["F2転換率(90日)"])
    assert f"{f2['value'] * 100:.1f}%" in told
    assert f"{f2['low'] * 100:.1f}〜{f2['high'] * 100:.1f}%" in told
    assert f" {f2['of']} " in told
    assert "polyline" in rows["リピーター率"]
    # No mean stands without its interval.
    for name in ("客単価", "年間購入回数", "年間LTV", "通販LTV", "購入間隔"):
        (means,) = (told for title, told in rows.items() if title.startswith(name))
        assert re.search(r"区間\(95%\)[^>]*>[^<]*\d[^<]*〜[^<]*\d", means), name
    # The same figures as on the pages they are taken from.
    media = {row["media"]: row for row in payload_of("media")["media"]}["search"]
    for key, name in (("cpr", "cpr_minor"), ("cpo_sub", "cpo_sub_minor"), ("cpa", "cpa_minor")):
        assert media[name] is not None
        assert round(now[key]) == media[name]
    assert now["existing_sales_share"] == payload_of("sales_mix")["existing_share"]
    everybody = payload_of("lifetime_value")["all"][0]["windows"]
    assert [now[f"ltv_{one['days']}"] for one in everybody] == [o["ltv_minor"] for o in everybody]
    steps = payload_of("movement")["now"]["steps"]
    assert now["cpm_promotion_first"] == steps[0]["rate"]
    # What nobody ever said is no zero.
    assert "いまのデータでは、数える対象がまだありません" in rows["NPS"]
    text = b"".join(browser_of_staff.get("/analysis/kpis/?csv=utf-8")).decode("utf-8-sig")
    lines = list(csv.DictReader(text.splitlines()))
    (line,) = (one for one in lines if (one["key"], one["when"]) == ("f2_rate_90", "now"))
    assert float(line["value"]) == f2["value"]
    assert len([one for one in lines if one["key"] == "aov" and one["when"] == "trend"]) == 14


def test_a_shop_of_one_day_has_dashes_and_no_guesses(warehouse: Warehouse) -> None:
    record(order("only", TODAY))
    api.refresh(warehouse=warehouse, as_of=TODAY)
    found = kpis()
    assert found["active_customers"]["now"]["value"] == 1
    assert found["aov"]["now"]["value"] == 3800
    assert found["aov"]["now"]["low"] < 3800 / 3 < 3800 * 30 < found["aov"]["now"]["high"]
    for key in (
        "f2_rate_90",
        "retention_rate_existing",
        "lapse_rate",
        "churn_rate",
        "interval_median",
    ):
        assert found[key]["now"]["value"] is None
    assert found["active_customers"]["year_before"]["value"] == 0
