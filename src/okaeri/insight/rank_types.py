"""Settings of R, F and M ranks: five each, 5 is best (domain reference §2.2)."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text

# Most days of recency for ranks 5, 4, 3, 2. The ends are the field's start values: R5 within 30 days
# and R1 from 366 for goods used up, R1 from 731 for goods bought now and then.
R_EDGES = {"repeat": (30, 90, 180, 365), "ad_hoc": (60, 180, 365, 730)}
# Fewest purchases for ranks 2, 3, 4, 5: 1, 2, 3-4, 5-11, 12 and more.
F_EDGES = (2, 3, 5, 12)
# Net amounts above which ranks 2, 3, 4, 5 begin: the field's M1 up to 5,000 and M5 from 20,001 yen.
M_EDGES = (5_000, 10_000, 15_000, 20_000)
_OWN, _QUINTILES, _FIXED = "own_edges", "quintiles", "fixed_edges"
_EDGES = 4
_NOT_EDGES = Text(
    "「{value}」は使えません。{low}から{high}の数字を4つ、小さい順に読点で区切ってください(例: {example})。",
    "“{value}” cannot be used: write four numbers from {low} to {high}, the smallest first, set apart by "
    "commas (for example {example}).",
)


def read_edges(text: str) -> tuple[int, ...]:
    """Give the numbers of "30, 90, 180, 365"; ValueError where something else stands there."""
    plain = unicodedata.normalize("NFKC", text).replace("、", ",").replace("/", ",")
    return tuple(int(part) for part in plain.split(","))


def _written(edges: tuple[int, ...]) -> str:
    return ", ".join(map(str, edges))


def _tidy(text: str) -> str:
    try:
        return _written(read_edges(text))
    except ValueError:
        # The judge says what is wrong with it.
        return text.strip()


def _judge(low: int, high: int, example: tuple[int, ...]) -> Callable[[str], Text | None]:
    def judge(text: str) -> Text | None:
        try:
            edges = read_edges(text)
        except ValueError:
            edges = ()
        rises = all(one < another for one, another in pairwise(edges))
        if len(edges) == _EDGES and rises and low <= edges[0] and edges[-1] <= high:
            return None
        return _NOT_EDGES.format(
            value=text, low=f"{low:,}", high=f"{high:,}", example=_written(example)
        )

    return judge


@dataclass(frozen=True, kw_only=True)
class RankRules:
    """Where R, F and M ranks part: the field's edges, or the shop's own."""

    r_preset: str = setting(
        "rfm.r_preset",
        "repeat",
        Text("R ランクの区切り", "Edges of R ranks"),
        choices=("repeat", "ad_hoc", _OWN),
    )
    r_own: str = setting(
        "rfm.r_edges",
        _written(R_EDGES["repeat"]),
        Text(
            "自分で決めるRの日数(R5・R4・R3・R2の上限)",
            "Own days of R (at most, for R5, R4, R3, R2)",
        ),
        judge=_judge(0, 3650, R_EDGES["repeat"]),
        tidy=_tidy,
    )
    f_own: str = setting(
        "rfm.f_edges",
        _written(F_EDGES),
        Text("Fの回数(F2・F3・F4・F5が始まる回数)", "Purchases of F (where F2, F3, F4, F5 begin)"),
        judge=_judge(2, 1000, F_EDGES),
        tidy=_tidy,
    )
    m_mode: str = setting(
        "rfm.m_mode",
        _QUINTILES,
        Text("M ランクの区切り", "Edges of M ranks"),
        choices=(_QUINTILES, _FIXED),
    )
    m_own: str = setting(
        "rfm.m_edges",
        _written(M_EDGES),
        Text(
            "自分で決めるMの金額(M1・M2・M3・M4の上限。円、ほかの通貨は最小単位)",
            "Own amounts of M (at most, for M1 to M4; yen, or the smallest unit of the currency)",
        ),
        judge=_judge(0, 1_000_000_000, M_EDGES),
        tidy=_tidy,
    )

    @property
    def r_edges(self) -> tuple[int, ...]:
        """Give the most days of recency for ranks 5, 4, 3, 2."""
        return read_edges(self.r_own) if self.r_preset == _OWN else R_EDGES[self.r_preset]

    @property
    def f_edges(self) -> tuple[int, ...]:
        """Give the fewest purchases for ranks 2, 3, 4, 5."""
        return read_edges(self.f_own)

    @property
    def m_edges_minor(self) -> tuple[int, ...] | None:
        """Give the net amounts above which ranks 2..5 begin; None for the shop's own fifths."""
        return read_edges(self.m_own) if self.m_mode == _FIXED else None

    def own_edges(self) -> dict[str, tuple[int, ...]]:
        """Give the edges in force that are not the field's, by the letter of their rank."""
        own = {"f": self.f_edges} if self.f_edges != F_EDGES else {}
        own |= {"r": self.r_edges} if self.r_preset == _OWN else {}
        return own | ({"m": self.m_edges_minor} if self.m_edges_minor is not None else {})
