"""Why other rules put a customer into another class, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.words import joined, money, sentence
from okaeri.insight.types import LifecycleRules, Stage

_NONE_COUNTS = Text("購入に数える注文がなくなります。", "No order counts any more.")
_SOME_COUNT = Text("購入に数える注文ができます。", "An order counts now.")
_COUNT = Text("購入は{old}回から{new}回になります。", "Purchases go from {old} to {new}.")
_LAPSED = Text(
    "最終購入から{days}日で、離脱は{bar}日からです。", "{days} days silent; lapsed is from {bar}."
)
_STAGES = {
    Stage.FIRST: Text("購入は1回です。", "One purchase."),
    Stage.TODDLER: Text(
        "在籍{tenure}日で、{steady}日に届きません。",
        "Tenure of {tenure} days is under {steady}.",
    ),
    Stage.STEADY: Text(
        "在籍{tenure}日、累計{net}で、線の{bar}に届きません。",
        "Tenure of {tenure} days; {net} in all is under {bar}.",
    ),
    Stage.TREND: Text(
        "累計{net}は線の{bar}以上、在籍{tenure}日は{prime}日に届きません。",
        "{net} in all reaches {bar}; tenure of {tenure} days is under {prime}.",
    ),
    Stage.PRIME: Text(
        "累計{net}は線の{bar}以上、在籍{tenure}日は{prime}日以上です。",
        "{net} in all reaches {bar}; tenure of {tenure} days reaches {prime}.",
    ),
}


def why_moved(
    row: Mapping[str, Any], rules: LifecycleRules, *, threshold_minor: int, currency: str
) -> Text:
    """Say what decides the class of a row of `compute_class_changes` under the rules being tried."""
    if row["to_stage"] is None:
        return _NONE_COUNTS
    return joined(*_reasons(row, rules, threshold_minor, currency))


def _reasons(
    row: Mapping[str, Any], rules: LifecycleRules, threshold_minor: int, currency: str
) -> Iterator[Text]:
    old, new = row["from_purchase_count"], row["to_purchase_count"]
    if old is None:
        yield _SOME_COUNT
    elif old != new:
        yield _COUNT.format(old=old, new=new)
    if row["from_stage"] != row["to_stage"]:
        yield sentence(
            _STAGES[Stage(row["to_stage"])],
            tenure=row["to_tenure_days"],
            steady=rules.steady_days,
            prime=rules.prime_days,
            net=money(row["to_net_minor"], currency),
            bar=money(threshold_minor, currency),
        )
    if bool(row["from_is_lapsed"]) != row["to_is_lapsed"]:
        yield _LAPSED.format(days=row["to_recency_days"], bar=rules.lapse_days)
