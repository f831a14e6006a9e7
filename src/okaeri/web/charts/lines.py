"""Lines with their names at their ends; what is not ripe yet is dashed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from okaeri.web.charts.canvas import NARROW, WIDE, Chart, colour, finish, rows_of

# Hues that stay apart for colour-blind eyes; the first is the one the page is about.
_HUES = ("accent", "class-prime", "class-steady", "class-first", "class-toddler", "class-trend")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: points of (x, y); from `ripe` points on it is dashed.

    `addresses` are where each point leads, in the order of the points; none where it is empty.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    ripe: int | None = None
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Axes:
    """What stands at the sides: titles in the reader's language, and formats of d3."""

    x_title: str
    y_title: str
    y_format: str
    y_most: float | None = None


def lines(
    address: str,
    given: Sequence[Line],
    axes: Axes,
    *,
    title: str,
    note: str,
    height: int = 320,
) -> Chart:
    """Draw at most six lines."""
    drawn = [line for line in given if line.points][: len(_HUES)]
    return Chart(
        address=address,
        title=title,
        note=note,
        wide_spec=_spec(drawn, axes, WIDE, height),
        narrow_spec=_spec(drawn, axes, NARROW, height - 60),
        columns=("line", "x", "y"),
        rows=tuple((line.name, x, y) for line in drawn for x, y in line.points),
    )


def _spec(drawn: Sequence[Line], axes: Axes, width: int, height: int) -> dict[str, Any]:
    is_narrow = width == NARROW
    y_scale = {"domainMin": 0} | ({"domainMax": axes.y_most} if axes.y_most else {})
    x = alt.X("x:Q").title(axes.x_title).axis(grid=False, tickMinStep=1, format=",d")
    y = alt.Y("y:Q").title(None).scale(**y_scale).axis(format=axes.y_format, tickCount=5)
    layers = []
    for place, line in enumerate(drawn):
        shade = colour(_HUES[place])
        ripe = len(line.points) if line.ripe is None else line.ripe
        for part, dash in ((line.points[:ripe], [1, 0]), (line.points[max(ripe - 1, 0) :], [4, 4])):
            if len(part) < 1 or (dash == [4, 4] and ripe >= len(line.points)):
                continue
            values = [{"x": px, "y": py, "label": line.name} for px, py in part]
            layers.append(
                alt.Chart(rows_of(values))
                .mark_line(
                    color=shade,
                    strokeWidth=2.5,
                    strokeDash=dash,
                    point={"color": shade, "size": 24},
                )
                .encode(x=x, y=y, description="label:N")
            )
        if line.addresses:
            layers.append(_doors(line, shade, x, y))
    layers.append(_names(drawn, x, y, apart=18 / max(height, 1), is_narrow=is_narrow))
    side = 130 if is_narrow else 240
    return finish(
        alt.layer(*layers).properties(width=width - side, height=height, title=axes.y_title),
        is_narrow=is_narrow,
    )


def _doors(line: Line, shade: str, x: alt.X, y: alt.Y) -> alt.Chart:
    """Set a point one can press on every point of a line."""
    values = [
        {"x": px, "y": py, "label": f"{line.name} {px:g}", "href": address}
        for (px, py), address in zip(line.points, line.addresses, strict=True)
    ]
    return (
        alt.Chart(rows_of(values))
        .mark_point(filled=True, color=shade, size=60, opacity=1)
        .encode(x=x, y=y, description="label:N", href="href:N")
    )


def _names(
    drawn: Sequence[Line], x: alt.X, y: alt.Y, *, apart: float, is_narrow: bool
) -> alt.LayerChart:
    """Set each name at its line's end, moved just far enough from its neighbour to be read."""
    most = max((py for line in drawn for _, py in line.points), default=1) or 1
    ends = sorted(
        ((line.points[-1][1], place, line) for place, line in enumerate(drawn)),
        key=lambda end: end[:2],
    )
    right = max((line.points[-1][0] for line in drawn), default=0)
    texts, last = [], -most
    for value, _place, line in ends:
        last = max(value, last + apart * most)
        name = line.name if not is_narrow or len(line.name) <= 8 else line.name[:7] + "…"
        texts.append(
            alt.Chart(rows_of([{"x": right, "y": last, "name": name}]))
            .mark_text(align="left", dx=8, color=colour("ink"))
            .encode(x=x, y=y, text="name:N")
        )
    return alt.layer(*texts)
