"""The same in Polars: lazy, one scan, lists per customer, all expressions native."""

from pathlib import Path

import contest
import polars as pl


def answer(path: Path) -> dict:
    orders = (
        pl.scan_parquet(path)
        .filter(pl.col("is_purchase") & (pl.col("ordered_on") <= contest.AS_OF))
        .select("customer_id", "ordered_on", "net_minor")
    )
    priced = pl.col("ordered_on") < contest.THRESHOLD_BEFORE
    history = (
        orders.group_by("customer_id")
        .agg(
            net_minor=pl.col("net_minor").sum(),
            net_12m_minor=pl.col("net_minor").filter(pl.col("ordered_on") > contest.YEAR_AGO).sum(),
            priced_orders=priced.sum(),
            priced_net=pl.col("net_minor").filter(priced).sum(),
            days=pl.col("ordered_on").unique().sort(),
        )
        .collect()
    )
    bar = 7 * history["priced_net"].sum() / history["priced_orders"].sum()
    edges = [history["net_minor"].quantile(q, interpolation="linear") for q in (0.2, 0.4, 0.6, 0.8)]
    gaps = history.select(
        pl.col("days")
        .list.eval(pl.element().diff(null_behavior="drop").dt.total_days())
        .alias("gaps")
    )["gaps"]
    cycle = gaps.explode().drop_nulls().median()
    customers = _customers(history.with_columns(gaps=gaps), bar, cycle, edges)
    month = pl.col("ordered_on").dt.truncate("1mo")
    cohorts = (
        orders.join(
            history.lazy().select(
                "customer_id", cohort=pl.col("days").list.first().dt.truncate("1mo")
            ),
            on="customer_id",
        )
        .group_by("cohort", month.alias("month"))
        .agg(pl.col("customer_id").n_unique().alias("people"), pl.col("net_minor").sum())
        .collect()
    )
    wait = (pl.col("second_on") - pl.col("first_on")).dt.total_days()
    return {
        "classes": customers.group_by("stage", "is_lapsed")
        .agg(pl.len(), pl.col("net_minor").sum())
        .rows(),
        "rfm": customers.group_by("r", "f").agg(pl.len(), pl.col("net_minor").sum()).rows(),
        "bands": customers.group_by("band").agg(pl.len()).rows(),
        "f2": [
            customers.filter(pl.col("elapsed") >= days)
            .select(pl.lit(days), pl.len(), (wait <= days).sum())
            .row(0)
            for days in contest.WINDOWS
        ],
        "cohorts": [
            (f"{c:%Y-%m}", (m.year - c.year) * 12 + m.month - c.month, k, net)
            for c, m, k, net in cohorts.rows()
        ],
    }


def _customers(history, bar, cycle, edges):
    days, n = pl.col("days"), pl.col("days").list.len()
    recency = (pl.lit(contest.AS_OF) - days.list.last()).dt.total_days()
    rows = history.with_columns(
        n=n,
        first_on=days.list.first(),
        second_on=days.list.get(1, null_on_oob=True),
        recency=recency,
        elapsed=(pl.lit(contest.AS_OF) - days.list.first()).dt.total_days(),
        cycle=pl.when(n >= 3).then(pl.col("gaps").list.tail(5).list.median()),
    )
    flagged = pl.lit(contest.AS_OF).dt.offset_by("-90d")
    long_gap = pl.col("gaps").list.max() >= 240
    candidates = rows.filter(long_gap & (days.list.last() > flagged)).select(
        "customer_id", "days", "gaps"
    )
    revived = (
        candidates.with_columns(days=pl.col("days").list.slice(1))
        .explode("days", "gaps")
        .filter((pl.col("gaps") >= 240) & (pl.col("days") > flagged))
        .select("customer_id")
        .unique()
        .with_columns(is_revived=pl.lit(True))
    )
    rows = rows.drop("days", "gaps").join(revived, on="customer_id", how="left")
    fresh = 100 * pl.lit(2.0).pow(
        -pl.col("recency") / pl.max_horizontal(pl.col("cycle").fill_null(cycle), pl.lit(1.0))
    )
    steps = lambda tests: 1 + sum(test.cast(pl.Int8) for test in tests)  # noqa: E731
    return rows.with_columns(
        is_revived=pl.col("is_revived").fill_null(False),
        stage=pl.when(pl.col("n") == 1)
        .then(pl.lit("first"))
        .when(pl.col("elapsed") < 90)
        .then(pl.lit("toddler"))
        .when(pl.col("net_minor") < bar)
        .then(pl.lit("steady"))
        .when(pl.col("elapsed") < 210)
        .then(pl.lit("trend"))
        .otherwise(pl.lit("prime")),
        is_lapsed=pl.col("recency") >= 240,
        r=steps([pl.col("recency") <= edge for edge in contest.R_EDGES]),
        f=steps([pl.col("n") >= edge for edge in contest.F_EDGES]),
        m=steps([pl.col("net_minor") > edge for edge in edges]),
        fresh=fresh,
        band=pl.when(fresh >= 70)
        .then(pl.lit("fresh"))
        .when(fresh >= 40)
        .then(pl.lit("fading"))
        .when(fresh >= 15)
        .then(pl.lit("care"))
        .otherwise(pl.lit("lost")),
    )


contest.run(answer)
