"""The average unit price and the bar that parts steady from loyal customers (§1.3 #10, #11)."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from okaeri.insight.domain.months import month_number
from okaeri.insight.types import LifecycleRules


@dataclass(frozen=True, slots=True)
class UnitPriceSums:
    """Sums over the orders that enter the average (smallest unit)."""

    orders: int
    customers: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """The average in use, the bar made of it, and whether it was measured or is the fixed one."""

    price_minor: int
    threshold_minor: int
    is_fixed: bool


def priced_period(as_of: date, rules: LifecycleRules) -> tuple[date | None, date]:
    """Give the first day (None: from the beginning) and the day after the last day of the average.

    "monthly" freezes the average for the month: only orders before the first of the month enter;
    "nightly" adds those of the month that runs. Twelve months before it are whole either way.
    """
    this_month = as_of.replace(day=1)
    until = this_month
    if rules.threshold_refresh == "nightly":
        until = (this_month + timedelta(days=31)).replace(day=1)
    is_of_a_year = rules.unit_price_mode == "aov_12m"
    return this_month.replace(year=this_month.year - 1) if is_of_a_year else None, until


def price_known_on(as_of: date, rules: LifecycleRules) -> date:
    """Give the last day whose returns the average knows: frozen, that before the first of the month."""
    return min(as_of, priced_period(as_of, rules)[1] - timedelta(days=1))


def sum_unit_price(
    sizes: Iterable[Mapping[str, Any]],
    sales: Iterable[Mapping[str, Any]],
    *,
    as_of: date,
    rules: LifecycleRules,
) -> UnitPriceSums:
    """Add up what enters the average from the cohorts' months, for the period is whole months.

    `sizes`: cohort_month, buyers; `sales`: month, orders, net_minor; months are year × 12 + month − 1.
    """
    from_on, until_on = priced_period(as_of, rules)
    start, end = month_number(from_on) if from_on else 0, month_number(until_on)
    priced = [row for row in sales if start <= row["month"] < end]
    return UnitPriceSums(
        orders=sum(row["orders"] for row in priced),
        # Only the mode per customer asks, and there the period has no beginning.
        customers=sum(row["buyers"] for row in sizes if row["cohort_month"] < end),
        net_minor=sum(row["net_minor"] for row in priced),
    )


def decide_unit_price(sums: UnitPriceSums, rules: LifecycleRules) -> UnitPrice:
    """Choose the average unit price; with too few orders, or none of worth, the fixed one."""
    price = _measured(sums, rules)
    is_fixed = price is None
    chosen = Fraction(rules.fixed_unit_price_minor) if price is None else price
    return UnitPrice(
        price_minor=round(chosen),
        threshold_minor=math.ceil(chosen * Fraction(str(rules.multiple))),
        is_fixed=is_fixed,
    )


def _measured(sums: UnitPriceSums, rules: LifecycleRules) -> Fraction | None:
    per_customer = rules.unit_price_mode == "per_customer"
    divisor = sums.customers if per_customer else sums.orders
    too_few = sums.orders < max(rules.fewest_orders, 1)
    if rules.unit_price_mode == "fixed" or too_few or sums.net_minor <= 0:
        return None
    return Fraction(sums.net_minor, divisor)
