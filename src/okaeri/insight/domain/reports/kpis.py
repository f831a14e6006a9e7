"""The KPI catalogue (domain reference §2.3): each figure today, a month and a year before, and by month."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from okaeri.insight.domain.cycle import histogram_quantile
from okaeri.insight.domain.kpis.days import MONTHS, People, Points, Running
from okaeri.insight.domain.kpis.figures import (
    Figure,
    count,
    mean,
    over_months,
    over_time,
    product,
    rate,
)
from okaeri.insight.domain.kpis.sureness import (
    formula_ends,
    mean_ends,
    median_ends,
    ratio_ends,
)
from okaeri.insight.domain.months import first_of_month, month_number
from okaeri.insight.domain.reports.f2 import WINDOWS
from okaeri.insight.types import LifecycleRules

# People who became so many days old lately are whom an F2 rate is about (as in `reports.f2`).
RECENT_DAYS = 90
UPLIFT_DAYS = 90
MOST_MONTH_DAYS = 30

Rows = Sequence[Mapping[str, Any]]


def month_days(rules: LifecycleRules) -> int:
    """Give the days of one "month" of lapsing; never more than a lapse takes."""
    return min(MOST_MONTH_DAYS, rules.lapse_days)


def spans_of(rules: LifecycleRules) -> tuple[int, ...]:
    """Give the spans of days people are counted over, each once."""
    year, lapse = rules.active_days, rules.lapse_days
    return tuple(sorted({year, 2 * year, lapse, lapse + month_days(rules)}))


def first_base_month(as_of: date, days: int) -> date:
    """Give the first day of the earliest month 再購入率 within `days` days is shown for."""
    last = last_base_month(as_of, days) - MONTHS
    return first_of_month(last)


def last_base_month(as_of: date, days: int) -> int:
    """Give the newest month of which everybody had `days` days to come again (`features.months`)."""
    day = as_of - timedelta(days=days - 1)
    return month_number(day) - 1


def kpis_payload(
    tables: Mapping[str, Rows], *, points: Points, rules: LifecycleRules, repurchase_days: int
) -> dict[str, Any]:
    """Give {kpis, repurchase_days}: figures as `domain.kpis.figures` reads them, in the order of the catalogue.

    `tables`: rows of `features.kpis` (day_flows, buyer_sums, silences, last_days, second_purchases,
    month_buyers, month_returns, month_intervals, trial_takers, churn) and f2_days of `features.f2`. What
    a shop has no data of has no value; money is of the smallest unit.
    """
    people = People(
        tables["day_flows"], tables["silences"], tables["last_days"], spans=spans_of(rules)
    )
    return {
        "kpis": [
            *_coming_back(tables, people, points),
            *_keeping(tables, people, points, rules),
            _repurchases(tables, points.now, repurchase_days),
            *_lapsing(people, points, rules),
            *_spending(tables, people, points, rules),
            _intervals(tables["month_intervals"], points),
            *_subscribing(tables, points, rules),
        ],
        "repurchase_days": repurchase_days,
    }


def _coming_back(
    tables: Mapping[str, Rows], people: People, points: Points
) -> list[dict[str, Any]]:
    sizes = Running((row["first_on"], row["size"]) for row in tables["f2_days"])
    reached = [people.firsts] + [
        Running((r["ordered_on"], r["purchases"]) for r in tables["day_flows"] if r["n"] == n)
        for n in range(2, 6)
    ]
    found = []
    for days in WINDOWS:
        came = Running((row["first_on"], row[f"converted_{days}"]) for row in tables["f2_days"])
        found.append(
            over_time(
                f"f2_rate_{days}",
                "rate",
                lambda day, came=came, days=days: rate(  # type: ignore[misc]
                    came.within(day - timedelta(days=days), RECENT_DAYS),
                    sizes.within(day - timedelta(days=days), RECENT_DAYS),
                ),
                points,
            )
        )
    for n in range(1, 5):
        found.append(_share_reached(f"fn_rate_{n}", reached[n], reached[n - 1], points))
    for n in range(3, 6):
        found.append(_share_reached(f"repeat_rate_{n}", reached[n - 1], reached[0], points))
    return found


def _share_reached(key: str, part: Running, whole: Running, points: Points) -> dict[str, Any]:
    return over_time(key, "rate", lambda day: rate(part.until(day), whole.until(day)), points)


def _keeping(
    tables: Mapping[str, Rows], people: People, points: Points, rules: LifecycleRules
) -> list[dict[str, Any]]:
    year = rules.active_days
    again = tables["second_purchases"][0] if tables["second_purchases"] else {}

    def second(day: date) -> int:
        return again.get(f"again_{day:%Y%m%d}") or 0

    def repeaters(day: date) -> Figure:
        buyers, began = people.within(day, year), people.firsts.within(day, year)
        return rate(buyers - (began - second(day)), buyers)

    def kept(day: date) -> Figure:
        before = people.within(day - timedelta(days=year), year)
        now, either = people.within(day, year), people.within(day, 2 * year)
        return rate(before + now - either, before)

    return [
        over_time("repeater_share", "rate", repeaters, points),
        over_time(
            "retention_rate_new",
            "rate",
            lambda day: rate(second(day), people.firsts.within(day, year)),
            points,
        ),
        over_time("retention_rate_existing", "rate", kept, points),
        over_time(
            "active_customers", "people", lambda day: count(people.within(day, year)), points
        ),
    ]


def _repurchases(tables: Mapping[str, Rows], as_of: date, days: int) -> dict[str, Any]:
    again = {row["month"]: row["again"] for row in tables["month_returns"]}
    figures = {
        row["month"]: rate(again.get(row["month"], 0), row["buyers"])
        for row in tables["month_buyers"]
    }
    return over_months(
        "repurchase_rate", "rate", figures, last=last_base_month(as_of, days), months=MONTHS
    )


def _lapsing(people: People, points: Points, rules: LifecycleRules) -> list[dict[str, Any]]:
    lapse, month = rules.lapse_days, month_days(rules)

    def lapsed(day: date) -> int:
        return people.ever(day) - people.within(day, lapse)

    def revived(day: date) -> int:
        # Who bought since the month began or in the days before it, but for those who were active
        # then and those who are new.
        start = day - timedelta(days=month)
        either = people.within(day, lapse + month)
        return either - people.within(start, lapse) - people.firsts.within(day, month)

    def newly(day: date) -> Figure:
        start = day - timedelta(days=month)
        gone = lapsed(day) - lapsed(start) + revived(day)
        return rate(gone, people.within(start, lapse))

    return [
        over_time("lapsed_share", "rate", lambda day: rate(lapsed(day), people.ever(day)), points),
        over_time("lapse_rate", "rate", newly, points),
        over_time(
            "revive_rate",
            "rate",
            lambda day: rate(revived(day), lapsed(day - timedelta(days=month))),
            points,
        ),
    ]


def _spending(
    tables: Mapping[str, Rows], people: People, points: Points, rules: LifecycleRules
) -> list[dict[str, Any]]:
    year, flows = rules.active_days, tables["day_flows"]
    sums = {
        name: Running((row["ordered_on"], row[name]) for row in flows)
        for name in ("orders", "purchases", "net_minor", "discounted", "gap_days")
    }

    def of_year(name: str, day: date) -> int:
        return sums[name].within(day, year)

    bought = tables["buyer_sums"][0] if tables.get("buyer_sums") else {}

    def sure(found: Figure, day: date, above: str, below: str) -> Figure:
        # Only of today it is known how people differ.
        is_known = day == points.now and bool(bought.get(below))
        return {**found, **ratio_ends(bought, above, below)} if is_known else found

    def average(day: date) -> Figure:
        found = mean(of_year("net_minor", day), of_year("orders", day))
        return sure(found, day, "net", "orders")

    def times(day: date) -> Figure:
        found = mean(of_year("purchases", day), people.within(day, year))
        return sure(found, day, "purchases", "people")

    def formula(day: date) -> Figure:
        span = mean(sums["gap_days"].until(day), people.ever(day))["value"]
        years = None if span is None else max(1.0, span / year)
        found = product(people.ever(day), average(day)["value"], times(day)["value"], years)
        if day != points.now or not bought.get("people"):
            return found
        return {**found, **formula_ends(bought, found["value"], is_staying=(years or 1.0) > 1.0)}

    def of_buyers(day: date) -> Figure:
        found = mean(of_year("net_minor", day), people.within(day, year))
        return sure(found, day, "net", "people")

    def sales(day: date) -> Figure:
        return {"value": of_year("net_minor", day), "of": of_year("orders", day)}

    def discounted(day: date) -> Figure:
        return rate(of_year("discounted", day), of_year("orders", day))

    return [
        over_time("aov", "money", average, points),
        over_time("orders_per_year", "times", times, points),
        over_time("ltv_year", "money", of_buyers, points),
        over_time("sales_year", "money", sales, points),
        over_time("ltv_formula", "money", formula, points),
        over_time("discount_order_share", "rate", discounted, points),
    ]


def _intervals(rows: Rows, points: Points) -> dict[str, Any]:
    """Read the median interval; each figure has also mean, p25, p75 and p90 (days)."""
    cut = points.now.day
    halves: dict[int, dict[int, int]] = {}
    for row in rows:
        halves.setdefault(row["half"], {})[row["interval_days"]] = row["intervals"]

    def at(day: date) -> Figure:
        last = month_number(day) * 2 + (day.day > cut)
        counts = _sum(part for half, part in halves.items() if half <= last)
        many = sum(counts.values())
        return {
            "value": histogram_quantile(counts, 0.5),
            "of": many,
            **median_ends(counts),
            "mean": mean(sum(n * days for days, n in counts.items()), many)["value"],
            **{f"p{p}": histogram_quantile(counts, p / 100) for p in (25, 75, 90)},
        }

    return over_time("interval_median", "days", at, points)


def _sum(parts: Iterable[Mapping[int, int]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for part in parts:
        for days, many in part.items():
            found[days] = found.get(days, 0) + many
    return found


def _subscribing(
    tables: Mapping[str, Rows], points: Points, rules: LifecycleRules
) -> list[dict[str, Any]]:
    takers = Running((row["first_on"], row["takers"]) for row in tables["trial_takers"])
    went_on = Running((row["first_on"], row["went_on"]) for row in tables["trial_takers"])
    churn = tables["churn"][0] if tables["churn"] else {}

    def uplift(day: date) -> Figure:
        aged = day - timedelta(days=UPLIFT_DAYS)
        return rate(went_on.within(aged, rules.active_days), takers.within(aged, rules.active_days))

    def ended(day: date) -> Figure:
        running = churn.get(f"running_{day:%Y%m%d}") or 0
        return rate(churn.get(f"ended_{day:%Y%m%d}") or 0, running)

    def deliveries(day: date) -> Figure:
        # Today's count of a contract tells nothing of the days before.
        is_now = day == points.now
        many, total = (churn.get("contracts") or 0) * is_now, churn.get("deliveries") or 0
        return {**mean(total, many), **mean_ends(total, churn.get("delivery_squares") or 0, many)}

    return [
        over_time("uplift_to_full_rate", "rate", uplift, points),
        over_time("sub_avg_deliveries", "times", deliveries, points),
        over_time("churn_rate", "rate", ended, points),
    ]
