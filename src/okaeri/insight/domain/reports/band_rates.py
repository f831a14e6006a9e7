"""The buy rate of each freshness band, measured."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.shares import share_of, wilson_interval
from okaeri.insight.types import FreshnessBand

DAYS = 30

DEFINITIONS = {
    "band_rates": Text(
        "鮮度帯別の購入率: 30日前の鮮度帯ごとに、その後の30日間に購入した人の割合です。"
        "鮮度が落ちるほど下がっていなければ、設定の「鮮度が半分になるまでの期間」か鮮度帯の下限の見直しどきです。"
        "区間は95%(ウィルソン法)です。離脱圏まで、隣り合う帯の区間がすべて離れて低くなれば「下がる」、"
        "古い帯の区間が新しい帯より上にあれば「下がらない」、どちらでもなければ「まだ言えない」とします。",
        "Buy rate by freshness: by the band people stood in 30 days ago, the share that bought in the 30 "
        "days since. If it does not fall with freshness, the cycle wants another look. 95% Wilson "
        "interval. It falls where each band's interval, the lowest included, lies wholly under that of the "
        "band before; it does not where a staler band's lies wholly above a fresher one's; else nobody can "
        "tell yet.",
    ),
}


Pair = tuple[str, str]


def band_verdict(bands: Sequence[Mapping[str, Any]]) -> tuple[str, Pair | None]:
    """Tell whether the rate falls from band to band, by their intervals; `bands` freshest first.

    ("falls", None); ("rises", pair) where the staler of a pair lies wholly above the fresher; ("unknown",
    pair) of the first neighbours whose intervals touch, or of which one has nobody.
    """
    pairs = list(combinations(bands, 2))
    for fresher, staler in pairs:
        if fresher["customers"] and staler["customers"] and fresher["high"] < staler["low"]:
            return "rises", (fresher["band"], staler["band"])
    for fresher, staler in pairwise(bands):
        is_told = fresher["customers"] and staler["customers"] and fresher["low"] > staler["high"]
        if not is_told:
            return "unknown", (fresher["band"], staler["band"])
    return "falls", None


def band_rates_payload(rows: Iterable[Mapping[str, Any]], *, on: str) -> dict[str, Any]:
    """Give {on, days, bands}; band: band, customers, buyers, rate, low, high (None without people)."""
    by_band = {row["freshness_band"]: row for row in rows}
    bands = []
    for band in FreshnessBand:
        row = by_band.get(band.value, {"customers": 0, "buyers": 0})
        people, buyers = row["customers"], row["buyers"]
        low, high = wilson_interval(buyers, people)
        bands.append(
            {
                "band": band.value,
                "customers": people,
                "buyers": buyers,
                "rate": share_of(buyers, people),
                "low": low if people else None,
                "high": high if people else None,
            }
        )
    return {"on": on, "days": DAYS, "bands": bands}
