"""When somebody is likely to buy next, in a sentence: never a day without its range and its chance."""

from okaeri.foundation.text import Text, day_in_words
from okaeri.insight.prediction_types import CustomerPredictionView

_COMING = Text(
    "戻るとすれば、次の購入は{day}ごろ({low}〜{high})です。{n}日以内に戻る見込みは{chance}です。",
    "If they come back, the next purchase is around {day} ({low} to {high}); {chance} likely within {n} days.",
)
_RANGE = Text("{at}({low}〜{high})", "{at} ({low} to {high})")


def coming_in_words(told: CustomerPredictionView) -> Text:
    """Give the day of the next purchase with its 80 % interval, and how likely one comes at all."""
    return Text(_said(told, "ja"), _said(told, "en"))


def _said(told: CustomerPredictionView, language: str) -> str:
    days = {"day": told.next_on, "low": told.next_low_on, "high": told.next_high_on}
    words = {name: day_in_words(day).render(language) for name, day in days.items()}
    chance = f"{told.returns_chance:.0%}"
    if told.returns_low is not None and told.returns_high is not None:
        ends = {"low": f"{told.returns_low * 100:.0f}", "high": f"{told.returns_high:.0%}"}
        chance = _RANGE.render(language).format(at=chance, **ends)
    return _COMING.format(**words, n=told.horizon_days, chance=chance).render(language)
