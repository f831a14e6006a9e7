"""What a message to each class would bring: first guesses, corrected by what was measured."""

from collections.abc import Iterable, Mapping
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.analysis_types import ForecastRules
from okaeri.insight.domain.shares import (
    forecast_interval,
    interval_by_people,
    share_of,
    wilson_interval,
)
from okaeri.insight.types import STAGES

# The seed gives no number for these; what stands there is a guess and is marked as one.
_PROVISIONAL = {"trend"}

DEFINITIONS = {
    "forecast": Text(
        "想定購入数: 人数 × 購入率です。実測は販促の案内だけで数え、"
        "1件の購入は、その直前に届いた案内1回だけの成果にします"
        "(メールなどは{forecast_response_days}日、LINEは{forecast_response_days_line}日、"
        "郵送は{forecast_response_days_post}日以内)。お役立ちのお便りは入れません。"
        "購入率は、初期値を{forecast_prior_contacts}人ぶんの実績とみなし、実測を送った人数ぶんの重みで合わせます。"
        "実績が増えるほど初期値から実測に近づきます。流行客と離脱客(現役の半分)の初期値は仮置きです。"
        "対照群と比べた増分ではありません。範囲は80%の予測区間で、購入率の不確かさ"
        "(初期値と実績を合わせた人数ぶんのベータ分布)と、当日の偶然の両方を含みます。",
        "Expected purchases: people × buy rate. Only offers are measured, and a purchase counts for the one "
        "offer alone that came last before it (within {forecast_response_days} days, of LINE "
        "{forecast_response_days_line}, of post {forecast_response_days_post}); letters of help are left out. "
        "The first guess counts as {forecast_prior_contacts} people, what was measured as the people written "
        "to: the more of them, the closer to what was measured. First guesses for trend and lapsed customers "
        "(half of the active rate) are provisional. This is no increment over people left out. The range is "
        "an 80% interval: it holds both how unsure the rate is (a beta distribution of as many people as "
        "first guess and measurement weigh) and the chance of the day.",
    ),
    "response_by_class": Text(
        "クラス別の反応: 販促の案内を送った数(1人1日を1件)と、購入につながった数です。"
        "1件の購入は、その直前に届いた案内1回だけの成果として数えます"
        "(メールなどは{forecast_response_days}日、LINEは{forecast_response_days_line}日、"
        "郵送は{forecast_response_days_post}日以内。同じ日にいくつも届いたら、最後に送ったものです)。"
        "クラスは送った前日のものです。お役立ちのお便りは別に数え、初期値とは比べません。"
        "実測の範囲は95%(ウィルソン)です。同じ人に何度送っても確かさは1人ぶんとし、"
        "初期値が範囲の外にあるときだけ「高い」「低い」と出します。送らなくても買った人を含みます。"
        "「反応なし」は、その日数のうちに購入が一度もなかった数です。"
        "あとの案内の成果になった購入は、「購入」にも「反応なし」にも入りません。",
        "Response by class: offers that left (one per person and day) and those that a purchase is credited "
        "to. A purchase counts for the one offer alone that came last before it (within "
        "{forecast_response_days} days, of LINE {forecast_response_days_line}, of post "
        "{forecast_response_days_post}; of several on one day the last sent). The class is that of the day "
        "before. Letters of help are counted apart and not compared with a first guess. The range is a 95% "
        "Wilson interval, as sure as the people are many, however often each was written to; above and below "
        "are said only where the first guess lies outside. People who would have bought anyway are included. "
        "No response: offers no purchase at all followed in time. Where a purchase counts for a later offer, "
        "the earlier one is neither bought nor no response.",
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
    nothing measured yet), contacts (offers), people (who got them), buyers (offers with a purchase),
    measured (None without contacts), low, high (95 % Wilson, as sure as people), rate (prior and measured,
    weighted by people) with rate_low and rate_high (95 %), expected (purchases) with expected_low and
    expected_high (80 %), variance (of expected), per_hundred with per_hundred_low and per_hundred_high
    (80 %).
    """
    people = {(cell["stage"], cell["is_lapsed"]): cell["customers"] for cell in cells}
    seen = {(row["stage"], row["is_lapsed"]): row for row in responses}
    nothing = {"contacts": 0, "people": 0, "buyers": 0}
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
    # Reports of before people were counted took every contact for one.
    asked, measured = seen.get("people", contacts), share_of(buyers, contacts)
    # What was first guessed counts as so many people, so the rate used is as sure as all of them.
    weight = rules.prior_contacts + asked
    came = prior * rules.prior_contacts + (measured or 0.0) * asked
    rate = came / weight
    customers = people.get((stage, lapsed), 0)
    low, high = interval_by_people(buyers, contacts, asked)
    variance = _variance(customers, rate, weight)
    expected_low, expected_high = forecast_interval(customers * rate, variance, customers)
    rate_low, rate_high = wilson_interval(came, weight)
    spread = _variance(100, rate, weight)
    hundred_low, hundred_high = forecast_interval(100 * rate, spread, 100)
    return {
        "stage": stage,
        "is_lapsed": lapsed,
        "customers": customers,
        "prior": prior,
        "is_provisional": (lapsed or stage in _PROVISIONAL) and not contacts,
        "is_guess": lapsed or stage in _PROVISIONAL,
        "contacts": contacts,
        "people": asked,
        "buyers": buyers,
        "measured": measured,
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
    """Give how each class answered one campaign's offers: rows of `forecast_rows`, silent and verdict.

    silent: contacts no purchase followed in time. verdict: "above" or "below" where the first guess lies
    outside the 95 % interval of what was measured, "" where chance may explain the distance.
    """
    seen = list(responses)
    # Reports of before silent people were counted have those who bought alone.
    silent = {
        (row["stage"], row["is_lapsed"]): row.get("silent", row["contacts"] - row["buyers"])
        for row in seen
    }
    return [
        {**row, "silent": silent[row["stage"], row["is_lapsed"]], "verdict": _verdict(row)}
        for row in forecast_rows([], seen, rules)
        if row["contacts"]
    ]


def response_rate(responses: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the share of all offers with a purchase: {value, of, hits, low, high}; as sure as people.

    Who changed his class counts as one person of each.
    """
    rows = list(responses)
    contacts, buyers = (sum(row[name] for row in rows) for name in ("contacts", "buyers"))
    low, high = interval_by_people(
        buyers, contacts, sum(row.get("people", row["contacts"]) for row in rows)
    )
    ends = {"low": low, "high": high} if contacts else {"low": None, "high": None}
    return {"value": share_of(buyers, contacts), "of": contacts, "hits": buyers, **ends}


def _verdict(row: Mapping[str, Any]) -> str:
    if row["low"] > row["prior"]:
        return "above"
    return "below" if row["high"] < row["prior"] else ""
