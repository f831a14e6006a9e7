"""One person's freshness: 100 with each purchase or delivery (a lead: when first known), halved per
cycle, and what comes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.freshness_types import BandRules
from okaeri.web import formats

WIDTH, HEIGHT, LEFT, BOTTOM = 360, 130, 28, 18
PAST_DAYS, AHEAD_DAYS, MOST_DAYS = 240, 120, 1100
Point = tuple[date, float]
_LABEL = Text(
    "鮮度の推移。{day}は{now}、この先 購入がなければ{later}に{level}になります。",
    "Freshness over time: {now} on {day}; without a purchase {level} on {later}.",
)


@dataclass(frozen=True, slots=True)
class _Frame:
    """The days a picture shows, the first and the last."""

    start: date
    end: date

    def x(self, day: date) -> float:
        share = (day - self.start).days / (self.end - self.start).days
        return round(LEFT + share * (WIDTH - LEFT), 1)

    def path(self, points: Sequence[Point]) -> str:
        return "M" + " L".join(f"{self.x(day)} {_y(value)}" for day, value in points)


def freshness_curve(
    touched: Sequence[date],
    *,
    today: date,
    half_life_days: float,
    language: str,
    lifts: Mapping[date, int] | None = None,
) -> SafeString | None:
    """Draw past and projection as SVG; None where nothing touched him so far.

    `touched` as in `insight.freshness_points`, or of a lead the day he was first known. `lifts`: the
    points of days with signs of life (`insight.day_points_of`).
    """
    known = [day for day in touched if day <= today]
    frame = _span(known, today)
    points = insight.freshness_points(
        known, half_life_days=half_life_days, start=frame.start, end=frame.end, lifts=lifts
    )
    if not points:
        return None
    bands = load(BandRules)
    floors = (bands.fresh_from, bands.fading_from, bands.care_from)
    ahead = [point for point in points if point[0] >= today]
    now = frame.x(today)
    return format_html(
        '<svg class="curve" viewBox="0 0 {} {}" role="img" aria-label="{}">{}'
        '<path d="{}" fill="none" class="curve-past"/>'
        '<path d="{}" fill="none" class="curve-ahead"/>'
        '<line x1="{}" x2="{}" y1="4" y2="{}" class="curve-today"/>{}'
        '<text x="{}" y="{}" text-anchor="middle">{}</text></svg>',
        WIDTH,
        HEIGHT,
        _label(ahead, floors, language),
        _grid(floors),
        frame.path([point for point in points if point[0] <= today]),
        frame.path(ahead),
        now,
        now,
        HEIGHT - BOTTOM,
        _marks(frame, known, lifts or {}),
        now,
        HEIGHT - 3,
        Text("今日", "today").render(language),
    )


def _span(known: Collection[date], today: date) -> _Frame:
    since = today - timedelta(days=PAST_DAYS)
    if known:
        # The last of them stays in the picture, however long ago, up to three years.
        since = max(min(since, max(known) - timedelta(days=14)), today - timedelta(days=MOST_DAYS))
    return _Frame(since, today + timedelta(days=AHEAD_DAYS))


def _label(ahead: Sequence[Point], floors: Sequence[float], language: str) -> str:
    """Say what freshness is on the first of these days, and when it falls to the next floor."""
    today, now = ahead[0]
    level = next((floor for floor in floors if floor < now), 0)
    falls = next((day for day, value in ahead if value <= level), ahead[-1][0])
    return _LABEL.render(language).format(
        day=formats.day(today, language, weekday=False),
        now=f"{now:.0f}",
        later=formats.day(falls, language, weekday=False),
        level=f"{level:g}",
    )


def _grid(floors: Sequence[float]) -> SafeString:
    return format_html_join(
        "",
        '<line x1="{0}" x2="{1}" y1="{2}" y2="{2}" class="curve-grid"/>'
        '<text x="{3}" y="{2}" dy="4" text-anchor="end">{4}</text>',
        ((LEFT, WIDTH, _y(value), LEFT - 4, f"{value:g}") for value in (100, *floors)),
    )


def _marks(frame: _Frame, known: Collection[date], lifts: Mapping[date, int]) -> SafeString:
    """Mark the days that touched him, and those with signs of life, on the line of days."""
    shown = sorted(day for day in {*known, *lifts} if day >= frame.start)
    return format_html_join(
        "",
        '<circle cx="{}" cy="{}" r="3" class="curve-{}"/>',
        ((frame.x(day), HEIGHT - BOTTOM, "mark" if day in known else "sign") for day in shown),
    )


def _y(value: float) -> float:
    return round(4 + (1 - value / 100) * (HEIGHT - BOTTOM - 4), 1)
