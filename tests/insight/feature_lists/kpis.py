"""What the KPI catalogue is counted from."""

from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.kpis import (
    compute_buyer_sums,
    compute_churn,
    compute_day_flows,
    compute_last_days,
    compute_month_buyers,
    compute_month_intervals,
    compute_month_returns,
    compute_second_purchases,
    compute_silences,
    compute_trial_takers,
)
from okaeri.insight.features.purchases import counts_as_purchase
from okaeri.insight.features.survival import compute_contracts

KEYS: dict[str, list[str] | None] = {
    "day_flows": ["ordered_on", "n"],
    "buyer_sums": [],
    "silences": ["edge", "day"],
    "last_days": ["last_on"],
    "second_purchases": [],
    "month_buyers": ["month"],
    "month_returns": ["month"],
    "month_intervals": ["half", "interval_days"],
    "trial_takers": ["first_on"],
    "churn": [],
}
SPANS = (30, 60, 100)


def features(tables: Any) -> dict[str, ir.Table]:
    purchases, people = tables.purchases, tables.customers
    since: date = (tables.as_of - timedelta(days=200)).replace(day=1)
    days = [tables.as_of - timedelta(days=back) for back in (0, 45, 150)]
    counted = tables.orders.filter(
        counts_as_purchase(tables.orders, as_of=tables.as_of, rules=tables.rules)
    )
    # The real shop has no contracts and no trials: here customers are contracts, and days are trials.
    contracts = compute_contracts(
        counted.mutate(subscription_no=counted.customer_id.cast("string")),
        people.filter(people.customer_id % 2 == 0).select(
            source=ibis.literal("test"),
            subscription_no=ibis._.customer_id.cast("string"),
            ended_on=ibis._.last_on,
        ),
        as_of=tables.as_of,
        rules=tables.rules,
    )
    is_trial = (purchases.n == 1) & (purchases.customer_id % 3 == 0)
    tried = purchases.mutate(kind=is_trial.ifelse("trial", purchases.kind))
    return {
        "day_flows": compute_day_flows(purchases),
        "buyer_sums": compute_buyer_sums(purchases, people, since=since),
        "silences": compute_silences(purchases, spans=SPANS),
        "last_days": compute_last_days(people),
        "second_purchases": compute_second_purchases(people, days=days, span=200),
        "month_buyers": compute_month_buyers(purchases, since=since),
        "month_returns": compute_month_returns(purchases, since=since, within=90),
        "month_intervals": compute_month_intervals(purchases, cut=15, since=since),
        "trial_takers": compute_trial_takers(tried, within=90),
        "churn": compute_churn(contracts, days=days, span=30),
    }
