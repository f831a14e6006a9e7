"""The portfolio: ten classes as bubbles."""

import math
from dataclasses import dataclass
from typing import Any

import altair as alt

from okaeri.foundation.text import Text
from okaeri.insight.types import Stage, class_name
from okaeri.web import findings, formats
from okaeri.web.charts.canvas import (
    NARROW,
    WIDE,
    Chart,
    class_colour,
    colour,
    finish,
    rows_of,
)
from okaeri.web.narrowing import class_address

_X = Text("平均在籍日数(日)", "Mean tenure (days)")
_Y = Text("1人当たり累計購入額({unit})", "Spend per customer so far ({unit})")
_NOTE = Text(
    "円の大きさは人数、斜線は離脱客。{press}{day}現在。",
    "Size is head count, hatched is lapsed. {press}As of {day}.",
)
_PRESS = Text("円を押すとその顧客に移ります。", "Press a bubble to see its customers. ")


@dataclass(frozen=True, slots=True)
class _Frame:
    """The plot's pixels and the ranges behind them (y on a log scale when it spans decades)."""

    width: int
    height: int
    x_max: float
    y_min: float
    y_max: float
    is_log: bool

    def place(self, x: float, y: float) -> tuple[float, float]:
        if self.is_log:
            up = math.log(max(y, self.y_min) / self.y_min) / math.log(self.y_max / self.y_min)
        else:
            up = y / self.y_max
        return x / self.x_max * self.width, self.height * (1 - up)


def bubble(
    payload: dict[str, Any], *, as_of: str, currency: str, language: str, linked: bool = True
) -> Chart:
    """Draw the ten cells: x mean tenure, y mean spend, size head count."""
    cells = [cell for cell in payload["cells"] if cell["customers"]]
    columns = (
        Text("クラス", "class"),
        Text("人数", "customers"),
        Text("構成比", "share"),
        Text("平均在籍日数", "mean_tenure_days"),
        Text("1人当たり累計購入額", "mean_net_minor"),
        Text("累計売上", "net_minor"),
    )
    return Chart(
        address="portfolio",
        title=findings.portfolio(payload).render(language),
        note=_NOTE.format(day=as_of, press=_PRESS.render(language) if linked else "").render(
            language
        ),
        wide_spec=_bubble_spec(cells, WIDE, 420, currency, language, linked=linked),
        narrow_spec=_bubble_spec(cells, NARROW, 420, currency, language, linked=linked),
        columns=tuple(column.render(language) for column in columns),
        rows=tuple(
            (
                _name(cell, language),
                cell["customers"],
                cell["share"],
                cell["mean_tenure_days"],
                cell["mean_net_minor"],
                cell["net_minor"],
            )
            for cell in payload["cells"]
        ),
    )


def _name(cell: dict[str, Any], language: str) -> str:
    return class_name(Stage(cell["stage"]), is_lapsed=cell["is_lapsed"]).render(language)


def _radius(cell: dict[str, Any], most: int, largest: float) -> float:
    return max(4.0, largest * math.sqrt(cell["customers"] / most))


def _bubble_spec(
    cells: list[dict[str, Any]],
    width: int,
    height: int,
    currency: str,
    language: str,
    *,
    linked: bool,
) -> dict[str, Any]:
    is_narrow = width == NARROW
    frame = _frame(cells, width - 70, height)
    marks = _marks(cells, frame, language, largest=30 if is_narrow else 52, is_narrow=is_narrow)
    y_title = _Y.format(unit=formats.unit(currency, language)).render(language)
    scale = (
        alt.Scale(type="log", domain=[frame.y_min, frame.y_max], nice=False)
        if frame.is_log
        else alt.Scale(domain=[0, frame.y_max], nice=False)
    )
    places = 10 ** formats.places(currency)
    base = alt.Chart(rows_of(marks)).encode(
        x=alt.X("x:Q")
        .title(_X.render(language))
        .scale(domain=[0, frame.x_max], nice=False)
        .axis(tickCount=5 if is_narrow else 8, grid=False),
        y=alt.Y("y:Q")
        .title(None)
        .scale(scale)
        .axis(
            values=_ticks(frame),
            labelExpr=f"format(datum.value / {places}, ',.0f')",
        ),
    )
    circles = base.mark_circle(opacity=1, strokeWidth=1, stroke=colour("surface")).encode(
        size=alt.Size("area:Q").scale(None).legend(None),
        color=alt.Color("colour:N").scale(None).legend(None),
        order=alt.Order("area:Q", sort="descending"),
        description="label:N",
    )
    if linked:
        circles = circles.encode(href="href:N")
    labels = (
        alt.Chart(rows_of([mark for mark in marks if mark["is_labelled"]]))
        .mark_text(baseline="middle")
        .encode(
            x=alt.X("label_x:Q"),
            y=alt.Y("label_y:Q"),
            text="label:N",
            color=alt.Color("label_colour:N").scale(None),
        )
    )
    drawn = alt.layer(circles, labels).properties(width=width - 70, height=height, title=y_title)
    return finish(drawn, is_narrow=is_narrow)


def _ticks(frame: _Frame) -> list[float]:
    """Round values an eye can hold: 1, 2, 5 of each decade, or five even steps."""
    if not frame.is_log:
        step = 10 ** math.floor(math.log10(frame.y_max / 2))
        while frame.y_max / step > 6:
            step *= 2
        return [step * i for i in range(int(frame.y_max / step) + 1)]
    decades = range(int(math.log10(frame.y_min)), int(math.log10(frame.y_max)) + 1)
    marks = (digit * 10.0**decade for decade in decades for digit in (1, 2, 5))
    return [mark for mark in marks if frame.y_min <= mark <= frame.y_max]


def _frame(cells: list[dict[str, Any]], width: int, height: int) -> _Frame:
    xs = [float(cell["mean_tenure_days"] or 0) for cell in cells] or [1.0]
    ys = [max(float(cell["mean_net_minor"] or 0), 1.0) for cell in cells] or [1.0]
    is_log = max(ys) > 12 * min(ys)
    return _Frame(
        width=width,
        height=height,
        x_max=max(xs) * 1.15 or 1.0,
        y_min=min(ys) / 2.2 if is_log else 0.0,
        y_max=max(ys) * (2.0 if is_log else 1.25),
        is_log=is_log,
    )


def _marks(
    cells: list[dict[str, Any]], frame: _Frame, language: str, *, largest: float, is_narrow: bool
) -> list[dict[str, Any]]:
    """Place bubbles and their labels; a label that would cover another moves down or stays away."""
    most = max((cell["customers"] for cell in cells), default=1)
    taken: list[tuple[float, float, float, float]] = []
    bubbles = [_bubble_box(frame, cell, _radius(cell, most, largest)) for cell in cells]
    marks = []
    for cell in sorted(cells, key=lambda cell: -cell["customers"]):
        x, y = float(cell["mean_tenure_days"] or 0), max(float(cell["mean_net_minor"] or 0), 1.0)
        radius = _radius(cell, most, largest)
        label = f"{_name(cell, language)} {formats.people(cell['customers'], language)}"
        if is_narrow:
            label = _name(cell, language)
        others = [box for box in bubbles if box != _bubble_box(frame, cell, radius)]
        spot = _free_spot(frame, frame.place(x, y), radius, label, taken, others)
        label_x, label_y = _unplace(frame, *(spot or (0.0, 0.0)))
        marks.append(
            {
                "x": x,
                "y": y,
                "area": 4 * radius**2,
                "colour": class_colour(cell["stage"], is_lapsed=cell["is_lapsed"]),
                "label": label,
                "label_x": label_x,
                "label_y": label_y,
                "is_labelled": spot is not None,
                "label_colour": colour("ink-soft" if cell["is_lapsed"] else "ink"),
                "href": class_address(cell["stage"], is_lapsed=cell["is_lapsed"]),
            }
        )
    return marks


def _bubble_box(
    frame: _Frame, cell: dict[str, Any], radius: float
) -> tuple[float, float, float, float]:
    x, y = frame.place(
        float(cell["mean_tenure_days"] or 0), max(float(cell["mean_net_minor"] or 0), 1.0)
    )
    return x - radius, y - radius, x + radius, y + radius


def _free_spot(
    frame: _Frame,
    centre: tuple[float, float],
    radius: float,
    label: str,
    taken: list[tuple[float, float, float, float]],
    bubbles: list[tuple[float, float, float, float]],
) -> tuple[float, float] | None:
    half = sum(14 if ord(letter) > 255 else 8 for letter in label) / 2 + 2
    x, y = centre
    tries = [
        (x, y - radius - 10),
        (x, y + radius + 10),
        (x + radius + half + 4, y),
        (x - radius - half - 4, y),
        (x, y - radius - 26),
        (x, y + radius + 26),
        (x + radius + half + 4, y - 16),
        (x + radius + half + 4, y + 16),
    ]
    for spot_x, spot_y in tries:
        spot_x = min(max(spot_x, half), frame.width - half)
        box = (spot_x - half, spot_y - 8, spot_x + half, spot_y + 8)
        inside = box[1] >= 0 and box[3] <= frame.height
        if inside and not any(_overlap(box, other) for other in (*taken, *bubbles)):
            taken.append(box)
            return spot_x, spot_y
    return None


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _unplace(frame: _Frame, px: float, py: float) -> tuple[float, float]:
    up = 1 - py / frame.height
    y = frame.y_min * (frame.y_max / frame.y_min) ** up if frame.is_log else up * frame.y_max
    return px / frame.width * frame.x_max, y
