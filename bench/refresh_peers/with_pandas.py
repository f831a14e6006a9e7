"""The same in pandas: one sort, then vectorised group operations without a Python loop."""

from pathlib import Path

import numpy as np
import pandas as pd

from bench.refresh_peers import contest


def answer(path: Path) -> contest.Answers:
    orders = pd.read_parquet(
        path, columns=["customer_id", "ordered_on", "net_minor", "is_purchase"]
    )
    orders["ordered_on"] = orders["ordered_on"].astype("datetime64[s]")
    as_of = pd.Timestamp(contest.AS_OF)
    orders = orders[orders["is_purchase"] & (orders["ordered_on"] <= as_of)].drop(
        columns="is_purchase"
    )
    orders = orders.sort_values(["customer_id", "ordered_on"], ignore_index=True)
    money = orders["net_minor"]
    by_customer = orders["customer_id"]
    priced = orders["ordered_on"] < pd.Timestamp(contest.THRESHOLD_BEFORE)
    customers = pd.DataFrame({"net_minor": money.groupby(by_customer).sum()})
    recent = orders["ordered_on"] > pd.Timestamp(contest.YEAR_AGO)
    customers["net_12m_minor"] = money.where(recent, 0).groupby(by_customer).sum()
    bar = 7 * money[priced].sum() / priced.sum()
    edges = customers["net_minor"].quantile([0.2, 0.4, 0.6, 0.8]).tolist()

    days = orders[["customer_id", "ordered_on"]]
    is_new_day = (days != days.shift()).any(axis=1)
    days = days[is_new_day].reset_index(drop=True)
    grouped = days.groupby("customer_id", sort=True)
    same = days["customer_id"].eq(days["customer_id"].shift())
    days["gap"] = days["ordered_on"].diff().dt.days.where(same)
    nth = grouped.cumcount()
    customers["n"] = grouped.size()
    customers["first_on"] = days["ordered_on"][nth == 0].to_numpy()
    second = days[nth == 1].set_index("customer_id")["ordered_on"]
    customers["second_on"] = second.reindex(customers.index)
    customers["last_on"] = grouped["ordered_on"].last()
    from_end = grouped.cumcount(ascending=False)
    last_five = days[(from_end < 5) & days["gap"].notna()]
    cycle = last_five.groupby("customer_id")["gap"].median()
    customers["cycle"] = cycle.reindex(customers.index).where(customers["n"] >= 3)
    flagged = as_of - pd.Timedelta(days=90)
    back = days[(days["gap"] >= 240) & (days["ordered_on"] > flagged)]
    customers["is_revived"] = customers.index.isin(back["customer_id"])
    _judge(customers, as_of, bar, edges, days["gap"].median())

    first_month = customers["first_on"].dt.year * 12 + customers["first_on"].dt.month
    orders["cohort"] = first_month.reindex(orders["customer_id"]).to_numpy()
    orders["at"] = (
        orders["ordered_on"].dt.year * 12 + orders["ordered_on"].dt.month - orders["cohort"]
    )
    orders["is_new"] = ~orders[["customer_id", "at"]].duplicated()
    cohorts = orders.groupby(["cohort", "at"]).agg(
        people=("is_new", "sum"), net=("net_minor", "sum")
    )
    sums = {"customers": ("net_minor", "size"), "net": ("net_minor", "sum")}
    wait = (customers["second_on"] - customers["first_on"]).dt.days
    return {
        "classes": _rows(customers.groupby(["stage", "is_lapsed"]).agg(**sums)),
        "rfm": _rows(customers.groupby(["r", "f"]).agg(**sums)),
        "bands": _rows(customers.groupby("band").agg(customers=("net_minor", "size"))),
        "f2": [
            (days, int(old.sum()), int((old & (wait <= days)).sum()))
            for days in contest.WINDOWS
            for old in [(as_of - customers["first_on"]).dt.days >= days]
        ],
        "cohorts": [
            (f"{(c - 1) // 12:04d}-{(c - 1) % 12 + 1:02d}", at, people, net)
            for c, at, people, net in _rows(cohorts)
        ],
    }


def _judge(
    customers: pd.DataFrame, as_of: pd.Timestamp, bar: float, edges: list[float], cycle: float
) -> None:
    recency = (as_of - customers["last_on"]).dt.days
    elapsed = (as_of - customers["first_on"]).dt.days
    n, net = customers["n"], customers["net_minor"]
    customers["stage"] = np.select(
        [n == 1, elapsed < 90, net < bar, elapsed < 210],
        ["first", "toddler", "steady", "trend"],
        "prime",
    )
    customers["is_lapsed"] = recency >= 240
    customers["r"] = 1 + sum((recency <= edge).astype("int8") for edge in contest.R_EDGES)
    customers["f"] = 1 + sum((n >= edge).astype("int8") for edge in contest.F_EDGES)
    customers["m"] = 1 + sum((net > edge).astype("int8") for edge in edges)
    half_life = customers["cycle"].fillna(cycle).clip(lower=1)
    fresh = 100 * np.power(2.0, -recency / half_life)
    customers["band"] = np.select(
        [fresh >= 70, fresh >= 40, fresh >= 15], ["fresh", "fading", "care"], "lost"
    )


def _rows(frame: pd.DataFrame) -> list[tuple]:
    return [
        tuple(value.item() if hasattr(value, "item") else value for value in row)
        for row in frame.reset_index().itertuples(index=False, name=None)
    ]


contest.run(answer)
