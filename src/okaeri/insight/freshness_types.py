"""How fast freshness falls, and where its bands begin."""

from collections.abc import Iterator
from dataclasses import dataclass

from okaeri.foundation.settings import Contradiction, must_be_below, setting
from okaeri.foundation.text import Text


@dataclass(frozen=True, kw_only=True)
class BandRules:
    """The decay of freshness, and the fewest points (0 to 100) of each band (domain reference §1.3 #27, §2.6).

    To be tuned by the measured buy rate of each band.
    """

    cycle_factor: float = setting(
        "freshness.cycle_factor",
        1.0,
        Text(
            "鮮度が半分になるまでの期間(購入サイクルの何倍)",
            "Freshness halves in so many purchase cycles",
        ),
        minimum=0.25,
        maximum=10,
    )
    # Of whom neither his own nor his products' cycle is known (§2.6). The shop's own intervals do not
    # serve: only those who came back have one, so their median is far too short for a first buyer.
    usual_days: float = setting(
        "freshness.usual_days",
        60.0,
        Text(
            "サイクルがまだ分からない方の購入サイクル(日)",
            "Purchase cycle of people whose own is not known yet (days)",
        ),
        minimum=1,
        maximum=3650,
    )
    # Whoever buys every other day has not left after a week of silence.
    shortest_days: float = setting(
        "freshness.shortest_days",
        7.0,
        Text(
            "鮮度に使う購入サイクルの下限(日)", "Shortest purchase cycle freshness goes by (days)"
        ),
        minimum=1,
        maximum=365,
    )
    lead_days: int = setting(
        "freshness.lead_days",
        7,
        Text("見込み客の鮮度が半分になるまでの日数", "Days in which a lead's freshness halves"),
        minimum=1,
        maximum=365,
    )

    fresh_from: float = setting(
        "freshness.fresh_from", 70.0, Text("「新鮮」の下限", "Fresh from"), minimum=0, maximum=100
    )
    fading_from: float = setting(
        "freshness.fading_from",
        40.0,
        Text("「鮮度低下」の下限", "Fading from"),
        minimum=0,
        maximum=100,
    )
    care_from: float = setting(
        "freshness.care_from",
        15.0,
        Text("「要ケア」の下限", "Needs care from"),
        minimum=0,
        maximum=100,
    )

    def contradictions(self) -> Iterator[Contradiction]:
        """Give the limits that would leave a band without anybody."""
        yield from must_be_below(self, "care_from", "fading_from", _NO_BAND)
        yield from must_be_below(self, "fading_from", "fresh_from", _NO_BAND)


_NO_BAND = Text(
    "いまのままでは、だれも入らない鮮度の段階ができます。",
    "As it is, one band of freshness would be empty.",
)
