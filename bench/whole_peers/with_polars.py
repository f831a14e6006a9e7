"""The questions in Polars: lazy frames, one sort, native expressions."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from bench.refresh_peers import contest
from bench.whole_peers import questions as asked

Rows = list[tuple[Any, ...]]
_COLUMNS = [
    "order_id",
    "customer_id",
    "media_code",
    "ordered_on",
    "ordered_hour",
    "net_minor",
    "delivery_no",
]
who, on, net = pl.col("customer_id"), pl.col("ordered_on"), pl.col("net_minor")


def answer(folder: Path) -> contest.Answers:
    orders = (
        pl.scan_parquet(folder / "orders.parquet")
        .filter(pl.col("is_purchase") & (on <= contest.AS_OF) & who.is_not_null())
        .select(_COLUMNS)
        .sort("customer_id", "ordered_on", "order_id")
        .with_columns(is_first=(who != who.shift()).fill_null(True))
        .with_columns(is_visit=pl.col("is_first") | (on != on.shift()))
        .with_columns(n=pl.col("is_visit").cum_sum().over("customer_id"))
        .collect()
    )
    first = orders.lazy().filter("is_first").select(who, first_on=on, media="media_code")
    purchases = orders.lazy().join(first, on="customer_id")
    since = (on - pl.col("first_on")).dt.total_days()
    lives = {f"net_{days}": pl.when(since <= days).then(net).sum() for days in asked.LIFE_WINDOWS}
    customers = (
        purchases.group_by("customer_id")
        .agg(
            pl.col("first_on").first(),
            pl.col("media").first(),
            last_on=on.max(),
            second_on=on.filter(pl.col("n") == 2).min(),
            purchases=pl.col("n").max(),
            spent=net.sum(),
            net_12m=(net * (on > contest.YEAR_AGO)).sum(),
            **lives,
        )
        .with_columns(elapsed=(pl.lit(contest.AS_OF) - pl.col("first_on")).dt.total_days())
        .collect()
    )
    item_days = (
        pl.scan_parquet(folder / "order_lines.parquet")
        .filter((pl.col("amount_minor") > 0) & (pl.col("quantity") > 0))
        .join(orders.lazy().select("order_id", "customer_id", "ordered_on"), on="order_id")
    )
    days = (
        item_days.group_by("customer_id", "sku", "ordered_on")
        .agg(pl.col("quantity").sum(), pl.col("amount_minor").sum())
        .with_columns(nth=on.rank("ordinal").over("customer_id", "sku"))
        .collect()
    )
    one_in = max(1, -(-days.height // asked.MOST_PAIRED_ROWS))
    bar = 7 * orders.filter(on < contest.THRESHOLD_BEFORE)["net_minor"].mean()
    wait = (pl.col("second_on") - pl.col("first_on")).dt.total_days()
    return {
        "classes": _classes(customers, bar),
        "deciles": _deciles(customers),
        "hours": orders.filter(pl.col("delivery_no").fill_null(1) <= 1)
        .group_by(on.dt.weekday() - 1, "ordered_hour")
        .agg(pl.len(), net.sum())
        .rows(),
        "survival": [
            (media, n, reached)
            for n in range(1, asked.DEEPEST + 1)
            for media, reached in customers.group_by("media")
            .agg((pl.col("purchases") >= n).sum())
            .rows()
        ],
        "lifetime": [
            (media, window, people, round(spent / people))
            for window in asked.LIFE_WINDOWS
            for media, people, spent in customers.filter(pl.col("elapsed") >= window)
            .group_by("media")
            .agg(pl.len(), pl.col(f"net_{window}").sum())
            .rows()
        ],
        "waits": [
            customers.filter(pl.col("elapsed") >= window)
            .select(pl.lit(window), pl.len(), (wait <= window).sum())
            .row(0)
            for window in asked.WAIT_DAYS
        ],
        "months": orders.group_by(month=on.dt.strftime("%Y-%m"))
        .agg(
            net.filter(pl.col("n") == 1).sum(),
            net.filter(pl.col("n") > 1).sum().alias("repeat"),
            pl.len(),
        )
        .sort("month", descending=True)
        .head(asked.MONTHS)
        .rows(),
        "products": days.group_by("sku")
        .agg(
            (pl.col("nth") == 1).sum().alias("buyers"),
            (pl.col("nth") == 2).sum().alias("repeat"),
            pl.col("quantity").sum(),
            pl.col("amount_minor").sum(),
        )
        .sort(["buyers", "sku"], descending=[True, False])
        .head(asked.TOP_PRODUCTS)
        .rows(),
        "pairs": _pairs(item_days.filter(who % one_in == 0)),
    }


def _classes(customers: pl.DataFrame, bar: float) -> Rows:
    stage = (
        pl.when(pl.col("purchases") == 1)
        .then(pl.lit("first"))
        .when(pl.col("elapsed") < 90)
        .then(pl.lit("toddler"))
        .when(pl.col("spent") < bar)
        .then(pl.lit("steady"))
        .when(pl.col("elapsed") < 210)
        .then(pl.lit("trend"))
        .otherwise(pl.lit("prime"))
    )
    lapsed = pl.col("last_on") <= contest.AS_OF - timedelta(days=240)
    rows: Rows = (
        customers.group_by(stage.alias("stage"), lapsed.alias("lapsed"))
        .agg(pl.len(), pl.col("spent").sum())
        .rows()
    )
    return rows


def _deciles(customers: pl.DataFrame) -> Rows:
    rows = customers.filter(pl.col("net_12m") > 0).sort(
        ["net_12m", "customer_id"], descending=[True, False]
    )
    size, more = divmod(rows.height, 10)
    # As ntile: the first groups take the rest.
    sizes = [size + (number < more) for number in range(10)]
    ends = [sum(sizes[: number + 1]) for number in range(10)]
    return [
        (number + 1, count, rows["net_12m"].slice(end - count, count).sum())
        for number, (count, end) in enumerate(zip(sizes, ends, strict=True))
        if count
    ]


def _pairs(lines: pl.LazyFrame) -> Rows:
    baskets = lines.select("order_id", "sku").unique().collect()
    orders = baskets["order_id"].n_unique()
    sizes = baskets.group_by("sku").agg(size=pl.len())
    often = baskets.join(sizes.filter(pl.col("size") >= asked.FEWEST_PAIRS), on="sku")
    often = often.select("order_id", "sku")
    rows: Rows = (
        often.lazy()
        .join(often.lazy(), on="order_id", suffix="_b")
        .filter(pl.col("sku") < pl.col("sku_b"))
        .group_by("sku", "sku_b")
        .agg(both=pl.len())
        .filter(pl.col("both") >= asked.FEWEST_PAIRS)
        .join(sizes.lazy(), on="sku")
        .join(sizes.lazy().rename({"sku": "sku_b", "size": "size_b"}), on="sku_b")
        .with_columns(lift=pl.col("both") * orders / (pl.col("size") * pl.col("size_b")))
        .sort(["lift", "both", "sku", "sku_b"], descending=[True, True, False, False])
        .head(asked.TOP_PAIRS)
        .select("sku", "sku_b", "both")
        .collect()
        .rows()
    )
    return rows


if __name__ == "__main__":
    contest.run(answer)
