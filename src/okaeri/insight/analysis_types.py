"""Settings of further analyses that cross insight's border."""

from dataclasses import dataclass

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text


@dataclass(frozen=True, kw_only=True)
class ChurnRules:
    """When somebody who tried or subscribed counts as gone (domain reference §1.3 #26)."""

    trial_days: int = setting(
        "churn.trial_days",
        60,
        Text("トライアル後に離れたとみなす日数", "Days until a trial counts as lost"),
        minimum=1,
        maximum=3650,
    )


# R 5 first, F 1 to 5 in each row: recent and frequent is A, long ago and once is E.
DEFAULT_GRID = "CCBAADCBBADCCBBEDDCCEEDDC"
RANKS = "ABCDE"


@dataclass(frozen=True, kw_only=True)
class GridRules:
    """How the cells of the R x F grid are painted: 25 letters A to E, rows from R 5 to R 1."""

    grid: str = setting(
        "rfm.grid", DEFAULT_GRID, Text("R×F のランクの塗り分け", "Ranks of the R x F grid")
    )
