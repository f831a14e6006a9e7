"""The R x F grid of today beside the one of six months before."""

from collections.abc import Iterable, Mapping
from typing import Any

from okaeri.foundation.text import Text

DEFINITIONS = {
    "rank_grid": Text(
        "ランク: R×F の25マスを A〜E に塗り分けたものです。塗り方はこの画面で変えられます。"
        "R と F の区切りは「RFM」の定義のとおりです。",
        "Ranks: the 25 cells of R by F painted A to E; the painting is yours to change on this page. The "
        "edges of R and F are those of RFM.",
    ),
    "rank_moves": Text(
        "ランクの移動: 6か月前の月末と基準日を、同じ区切りと同じ塗り方で比べた人数です。",
        "Moves between ranks: people by their rank at the month's end six months before and today, under "
        "the same edges and the same painting.",
    ),
}


def rank_moves_payload(rows: Iterable[Mapping[str, Any]], *, before_on: str) -> dict[str, Any]:
    """Give {before_on, moves}; moves: r_before and f_before (None: no customer yet), r, f, customers."""
    names = ("r_before", "f_before", "r", "f", "customers")
    moves = [{name: row[name] for name in names} for row in rows]
    moves.sort(key=lambda move: [move[name] or 0 for name in names])
    return {"before_on": before_on, "moves": moves}
