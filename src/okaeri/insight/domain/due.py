"""Which analyses a nightly run computes anew: those that a day's orders can have changed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

# Products, baskets and cycles of years hardly move in a day; what moved enough is computed at once.
MOST_DAYS = 7
# What is about single people and their coming days is a matter of every night, and so is what people
# say, which no order tells of.
NIGHTLY = frozenset({"predictions", "lapse_reasons"})
# More than a busy week brings; less, and every second night of a busy shop would compute everything.
MOST_CHANGED_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Computed:
    """How an analysis was last computed: for which day, by which rules, and how many orders changed since."""

    as_of: date
    rule_version: str
    changed_orders: int


def due_analyses(
    names: Collection[str],
    computed: Mapping[str, Computed],
    *,
    as_of: date,
    rule_version: str,
    orders: int,
) -> set[str]:
    """Give the names to compute: never computed, other rules, a week old, or 5 % of `orders` changed."""
    return {
        name
        for name in names
        if name not in computed
        or _is_due(
            computed[name],
            as_of=as_of,
            rule_version=rule_version,
            orders=orders,
            days=1 if name in NIGHTLY else MOST_DAYS,
        )
    }


def _is_due(last: Computed, *, as_of: date, rule_version: str, orders: int, days: int) -> bool:
    return (
        last.rule_version != rule_version
        or not last.as_of <= as_of < last.as_of + timedelta(days=days)
        or last.changed_orders > MOST_CHANGED_SHARE * orders
    )
