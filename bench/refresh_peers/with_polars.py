"""The same in Polars: lazy, one sort, then comparisons of neighbouring rows; all expressions native."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

from bench.refresh_peers import contest

who, day, net = pl.col("customer_id"), pl.col("day"), pl.col("net_minor")


def answer(path: Path) -> contest.Answers:
    epoch = pl.col("ordered_on").to_physical()
    orders = (
        pl.scan_parquet(path)
        .filter(pl.col("is_purchase") & (pl.col("ordered_on") <= contest.AS_OF))
        .select(
            "customer_id",
            "net_minor",
            day=epoch,
            month=pl.col("ordered_on").dt.year() * 12 + pl.col("ordered_on").dt.month() - 1,
        )
        .sort("customer_id", "day")
        .with_columns(is_same=who == who.shift())
        .with_columns(
            is_visit=~(pl.col("is_same") & (day == day.shift())).fill_null(False),
            gap=pl.when("is_same").then(day - day.shift()),
        )
        .collect()
    )
    as_of, flagged = _epoch_day(contest.AS_OF), _epoch_day(contest.AS_OF) - 90
    money = (
        orders.lazy()
        .group_by("customer_id")
        .agg(
            net_minor=net.sum(),
            net_12m_minor=(net * (day > _epoch_day(contest.YEAR_AGO))).sum(),
        )
    )
    visits = orders.lazy().filter("is_visit").select("customer_id", "day", "gap")
    history = (
        visits.group_by("customer_id")
        .agg(
            n=pl.len(),
            first_on=day.first(),
            second_on=day.get(1, null_on_oob=True),
            last_on=day.last(),
            cycle=pl.col("gap").tail(5).median(),
            is_revived=((pl.col("gap") >= 240) & (day > flagged)).any(),
        )
        .join(money, on="customer_id")
    )
    priced = day < _epoch_day(contest.THRESHOLD_BEFORE)
    bar, cycle, history = pl.collect_all(
        [
            orders.lazy().filter(priced).select(7 * net.sum() / pl.len()),
            visits.select(pl.col("gap").median()),
            history,
        ]
    )
    edges = [history["net_minor"].quantile(q, interpolation="linear") for q in (0.2, 0.4, 0.6, 0.8)]
    customers = _customers(history, as_of, bar.item(), cycle.item(), edges)
    first = pl.from_epoch("first_on", "d")
    cohort_of = history.lazy().select(
        "customer_id", cohort=first.dt.year() * 12 + first.dt.month() - 1
    )
    is_new = (~pl.col("is_same") | (pl.col("month") != pl.col("month").shift())).fill_null(True)
    cohorts = (
        orders.lazy()
        .select("customer_id", "month", "net_minor", is_new=is_new)
        .join(cohort_of, on="customer_id")
        .group_by("cohort", "month")
        .agg(pl.col("is_new").sum(), net.sum())
        .collect()
    )
    wait = pl.col("second_on") - pl.col("first_on")
    return {
        "classes": customers.group_by("stage", "is_lapsed").agg(pl.len(), net.sum()).rows(),
        "rfm": customers.group_by("r", "f").agg(pl.len(), net.sum()).rows(),
        "bands": customers.group_by("band").agg(pl.len()).rows(),
        "f2": [
            customers.filter(as_of - pl.col("first_on") >= days)
            .select(pl.lit(days), pl.len(), (wait <= days).sum())
            .row(0)
            for days in contest.WINDOWS
        ],
        "cohorts": [
            (f"{cohort // 12:04d}-{cohort % 12 + 1:02d}", month - cohort, people, sold)
            for cohort, month, people, sold in cohorts.rows()
        ],
    }


def _customers(
    history: pl.DataFrame, as_of: int, bar: float, cycle: float, edges: list[float]
) -> pl.DataFrame:
    n, elapsed, recency = pl.col("n"), as_of - pl.col("first_on"), as_of - pl.col("last_on")
    half_life = pl.when(n >= 3).then(pl.col("cycle")).fill_null(cycle).clip(lower_bound=1)
    fresh = 100 * pl.lit(2.0).pow(-recency / half_life)
    return history.with_columns(
        stage=pl.when(n == 1)
        .then(pl.lit("first"))
        .when(elapsed < 90)
        .then(pl.lit("toddler"))
        .when(net < bar)
        .then(pl.lit("steady"))
        .when(elapsed < 210)
        .then(pl.lit("trend"))
        .otherwise(pl.lit("prime")),
        is_lapsed=recency >= 240,
        r=_steps([recency <= edge for edge in contest.R_EDGES]),
        f=_steps([n >= edge for edge in contest.F_EDGES]),
        m=_steps([net > edge for edge in edges]),
        fresh=fresh,
        band=pl.when(fresh >= 70)
        .then(pl.lit("fresh"))
        .when(fresh >= 40)
        .then(pl.lit("fading"))
        .when(fresh >= 15)
        .then(pl.lit("care"))
        .otherwise(pl.lit("lost")),
    )


def _steps(reached: Iterable[pl.Expr]) -> pl.Expr:
    return 1 + pl.sum_horizontal(step.cast(pl.Int8) for step in reached)


def _epoch_day(when: date) -> int:
    return (when - date(1970, 1, 1)).days


contest.run(answer)
