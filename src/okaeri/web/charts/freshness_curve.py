"""One person's freshness: back to 100 with each purchase or delivery, halved per cycle, and what comes."""

from collections.abc import Sequence
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
    touched: Sequence[date], *, half_life_days: float, start: date, end: date
) -> list[tuple[date, float]]:
    """Give day → freshness of every day between, from the first of `touched` on; 100 on each of these.

    `touched` are days of purchase, shipping or delivery.
    """
    days = sorted(day for day in touched if day <= end)
    points, last, place = [], None, 0
    day = start
    while day <= end:
        while place < len(days) and days[place] <= day:
            last, place = days[place], place + 1
        if last is not None:
            points.append((day, 100.0 * 2.0 ** (-(day - last).days / max(half_life_days, 1.0))))
        day += timedelta(days=1)
    return points


def freshness_curve(
    touched: Sequence[date], *, today: date, half_life_days: float, language: str
) -> SafeString | None:
    """Draw past and projection as SVG; None where nothing was bought so far."""
    known = [day for day in touched if day <= today]
    # The last of them stays in the picture, however long ago, up to three years.
    since = today - timedelta(days=PAST_DAYS)
    if known:
        since = max(min(since, max(known) - timedelta(days=14)), today - timedelta(days=MOST_DAYS))
    start, end = since, today + timedelta(days=AHEAD_DAYS)
    points = freshness_points(known, half_life_days=half_life_days, start=start, end=end)
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
    marks = [(_x(day, start, end), HEIGHT - BOTTOM) for day in known if day >= start]
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
        format_html_join("", '<circle cx="{}" cy="{}" r="3" class="curve-mark"/>', marks),
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
