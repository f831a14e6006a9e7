"""還元予算: what people get back beside the margin they bring, by class, against the shop's budget."""

from collections.abc import Mapping, Sequence
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.shares import share_of

DAYS = 365
MOST_PEOPLE = 50

DEFINITIONS = {
    "perk_cost": Text(
        "還元: 直近365日の値引き・クーポンと、お渡ししたポイント(1ポイント={perks_point_minor})の合計です。"
        "カート側で使われたポイントは購入金額から引かれており、ここには入りません。",
        "Returned: discounts and coupons of the last 365 days and the points given (one is worth "
        "{perks_point_minor}). Points used at the cart are off the net sales already and not counted here.",
    ),
    "perk_share": Text(
        "還元率: 還元 ÷ 還元する前の粗利です。原価のわかる注文だけで計算します。"
        "{perks_most_share} を超えると警告します。",
        "Share returned: returned ÷ margin before anything is returned, of orders whose costs are known. "
        "Above {perks_most_share} there is a warning.",
    ),
    "perk_budget": Text(
        "還元予算: 還元する前の粗利の {perks_most_share} です。残りは、まだ還元できる金額です。",
        "Budget: {perks_most_share} of the margin before anything is returned; what is left may still be "
        "given back.",
    ),
}


def perks_payload(
    classes: Sequence[Mapping[str, Any]], dearest: Sequence[Mapping[str, Any]], most_share: float
) -> dict[str, Any]:
    """Give {days, most_share, all, classes, people}.

    all, classes (most returned first, with stage and is_lapsed): customers, discount_minor,
    points_minor, per_customer_minor, costed, perk_minor, margin_minor, share (None unknown),
    budget_minor, left_minor, over (people), is_over. people: those furthest above the budget:
    customer_id, perk_minor, margin_minor, share (None where nothing was earned).
    """
    names = ("customers", "discount_minor", "points_minor", "costed", "perk_minor", "margin_minor")
    sums = {name: sum(row[name] for row in classes) for name in (*names, "over")}
    rows = [
        {"stage": row["stage"], "is_lapsed": row["is_lapsed"], **_row(row, most_share)}
        for row in classes
    ]
    rows.sort(
        key=lambda row: (
            -row["discount_minor"] - row["points_minor"],
            row["stage"],
            row["is_lapsed"],
        )
    )
    people = [
        {
            **{name: row[name] for name in ("customer_id", "perk_minor", "margin_minor")},
            "share": _share(row),
        }
        for row in dearest
    ]
    people.sort(
        key=lambda row: (row["margin_minor"] * most_share - row["perk_minor"], row["customer_id"])
    )
    return {
        "days": DAYS,
        "most_share": most_share,
        "all": _row(sums, most_share),
        "classes": rows,
        "people": people,
    }


def _share(row: Mapping[str, Any]) -> float | None:
    return share_of(row["perk_minor"], row["margin_minor"]) if row["margin_minor"] > 0 else None


def _row(row: Mapping[str, Any], most_share: float) -> dict[str, Any]:
    given = row["discount_minor"] + row["points_minor"]
    budget = round(max(row["margin_minor"], 0) * most_share)
    is_known = row["costed"] > 0
    return {
        **{name: row[name] for name in ("customers", "discount_minor", "points_minor", "costed")},
        **{name: row[name] for name in ("perk_minor", "margin_minor", "over")},
        "per_customer_minor": round(given / row["customers"]) if row["customers"] else 0,
        "share": _share(row) if is_known else None,
        "budget_minor": budget if is_known else None,
        "left_minor": budget - row["perk_minor"] if is_known else None,
        "is_over": is_known and row["perk_minor"] > budget,
    }
