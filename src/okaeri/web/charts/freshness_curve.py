"""One person's freshness: 100 with each purchase or delivery (a lead: when first known), halved per
cycle, and what comes.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight.freshness_types import BandRules
from okaeri.web import formats

WIDTH, HEIGHT, LEFT, BOTTOM = 360, 130, 28, 18
PAST_DAYS, AHEAD_DAYS, MOST_DAYS = 240, 120, 1100
_LABEL = Text(
    "鮮度の推移。{day}は{now}、この先 購入がなければ{later}に{level}になります。",
    "Freshness over time: {now} on {day}; without a purchase {level} on {later}.",
)


def freshness_points(
    touched: Sequence[date],
    *,
    half_life_days: float,
    start: date,
    end: date,
    lifts: Mapping[date, int] | None = None,
) -> list[tuple[date, float]]:
    """Give day → freshness of every day between, from the first of `touched` on; 100 on each of these.

    `touched` are days of purchase, shipping or delivery; `lifts` the points of days with signs of life.
    """
    days, lifts = {day for day in touched if day <= end}, lifts or {}
    points: list[tuple[date, float]] = []
    kept = 2.0 ** (-1 / max(half_life_days, 1.0))
    value = None
    # What came before the last purchase before the picture tells nothing of it.
    day = max((one for one in days if one <= start), default=start)
    while day <= end:
        if day in days:
            value = 100.0
        elif value is not None:
            value = min(100.0, value * kept + lifts.get(day, 0))
        if value is not None and day >= start:
            points.append((day, value))
        day += timedelta(days=1)
    return points


def freshness_curve(
    touched: Sequence[date],
    *,
    today: date,
    half_life_days: float,
    language: str,
    lifts: Mapping[date, int] | None = None,
) -> SafeString | None:
    """Draw past and projection as SVG; None where nothing touched him so far.

    `touched` as in `freshness_points`, or of a lead the day he was first known. `lifts`: the points of
    days with signs of life (`domain.bumps.points_by_day`).
    """
    known = [day for day in touched if day <= today]
    # The last of them stays in the picture, however long ago, up to three years.
    since = today - timedelta(days=PAST_DAYS)
    if known:
        since = max(min(since, max(known) - timedelta(days=14)), today - timedelta(days=MOST_DAYS))
    start, end = since, today + timedelta(days=AHEAD_DAYS)
    points = freshness_points(
        known, half_life_days=half_life_days, start=start, end=end, lifts=lifts
    )
    if not points:
        return None
    bands = load(BandRules)
    floors = (bands.fresh_from, bands.fading_from, bands.care_from)
    past = [(day, value) for day, value in points if day <= today]
    ahead = [(day, value) for day, value in points if day >= today]
    now = past[-1][1]
    level = next((floor for floor in floors if floor < now), 0)
    falls = next((day for day, value in ahead if value <= level), end)
    label = _LABEL.render(language).format(
        day=formats.day(today, language, weekday=False),
        now=f"{now:.0f}",
        later=formats.day(falls, language, weekday=False),
        level=f"{level:g}",
    )
    shown = sorted({*known, *(lifts or ())})
    marks = [
        (_x(day, start, end), HEIGHT - BOTTOM, "mark" if day in known else "sign")
        for day in shown
        if day >= start
    ]
    return format_html(
        '<svg class="curve" viewBox="0 0 {} {}" role="img" aria-label="{}">{}'
        '<path d="{}" fill="none" class="curve-past"/>'
        '<path d="{}" fill="none" class="curve-ahead"/>'
        '<line x1="{}" x2="{}" y1="4" y2="{}" class="curve-today"/>{}'
        '<text x="{}" y="{}" text-anchor="middle">{}</text></svg>',
        WIDTH,
        HEIGHT,
        label,
        format_html_join(
            "",
            '<line x1="{0}" x2="{1}" y1="{2}" y2="{2}" class="curve-grid"/>'
            '<text x="{3}" y="{2}" dy="4" text-anchor="end">{4}</text>',
            ((LEFT, WIDTH, _y(value), LEFT - 4, f"{value:g}") for value in (100, *floors)),
        ),
        _path(past, start, end),
        _path(ahead, start, end),
        _x(today, start, end),
        _x(today, start, end),
        HEIGHT - BOTTOM,
        format_html_join("", '<circle cx="{}" cy="{}" r="3" class="curve-{}"/>', marks),
        _x(today, start, end),
        HEIGHT - 3,
        Text("今日", "today").render(language),
    )


def _x(day: date, start: date, end: date) -> float:
    share = (day - start).days / (end - start).days
    return round(LEFT + share * (WIDTH - LEFT), 1)


def _y(value: float) -> float:
    return round(4 + (1 - value / 100) * (HEIGHT - BOTTOM - 4), 1)


def _path(points: Sequence[tuple[date, float]], start: date, end: date) -> str:
    return "M" + " L".join(f"{_x(day, start, end)} {_y(value)}" for day, value in points)
