"""The one sentence an experiment comes to. It shows the interval its verdict rests on, and says so."""

from okaeri.foundation.money import format_minor
from okaeri.foundation.text import Text
from okaeri.measure.types import MetricResult, SplitCheck

_UP = Text(
    "1人あたりの売上が {difference} 増えました({interval})。",
    "Revenue rose by {difference} per customer ({interval}).",
)
_DOWN = Text(
    "1人あたりの売上が {difference} 減りました({interval})。",
    "Revenue fell by {difference} per customer ({interval}).",
)
_NONE_SEEN = Text(
    "差は見えません(1人あたり {interval})。見えたはずの最小の差は {smallest}です。",
    "No difference is seen ({interval}, per customer). The smallest difference that would have been"
    " seen is {smallest}.",
)
_TOO_FEW = Text(
    "まだ少なすぎて判断できません(配信 {treated}人、配信なし {holdout}人、うち購入 {buyers}人)。",
    "Too few to tell yet ({treated} treated, {holdout} held out, {buyers} of them bought).",
)
_SO_FAR = Text("今のところ1人あたり {interval}です。", " So far, per customer: {interval}.")
_INTERVAL = Text("{low}〜{high}、{level}", "{low} to {high}, {level}")
_LEVEL = Text("{percent}%区間", "{percent}% interval")
_FAMILY_LEVEL = Text(
    "実験{family}件を合わせて95%になるように広げた区間",
    "widened so that all {family} experiments together keep 95%",
)
_UNFINISHED = Text(
    "{unfinished}人はまだ観察期間の途中です。",
    " {unfinished} customers are still inside their window.",
)
_UNFAIR = Text(
    "分け方が計画と合わないため、この結果は使えません(配信なしの計画 {meant}%、実際 {found}%)。"
    "割り付けの記録を確認してください。参考: ",
    "Do not use this result: the split is not as planned (held out {found}%, meant {meant}%)."
    " Check how customers were assigned. For reference: ",
)


def answer(
    metric: MetricResult, split: SplitCheck, *, currency: str, family_size: int, unfinished: int
) -> Text:
    """Say what the primary metric shows, in the shop's currency."""
    sentence = _finding(metric, currency, family_size)
    if not split.is_fair:
        sentence = _joined(_warning(split), sentence)
    if unfinished:
        sentence = _joined(sentence, _UNFINISHED.format(unfinished=f"{unfinished:,}"))
    return sentence


def _finding(metric: MetricResult, currency: str, family_size: int) -> Text:
    interval = _interval(metric, currency, family_size)
    if metric.verdict == "too_few" or interval is None or metric.smallest_effect is None:
        return _too_few(metric, interval)
    template = {"up": _UP, "down": _DOWN}.get(metric.verdict, _NONE_SEEN)
    return template.format(
        difference=_amount(abs(metric.difference), currency),
        interval=interval,
        smallest=_amount(metric.smallest_effect, currency),
    )


def _too_few(metric: MetricResult, interval: Text | None) -> Text:
    sentence = _TOO_FEW.format(
        treated=f"{metric.treated.customers:,}",
        holdout=f"{metric.holdout.customers:,}",
        buyers=f"{metric.treated.buyers + metric.holdout.buyers:,}",
    )
    return _joined(sentence, _SO_FAR.format(interval=interval)) if interval else sentence


def _interval(metric: MetricResult, currency: str, family_size: int) -> Text | None:
    if metric.claim_low is None or metric.claim_high is None:
        return None
    level = _LEVEL if family_size <= 1 else _FAMILY_LEVEL
    percent = f"{metric.claim_level * 100:.4g}"
    return _INTERVAL.format(
        low=_signed(metric.claim_low, currency),
        high=_signed(metric.claim_high, currency),
        level=level.format(percent=percent, family=family_size),
    )


def _signed(amount: float, currency: str) -> Text:
    """Write +41円, −32円, 0円; an amount below one unit keeps its sign, or the verdict would look wrong."""
    if not amount:
        return _amount(0, currency)
    sign = "+" if amount > 0 else "−"
    size = _amount(abs(amount), currency)
    return Text(sign + size.ja, sign + size.en)


def _amount(amount: float, currency: str) -> Text:
    if 0 < amount < 1:
        one = Text(format_minor(1, currency, "ja"), format_minor(1, currency, "en"))
        return Text(f"{one.ja}未満", f"under {one.en}")
    return Text(format_minor(amount, currency, "ja"), format_minor(amount, currency, "en"))


def _warning(split: SplitCheck) -> Text:
    people = max(split.treated + split.holdout, 1)
    return _UNFAIR.format(
        meant=f"{split.expected_holdout_share * 100:.1f}",
        found=f"{split.holdout / people * 100:.1f}",
    )


def _joined(first: Text, second: Text) -> Text:
    return Text(first.ja + second.ja, first.en + second.en)
