"""What a message to each class would bring: first guesses, corrected by what was measured."""

from collections.abc import Iterable, Mapping
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.analysis_types import ForecastRules
from okaeri.insight.domain.shares import forecast_interval, share_of, wilson_interval
from okaeri.insight.types import STAGES

# The seed gives no number for these; what stands there is a guess and is marked as one.
_PROVISIONAL = {"trend"}

DEFINITIONS = {
    "forecast": Text(
        "想定購入数: 人数 × 購入率です。購入率は初期値を {forecast_prior_contacts}通ぶんの実績とみなし、"
        "実際に送った数と、送った日から、メールなどは{forecast_response_days}日、LINEは"
        "{forecast_response_days_line}日、郵送は{forecast_response_days_post}日以内に購入した数を加えて計算します。"
        "実績が増えるほど初期値から実測に近づきます。流行客と離脱客(現役の半分)の初期値は仮置きです。"
        "対照群と比べた増分ではありません。範囲は80%の予測区間で、購入率の不確かさ"
        "(初期値と実績を合わせた通数ぶんのベータ分布)と、当日の偶然の両方を含みます。",
        "Expected purchases: people × buy rate. The first guess counts as {forecast_prior_contacts} "
        "messages; to them are added the messages that left and those followed by a purchase within "
        "{forecast_response_days} days (LINE {forecast_response_days_line}, post "
        "{forecast_response_days_post}). The more was sent, the closer to what was measured. First guesses "
        "for trend and lapsed customers (half of the active rate) are provisional. This is no increment "
        "over people left out. The range is an 80% interval: it holds both how unsure the rate is (a beta "
        "distribution of as many messages as first guess and measurement weigh) and the chance of the day.",
    ),
    "response_by_class": Text(
        "クラス別の反応: 広告を含むメッセージを送った数(1人1日を1件)と、"
        "送った日から、メールなどは{forecast_response_days}日、LINEは{forecast_response_days_line}日、"
        "郵送は{forecast_response_days_post}日以内に購入した数です"
        "(同じ日にいくつも届いたら、長いほうの日数で見ます)。クラスは送った前日のものです。"
        "実測の範囲は95%(ウィルソン)で、初期値がその外にあるときだけ"
        "「高い」「低い」と出します。送らなくても買った人を含みます。"
        "「反応なし」は、送った数のうち購入がその日数のうちになかった数です。",
        "Response by class: advertising messages that left (one per person and day) and those followed by a "
        "purchase within {forecast_response_days} days, of LINE {forecast_response_days_line}, of post "
        "{forecast_response_days_post} (of several on one day the longest); the class is that of the day "
        "before. The range is a 95% Wilson interval; above and below are said only where the first guess lies "
        "outside. People who "
        "would have bought anyway are included. No response: messages that no purchase followed in time.",
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

    stage, is_lapsed, customers, prior, is_guess (the seed names no number), is_provisional (a guess and
    nothing measured yet), contacts, buyers, measured (None without contacts), low, high (95 % Wilson),
    rate (prior and measured, weighted) with rate_low and rate_high (95 %), expected (purchases) with
    expected_low and expected_high (80 %), variance (of expected), per_hundred with per_hundred_low and
    per_hundred_high (80 %).
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
    variance = _variance(customers, rate, weight + contacts)
    expected_low, expected_high = forecast_interval(customers * rate, variance, customers)
    # What was first guessed counts as so many messages, so the rate used is as sure as all of them.
    rate_low, rate_high = wilson_interval(prior * weight + buyers, weight + contacts)
    spread = _variance(100, rate, weight + contacts)
    hundred_low, hundred_high = forecast_interval(100 * rate, spread, 100)
    return {
        "stage": stage,
        "is_lapsed": lapsed,
        "customers": customers,
        "prior": prior,
        "is_provisional": (lapsed or stage in _PROVISIONAL) and not contacts,
        "is_guess": lapsed or stage in _PROVISIONAL,
        "contacts": contacts,
        "buyers": buyers,
        "measured": share_of(buyers, contacts),
        "low": low if contacts else None,
        "high": high if contacts else None,
        "rate": rate,
        "rate_low": rate_low,
        "rate_high": rate_high,
        "expected": customers * rate,
        "expected_low": expected_low,
        "expected_high": expected_high,
        "variance": variance,
        "per_hundred": rate * 100,
        "per_hundred_low": hundred_low,
        "per_hundred_high": hundred_high,
    }


def _variance(people: int, rate: float, weight: float) -> float:
    """Give the variance of purchases of so many people: beta-binomial, the rate known from `weight`."""
    return people * rate * (1 - rate) * (weight + people) / (weight + 1)


def response_rows(
    responses: Iterable[Mapping[str, Any]], rules: ForecastRules
) -> list[dict[str, Any]]:
    """Give how each class answered one campaign: rows of `forecast_rows` with contacts, silent and verdict.

    silent: contacts without a purchase. verdict: "above" or "below" where the first guess lies outside
    the 95 % interval of what was measured, "" where chance may explain the distance.
    """
    rows = [row for row in forecast_rows([], responses, rules) if row["contacts"]]
    return [
        {**row, "silent": row["contacts"] - row["buyers"], "verdict": _verdict(row)} for row in rows
    ]


def _verdict(row: Mapping[str, Any]) -> str:
    if row["low"] > row["prior"]:
        return "above"
    return "below" if row["high"] < row["prior"] else ""
