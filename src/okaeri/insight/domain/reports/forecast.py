"""What a message to each class would bring: first guesses, corrected by what was measured."""

from collections.abc import Iterable, Mapping
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.analysis_types import ForecastRules
from okaeri.insight.domain.reports.portfolio import STAGES
from okaeri.insight.domain.shares import share_of, wilson_interval

# The seed gives no number for these; what stands there is a guess and is marked as one.
_PROVISIONAL = {"trend"}

DEFINITIONS = {
    "forecast": Text(
        "想定購入数: 人数 × 購入率です。購入率は初期値を {forecast_prior_contacts}通ぶんの実績とみなし、"
        "実際に送った数と、送った日から {forecast_response_days}日以内に購入した数を加えて計算します。"
        "実績が増えるほど初期値から実測に近づきます。流行客と離脱客(現役の半分)の初期値は仮置きです。"
        "対照群と比べた増分ではありません。",
        "Expected purchases: people × buy rate. The first guess counts as {forecast_prior_contacts} "
        "messages; to them are added the messages that left and those followed by a purchase within "
        "{forecast_response_days} days. The more was sent, the closer to what was measured. First guesses "
        "for trend and lapsed customers (half of the active rate) are provisional. This is no increment "
        "over people left out.",
    ),
    "value_in_orders": Text(
        "顧客価値換算: 100人に案内したときの想定購入数です。金額ではなく注文数の換算です。",
        "Worth in orders: expected purchases for each 100 people written to; orders, not money.",
    ),
}


def forecast_rows(
    cells: Iterable[Mapping[str, Any]], responses: Iterable[Mapping[str, Any]], rules: ForecastRules
) -> list[dict[str, Any]]:
    """Give one row per class, always all ten, in the order of the portfolio.

    stage, is_lapsed, customers, prior, is_provisional, contacts, buyers, measured (None without
    contacts), low, high (95 % Wilson), rate (prior and measured, weighted), expected (purchases).
    """
    people = {(cell["stage"], cell["is_lapsed"]): cell["customers"] for cell in cells}
    seen = {(row["stage"], row["is_lapsed"]): row for row in responses}
    nothing = {"contacts": 0, "buyers": 0}
    return [
        _row(stage.value, lapsed, people, seen.get((stage.value, lapsed), nothing), rules)
        for lapsed in (False, True)
        for stage in STAGES
    ]


def _row(
    stage: str,
    lapsed: bool,
    people: Mapping[tuple[str, bool], int],
    seen: Mapping[str, int],
    rules: ForecastRules,
) -> dict[str, Any]:
    prior = float(getattr(rules, stage)) * (0.5 if lapsed else 1.0)
    contacts, buyers = seen["contacts"], seen["buyers"]
    weight = rules.prior_contacts
    rate = (prior * weight + buyers) / (weight + contacts)
    customers = people.get((stage, lapsed), 0)
    low, high = wilson_interval(buyers, contacts)
    return {
        "stage": stage,
        "is_lapsed": lapsed,
        "customers": customers,
        "prior": prior,
        "is_provisional": (lapsed or stage in _PROVISIONAL) and not contacts,
        "contacts": contacts,
        "buyers": buyers,
        "measured": share_of(buyers, contacts),
        "low": low if contacts else None,
        "high": high if contacts else None,
        "rate": rate,
        "expected": customers * rate,
        "per_hundred": rate * 100,
    }
