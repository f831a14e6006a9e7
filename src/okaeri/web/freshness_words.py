"""Why somebody's freshness is what it is, in one line: days since the purchase, the cycle, signs of life."""

from collections.abc import Sequence

from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.types import CustomerInsightView, HalfLifeBasis

_CYCLES = {
    HalfLifeBasis.OWN: Text("想定サイクル{c}日", "expected cycle {c} days"),
    HalfLifeBasis.PRODUCT: Text(
        "想定サイクル{c}日(買った商品の中央値)", "expected cycle {c} days (median of the product)"
    ),
    HalfLifeBasis.SHOP: Text(
        "想定サイクル{c}日(設定の値)", "expected cycle {c} days (the shop's setting)"
    ),
}
_LIFTED = Text("反応で+{n}", "+{n} by signs of life")
_KNOWN_FOR = Text("知り合ってから{n}日", "known for {n} days")
_ARRIVED = Text("発送・到着から{n}日", "{n} days since it was sent or arrived")


def freshness_reason(standing: CustomerInsightView) -> Text:
    """Say why freshness is what it is."""
    if standing.recency_days is None:
        return _why_of_lead(standing)
    said = Text("最終購入から{n}日", "{n} days since the last purchase")
    parts = [said.format(n=standing.recency_days)]
    if standing.half_life_days is not None and standing.half_life_basis in _CYCLES:
        cycle = _CYCLES[HalfLifeBasis(standing.half_life_basis)]
        days = standing.half_life_days / load(BandRules).cycle_factor
        parts.append(cycle.format(c=round(days)))
    arrived = standing.fresh_on
    if arrived and standing.last_on and arrived > standing.last_on:
        days = standing.recency_days - (arrived - standing.last_on).days
        parts.append(_ARRIVED.format(n=days))
    return _reasons([*parts, *_lift_of(standing)])


def _why_of_lead(standing: CustomerInsightView) -> Text:
    parts = [Text("まだ購入がありません", "no purchase yet")]
    if standing.fresh_on is not None:
        parts.append(_KNOWN_FOR.format(n=max((standing.as_of - standing.fresh_on).days, 0)))
    return _reasons([*parts, *_lift_of(standing)])


def _lift_of(standing: CustomerInsightView) -> list[Text]:
    lift = round(standing.freshness - insight.unlifted_freshness(standing))
    return [_LIFTED.format(n=lift)] if lift > 0 else []


def _reasons(parts: Sequence[Text]) -> Text:
    return Text(" / ".join(one.ja for one in parts), " / ".join(one.en for one in parts))
