"""前年比: a figure ÷ the same figure a year before (§1.3 #22)."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from okaeri.foundation.text import Text

DEFINITIONS = {
    "year_on_year": Text(
        "前年比: 今年の数字 ÷ 前の年の同じ期間の数字です。前年比200%は2倍(100%増)のことで、200%増(3倍)では"
        "ありません。直近{active}日と、その前の{active}日(月は同じ月)を比べます。前の年の期間がまるごと"
        "そろっていないとき、途中の月、前の年が0以下のときは出しません。",
        "Year on year: a figure ÷ that of the same time a year before. 200 % means twice as much (100 % "
        "more), not 200 % more. The last {active} days are compared with the {active} days before them, "
        "months with the same month. Nothing is said where the year before is not whole, of a month under "
        "way, or where the year before was zero or less.",
    ),
}


def ratio_to(now: float | None, before: float | None) -> float | None:
    """Give now ÷ before; None where one is unknown or the year before was zero or less."""
    if now is None or before is None or before <= 0 or now < 0:
        return None
    return now / before


def two_years(
    rows: Iterable[Mapping[str, Any]], *, as_of: date, days: int, began_on: date | None
) -> dict[str, dict[str, Any]]:
    """Give {net_minor, buyers} → {now, before, ratio}.

    before is None where the shop's first purchase is later than the first day of the year before.
    """
    found = {row["back"]: row for row in rows}
    is_whole = began_on is not None and began_on <= as_of - timedelta(days=2 * days - 1)
    return {
        name: _pair(_of(found.get(0), name), _of(found.get(1), name) if is_whole else None)
        for name in ("net_minor", "buyers")
    }


def _of(row: Mapping[str, Any] | None, name: str) -> int:
    return int(row[name] or 0) if row else 0


def _pair(now: int, before: int | None) -> dict[str, Any]:
    return {"now": now, "before": before, "ratio": ratio_to(now, before)}
