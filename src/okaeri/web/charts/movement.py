"""From class to class as a flow: six months ago on the left, today on the right."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from okaeri.foundation.text import Text
from okaeri.insight.types import STAGE_NAMES, STAGES
from okaeri.web import findings, formats
from okaeri.web.charts.canvas import NARROW, WIDE, Chart, colour, finish, rows_of

_NOTE = Text(
    "左は6か月前の月末、右は{day}。帯の太さは人数で、色は6か月前の段階です。",
    "Left: the month's end six months before; right: {day}. Width is head count, colour the class then.",
)
_BETWEEN = Text(
    "左は{since}、右は{day}。帯の太さは人数で、色は左の日の段階です。",
    "Left: {since}; right: {day}. Width is head count, colour the class on the left.",
)
_NEW, _GONE = "new", "gone"
# Best on top, as on the way up.
_NODES = (*reversed(STAGES), _GONE, _NEW)
_NAMES = {
    **{stage.value: STAGE_NAMES[stage] for stage in STAGES},
    _GONE: Text("離脱", "Lapsed"),
    _NEW: Text("新しい顧客", "New"),
}
_GAP = 0.03
_POINTS = 13


def flow(payload: dict[str, Any], *, as_of: str, language: str, since: str = "") -> Chart:
    """Draw how many went from which class to which; `since` names a day that is not six months before."""
    moves = _moves(payload["cells"])
    columns = ("from_stage", "from_lapsed", "to_stage", "to_lapsed", "customers")
    return Chart(
        address="movement",
        title=(findings.movement_between if since else findings.movement)(payload).render(language),
        note=(_BETWEEN if since else _NOTE).format(day=as_of, since=since).render(language),
        wide_spec=_spec(moves, WIDE, 420, language),
        narrow_spec=_spec(moves, NARROW, 420, language),
        columns=columns,
        rows=tuple(tuple(cell[name] for name in columns) for cell in payload["cells"]),
    )


def _moves(cells: Sequence[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for cell in cells:
        start = (
            _NEW if cell["from_stage"] is None else _node(cell["from_stage"], cell["from_lapsed"])
        )
        found[start, _node(cell["to_stage"], cell["to_lapsed"])] += cell["customers"]
    return found


def _node(stage: str, is_lapsed: bool) -> str:
    return _GONE if is_lapsed else stage


def _places(sums: Mapping[str, int], total: int) -> dict[str, float]:
    """Give node → the height at which its first ribbon begins, best class on top."""
    top, found = 1.0 + _GAP * len(_NODES), {}
    for node in _NODES:
        if sums.get(node):
            found[node] = top
            top -= sums[node] / total + _GAP
    return found


def _spec(
    moves: Counter[tuple[str, str]], width: int, height: int, language: str
) -> dict[str, Any]:
    total = sum(moves.values()) or 1
    left, right = Counter[str](), Counter[str]()
    for (start, end), people in moves.items():
        left[start] += people
        right[end] += people
    starts, ends = _places(left, total), _places(right, total)
    labels = _labels(left, starts, total, 0, language) + _labels(right, ends, total, 1, language)
    ribbons: list[dict[str, Any]] = []
    for start in _NODES:
        for end in _NODES:
            share = moves[start, end] / total
            if share:
                ribbons += _ribbon(start, end, starts[start], ends[end], share)
                starts[start] -= share
                ends[end] -= share
    is_narrow = width == NARROW
    margin = 96 if is_narrow else 150
    x = alt.X("x:Q").axis(None).scale(domain=[0, 1])
    y = alt.Y("y:Q").axis(None).scale(domain=[0, 1.0 + _GAP * len(_NODES)])
    bands = (
        alt.Chart(rows_of(ribbons))
        .mark_area(opacity=0.55)
        .encode(
            x=x,
            y=y,
            y2="y2:Q",
            detail="way:N",
            color=alt.Color("colour:N").scale(None).legend(None),
        )
    )
    texts = [
        alt.Chart(rows_of([row for row in labels if row["x"] == side]))
        .mark_text(align=align, dx=dx, color=colour("ink"), lineBreak="\n")
        .encode(x=x, y=y, text="label:N")
        for side, align, dx in ((0, "right", -8), (1, "left", 8))
    ]
    drawn = alt.layer(bands, *texts).properties(width=width - 2 * margin, height=height)
    return finish(drawn, is_narrow=is_narrow)


def _labels(
    sums: Mapping[str, int], places: Mapping[str, float], total: int, x: int, language: str
) -> list[dict[str, Any]]:
    return [
        {
            "x": x,
            "y": top - sums[node] / total / 2,
            "label": f"{_NAMES[node].render(language)} {formats.people(sums[node], language)}",
        }
        for node, top in places.items()
    ]


def _ribbon(start: str, end: str, top: float, to: float, share: float) -> list[dict[str, Any]]:
    shade = colour(f"class-{start}") if start in STAGES else colour("line-strong")
    rows = []
    for point in range(_POINTS):
        x = point / (_POINTS - 1)
        y = top + (to - top) * x * x * (3 - 2 * x)
        rows.append({"x": x, "y": y, "y2": y - share, "way": f"{start}-{end}", "colour": shade})
    return rows
