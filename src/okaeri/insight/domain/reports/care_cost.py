"""The cost of one order of an existing customer, measured: messages, coupons and points."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.care_types import COUPON, POINTS, MessageCostRules

CHANNELS = ("email", "line", "sms", "post")
MONTHS = 12

DEFINITIONS = {
    "care_cost": Text(
        "既存のお客様の注文1件の費用(実測): (送った通数 × 1通の費用 + 使われたクーポンの値引き + "
        "お渡ししたポイント × 1ポイントの価値)÷ 既存のお客様の注文です。"
        "今月と、その前の11か月について、初回購入の翌日からの分だけを数えます。"
        "通数は送信が受け付けられたものと結果不明のもので、お知らせや取引の連絡も含みます。"
        "人手、同梱物、システムの料金、カート側だけの値引きは入りません。"
        "1通の費用が未入力のチャネルは0円とみなします。",
        "Cost of an order of an existing customer, measured: (messages × cost of one + discounts of "
        "coupons used + points given × worth of one) ÷ orders of existing customers, of this month and "
        "the eleven before, from the day after each person's first purchase. Messages are those accepted "
        "or with unknown outcome, service letters too. Staff time, inserts, fees of tools and the "
        "cart's own discounts are left out. A channel whose cost is not known counts as nothing.",
    ),
}


def first_day(as_of: date) -> date:
    """Give the first day of the twelve calendar months that end with that of `as_of`."""
    return (
        as_of.replace(month=1, day=1)
        if as_of.month == MONTHS
        else date(as_of.year - 1, as_of.month + 1, 1)
    )


def care_payload(
    spent: Sequence[Mapping[str, Any]],
    orders: Mapping[str, Any],
    *,
    since: date,
    rules: MessageCostRules,
    point_minor: int,
) -> dict[str, Any]:
    """Give {since, orders, buyers, parts, missing, cost_minor, each_minor}.

    parts: {kind (a channel, "coupon", "points"), people, units, unit_minor (None unknown), cost_minor
    (None unknown), unknown (coupons without an amount)}, messages first. missing: channels that were
    used and whose cost is not known. cost_minor and each_minor (of one order) are None where messages
    left and no cost of any is known, where nothing was spent, or where there is nothing to divide by.
    """
    found = {row["kind"]: row for row in spent}
    channels = [kind for kind in CHANNELS if kind in found]
    channels += sorted(found.keys() - {*CHANNELS, COUPON, POINTS})
    parts = [_message(found[kind], getattr(rules, kind, 0.0)) for kind in channels]
    missing = [part["kind"] for part in parts if part["unit_minor"] is None]
    if COUPON in found:
        parts.append(_part(found[COUPON], None, found[COUPON]["amount_minor"]))
    if POINTS in found:
        parts.append(_part(found[POINTS], point_minor, found[POINTS]["units"] * point_minor))
    is_blind = not parts or (bool(channels) and len(missing) == len(channels))
    cost = None if is_blind else sum(part["cost_minor"] or 0 for part in parts)
    return {
        "since": since.isoformat(),
        "orders": orders["orders"],
        "buyers": orders["people"],
        "parts": parts,
        "missing": missing,
        "cost_minor": cost,
        "each_minor": cost / orders["orders"] if cost is not None and orders["orders"] else None,
    }


def _message(row: Mapping[str, Any], cost: float) -> dict[str, Any]:
    return _part({**row, "unknown": 0}, cost or None, round(row["units"] * cost) if cost else None)


def _part(row: Mapping[str, Any], unit: float | None, cost: int | None) -> dict[str, Any]:
    names = ("kind", "people", "units")
    unknown = row["unknown"] if row["kind"] == COUPON else 0
    known = {name: row[name] for name in names}
    return {**known, "unit_minor": unit, "cost_minor": cost, "unknown": unknown}


def compare_costs(orders_cost: Mapping[str, Any], care: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give `orders_cost` of the report "media" with what was measured in place of what was typed.

    basis: "measured", "typed" or "" (unknown).
    """
    typed = orders_cost["existing_minor"]
    each = care["each_minor"] if care else None
    if each is None:
        return {**orders_cost, "basis": "typed" if typed is not None else ""}
    new = orders_cost["new_minor"]
    return {
        **orders_cost,
        "basis": "measured",
        "typed_minor": typed,
        "existing_minor": round(each),
        "ratio": new / each if new and each else None,
    }
