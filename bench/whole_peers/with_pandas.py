"""The questions in pandas: one sort, vectorised group operations, no Python loop over rows."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

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
    "is_purchase",
]


def answer(folder: Path) -> contest.Answers:
    orders = pd.read_parquet(folder / "orders.parquet", columns=_COLUMNS)
    orders["ordered_on"] = orders["ordered_on"].astype("datetime64[s]")
    as_of = pd.Timestamp(contest.AS_OF)
    orders = orders[orders["is_purchase"] & (orders["ordered_on"] <= as_of)]
    orders = orders.drop(columns="is_purchase").sort_values(
        ["customer_id", "ordered_on", "order_id"], ignore_index=True
    )
    who, on, net = orders["customer_id"], orders["ordered_on"], orders["net_minor"]
    is_first = who != who.shift()
    visit = is_first | (on != on.shift())
    total = visit.cumsum()
    # Visits before this customer's first are taken off, so that each begins at 1.
    orders["n"] = total - (total - 1).where(is_first).ffill().astype("int64")
    customers = orders[is_first].set_index("customer_id")[["ordered_on", "media_code"]]
    customers.columns = ["first_on", "media"]
    grouped = orders.groupby("customer_id", sort=True)
    customers["last_on"] = grouped["ordered_on"].last()
    customers["purchases"] = grouped["n"].last()
    customers["net"] = grouped["net_minor"].sum()
    recent = on > pd.Timestamp(contest.YEAR_AGO)
    customers["net_12m"] = net.where(recent, 0).groupby(who).sum()
    second = orders[(orders["n"] == 2) & visit].set_index("customer_id")["ordered_on"]
    customers["second_on"] = second.reindex(customers.index)
    customers["age"] = (as_of - customers["first_on"]).dt.days
    since = (on - customers["first_on"].reindex(who).to_numpy()).dt.days
    for days in asked.LIFE_WINDOWS:
        customers[f"net_{days}"] = net.where(since <= days, 0).groupby(who).sum()
    wait = (customers["second_on"] - customers["first_on"]).dt.days
    month = on.dt.strftime("%Y-%m")
    months = pd.DataFrame(
        {
            "first": net.where(orders["n"] == 1, 0).groupby(month).sum(),
            "repeat": net.where(orders["n"] > 1, 0).groupby(month).sum(),
            "orders": net.groupby(month).size(),
        }
    )
    # A cart makes the later deliveries of a contract, at its own hour.
    chosen = orders[orders["delivery_no"].fillna(1) <= 1]
    lines, item_days = _lines(folder, orders)
    return {
        "classes": _classes(customers, as_of, orders),
        "deciles": _deciles(customers),
        "hours": _rows(
            chosen.groupby([chosen["ordered_on"].dt.weekday, "ordered_hour"])["net_minor"].agg(
                ["size", "sum"]
            )
        ),
        "survival": [
            (media, n, int(reached))
            for n in range(1, asked.DEEPEST + 1)
            for media, reached in (customers["purchases"] >= n)
            .groupby(customers["media"])
            .sum()
            .items()
        ],
        "lifetime": [
            (media, window, int(people), round(int(spent) / int(people)))
            for window in asked.LIFE_WINDOWS
            for old in [customers[customers["age"] >= window]]
            for media, people, spent in old.groupby("media")[f"net_{window}"]
            .agg(["size", "sum"])
            .itertuples()
        ],
        "waits": [
            (window, int(old.sum()), int((old & (wait <= window)).sum()))
            for window in asked.WAIT_DAYS
            for old in [customers["age"] >= window]
        ],
        "months": _rows(months.sort_index().tail(asked.MONTHS)),
        "products": _products(item_days),
        "pairs": _pairs(lines, max(1, -(-len(item_days) // asked.MOST_PAIRED_ROWS))),
    }


def _lines(folder: Path, orders: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    columns = ["order_id", "sku", "quantity", "amount_minor"]
    lines = pd.read_parquet(folder / "order_lines.parquet", columns=columns)
    # Codes group several times faster than texts.
    lines["sku"] = lines["sku"].astype("category")
    lines = lines[(lines["amount_minor"] > 0) & (lines["quantity"] > 0)]
    lines = lines.merge(orders[["order_id", "customer_id", "ordered_on"]], on="order_id")
    days = lines.groupby(["customer_id", "sku", "ordered_on"], observed=True, sort=True)[
        ["quantity", "amount_minor"]
    ].sum()
    days = days.reset_index()
    days["nth"] = days.groupby(["customer_id", "sku"], observed=True).cumcount() + 1
    return lines, days


def _classes(customers: pd.DataFrame, as_of: pd.Timestamp, orders: pd.DataFrame) -> Rows:
    priced = orders["ordered_on"] < pd.Timestamp(contest.THRESHOLD_BEFORE)
    bar = 7 * orders["net_minor"][priced].sum() / priced.sum()
    stage = np.select(
        [
            customers["purchases"] == 1,
            customers["age"] < 90,
            customers["net"] < bar,
            customers["age"] < 210,
        ],
        ["first", "toddler", "steady", "trend"],
        "prime",
    )
    lapsed = ((as_of - customers["last_on"]).dt.days >= 240).to_numpy()
    return _rows(customers["net"].groupby([stage, lapsed]).agg(["size", "sum"]))


def _deciles(customers: pd.DataFrame) -> Rows:
    rows = customers[customers["net_12m"] > 0].reset_index()
    rows = rows.sort_values(["net_12m", "customer_id"], ascending=[False, True])
    parts = np.array_split(rows["net_12m"].to_numpy(), 10)
    return [
        (number, len(part), int(part.sum())) for number, part in enumerate(parts, 1) if len(part)
    ]


def _products(days: pd.DataFrame) -> Rows:
    facts = (
        days.assign(buyers=days["nth"] == 1, repeat=days["nth"] == 2)
        .groupby("sku", observed=True)[["buyers", "repeat", "quantity", "amount_minor"]]
        .sum()
        .reset_index()
    )
    facts["sku"] = facts["sku"].astype(str)
    facts = facts.sort_values(["buyers", "sku"], ascending=[False, True])
    return [
        (sku, *map(int, rest))
        for sku, *rest in facts.head(asked.TOP_PRODUCTS).itertuples(index=False, name=None)
    ]


def _pairs(lines: pd.DataFrame, one_in: int) -> Rows:
    some = lines[lines["customer_id"] % one_in == 0]
    baskets = some[["order_id", "sku"]].drop_duplicates()
    baskets["sku"] = baskets["sku"].astype(str)
    orders = baskets["order_id"].nunique()
    sizes = baskets["sku"].value_counts()
    often = baskets[baskets["sku"].map(sizes) >= asked.FEWEST_PAIRS]
    joined = often.merge(often, on="order_id", suffixes=("_a", "_b"))
    joined = joined[joined["sku_a"] < joined["sku_b"]]
    pairs = joined.groupby(["sku_a", "sku_b"]).size().reset_index(name="both")
    pairs = pairs[pairs["both"] >= asked.FEWEST_PAIRS]
    # The same order of the arithmetic as everywhere: equal lifts must come out equal.
    chance = pairs["sku_a"].map(sizes) * pairs["sku_b"].map(sizes)
    pairs["lift"] = pairs["both"] * orders / chance
    pairs = pairs.sort_values(
        ["lift", "both", "sku_a", "sku_b"], ascending=[False, False, True, True]
    )
    top = pairs.head(asked.TOP_PAIRS)[["sku_a", "sku_b", "both"]]
    return [(a, b, int(both)) for a, b, both in top.itertuples(index=False, name=None)]


def _rows(frame: pd.DataFrame) -> Rows:
    return [
        tuple(value.item() if hasattr(value, "item") else value for value in row)
        for row in frame.reset_index().itertuples(index=False, name=None)
    ]


if __name__ == "__main__":
    contest.run(answer)
