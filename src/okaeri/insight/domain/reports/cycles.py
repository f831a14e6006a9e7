"""Purchase cycle per product: how long until people buy it again, and for whom it runs out."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.cycle_types import CycleRules

BINS = 37
# For whom something runs out soon.
SOON_DAYS = 14

DEFINITIONS = {
    "product_cycle": Text(
        "商品の購買サイクル: 同じ商品を2回以上買った人の、購入から次の購入までの日数の中央値です。"
        "80%の範囲は、短いほうと長いほうから1割ずつを除いた幅です。定期の配送は含みません。",
        "Cycle of a product: the median days between two purchases of it by one person; the 80% range "
        "leaves out a tenth at each end. Deliveries of subscriptions are not counted.",
    ),
    "runs_out_on": Text(
        "使い切り予定日: 到着日 + 数量 × 使用日数です。到着日は、注文のお届け日、なければ発送日の2日後、"
        "どちらもなければ注文の {cycle_days_to_arrive}日後です。使用日数がない商品は、"
        "本人の直近5回の間隔の中央値(2回以上あるとき)を商品の中央値に寄せた日数、なければ商品の中央値"
        "(間隔が {cycle_fewest_intervals}回以上ある商品)を使います。",
        "Run-out: arrival + quantity × days of use. Arrival is the delivery of the order, else 2 days after "
        "its shipping, else {cycle_days_to_arrive} days after the order. Without days of use, the median "
        "of the person's last five intervals (from two on) drawn towards the product's "
        "median, else that median (from {cycle_fewest_intervals} intervals on).",
    ),
    "send_day": Text(
        "おすすめの送信日: 購入から数えて、1個を使い切る日の {cycle_lead_days}日前です。"
        "使い切るまでの日数は、使用日数のある商品では使用日数 + 到着までの {cycle_days_to_arrive}日、"
        "ない商品ではサイクルです。使い切り前のお知らせは、お一人ずつの個数と到着日で数えます。",
        "Day to write: {cycle_lead_days} days before one piece is used up, counted from the purchase: after "
        "its days of use and the {cycle_days_to_arrive} days until it arrives, else after its cycle. The "
        "notice before a run-out goes by each person's own quantity and arrival.",
    ),
    "overdue": Text(
        "遅れ: 購入からの日数 ÷ 使い切りまでの日数(乖離率)が {cycle_overdue_ratio} を超え "
        "{cycle_at_risk_ratio} 以下の方です。{cycle_at_risk_ratio} を超えると離脱予備です。",
        "Overdue: days since the purchase ÷ days until the run-out above {cycle_overdue_ratio} and up to "
        "{cycle_at_risk_ratio}; beyond that, at risk.",
    ),
}


def cycles_payload(
    cycles: Iterable[Mapping[str, Any]],
    bins: Iterable[Mapping[str, Any]],
    counts: Iterable[Mapping[str, Any]],
    overdue: Sequence[Mapping[str, Any]],
    *,
    names: Mapping[str, str],
    supplies: Mapping[str, int],
    rules: CycleRules,
) -> dict[str, Any]:
    """Give {products, others, overdue, soon_days}.

    products: most intervals first, as many as `cycles` holds: {sku, name, customers, intervals,
    cycle_days, low_days, high_days, use_days (until one piece is used up by its days of use; None where
    they are not known), send_day, is_sure (enough intervals), soon, overdue, at_risk,
    bins (intervals in each ten days, the last 360 and more)}. `others`: products without a repeat
    purchase whose use is known all the same, {sku, name, soon, overdue, at_risk}. `overdue`: rows
    {customer_id, sku, name, last_on, since_days, use_days, net_minor}. `supplies`: days of use by sku.
    """
    waiting = {row["sku"]: row for row in counts}
    of_sku: dict[str, list[int]] = {}
    for row in bins:
        of_sku.setdefault(row["sku"], [0] * BINS)[row["bin"]] = row["intervals"]
    products = [
        {
            "sku": row["sku"],
            "name": names.get(row["sku"]) or row["sku"],
            "customers": row["customers"],
            "intervals": row["intervals"],
            "cycle_days": row["cycle_days"],
            "low_days": row["low_days"],
            "high_days": row["high_days"],
            **_send_day(row, supplies.get(row["sku"]), rules),
            "is_sure": row["intervals"] >= rules.fewest_intervals,
            "bins": of_sku.get(row["sku"], [0] * BINS),
            **_waiting(waiting.get(row["sku"])),
        }
        for row in sorted(cycles, key=lambda row: (-row["intervals"], row["sku"]))
    ]
    known = {row["sku"] for row in products}
    others = [
        {"sku": sku, "name": names.get(sku) or sku, **_waiting(row)}
        for sku, row in sorted(waiting.items())
        if sku not in known
    ]
    late = [
        {**row, "name": names.get(row["sku"]) or row["sku"], "last_on": row["last_on"].isoformat()}
        for row in overdue
    ]
    return {"products": products, "others": others, "overdue": late, "soon_days": SOON_DAYS}


def _send_day(
    row: Mapping[str, Any], days_supply: int | None, rules: CycleRules
) -> dict[str, int | None]:
    """Give the days from a purchase of one piece until its use is over, and until the letter goes."""
    use_days = days_supply + rules.days_to_arrive if days_supply else None
    over = round(row["cycle_days"]) if use_days is None else use_days
    return {"use_days": use_days, "send_day": max(over - rules.lead_days, 0)}


def _waiting(row: Mapping[str, Any] | None) -> dict[str, int]:
    return {name: row[name] if row else 0 for name in ("soon", "overdue", "at_risk")}
