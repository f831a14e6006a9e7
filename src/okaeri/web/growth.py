"""Sales as people, how often and how much: the growth formula (domain reference §2.3) with figures."""

from collections.abc import Mapping
from typing import Any

from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight.types import LifecycleRules

_NAMES = {
    "new": Text("この{days}日で初めて買った方", "first bought in these {days} days"),
    "existing": Text("以前からの方", "bought before"),
}
_YEAR = 365


def name_of_kind(kind: str) -> Text:
    """Name who a part of the report "sales_mix" is of: "new" or "existing" (by the first purchase)."""
    days = load(LifecycleRules).active_days
    if days == _YEAR and kind == "new":
        return Text("この1年で初めて買った方", "first bought this year")
    return _NAMES[kind].format(days=days)


def growth_of(payload: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Give {net_minor, days, parts: [{name, buyers, orders_a_buyer, aov_minor, net_minor}]}.

    From the report "sales_mix"; None before there are sales. Orders, not purchases, are counted by
    person, so that people × orders × average order is the net (but for the rounding of the average).
    """
    if payload is None or not payload["months"]:
        return None
    parts = [
        {**payload[kind], "name": name_of_kind(kind), "orders_a_buyer": _each(payload[kind])}
        for kind in _NAMES
        if payload[kind]["buyers"]
    ]
    return {
        "net_minor": sum(part["net_minor"] for part in parts),
        "days": load(LifecycleRules).active_days,
        "parts": parts,
    }


def _each(part: Mapping[str, Any]) -> float:
    return float(part["orders"] / part["buyers"])
