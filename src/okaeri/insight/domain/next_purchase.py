"""When the next purchase comes, if it comes within the horizon, with an 80 % interval.

Two ways of telling, and the one that told an earlier replay of the same shop better is used:

* "rhythm": logarithms of a person's intervals scatter around his own mean, those means around the shop's.
  With few intervals a person is near the shop's rhythm, with many near his own. Good where people use
  things up.
* "rate": a person buys at his own rate at any moment (the order model's posterior). Good where people buy
  when they feel like it, as in both retail sets of the tests.

The edges are moved half way to those that held 80 % at the earlier replay: half, because one replay is one
sample of how a shop drifts.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from okaeri.insight.domain.ground import Ground
from okaeri.insight.domain.lifetime.forecast import WEEK, Fits
from okaeri.insight.domain.lifetime.histories import Floats
from okaeri.insight.domain.rhythm import GapModel, fit_gaps, own_rhythm

LOW, HIGH = 0.1, 0.9
RHYTHM, RATE = "rhythm", "rate"
# Under so many returns at the replay its lesson is noise.
_FEWEST_RETURNS = 50


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a replay taught: which way tells better, and the levels its edges should stand at."""

    way: str = RATE
    low_level: float = LOW
    high_level: float = HIGH


@dataclass(frozen=True, slots=True)
class NextPurchase:
    """Whole days from the cutoff to the next purchase: 80 % interval and middle; the usual interval."""

    low_days: Floats
    middle_days: Floats
    high_days: Floats
    usual_days: Floats


@dataclass(frozen=True, slots=True)
class Timing:
    """Both ways fitted to the same people, or to the same products of people; one entry for each.

    `silent_days` since the last purchase; `came_in_days` from the cutoff, NaN where nothing came.
    """

    silent_days: Floats
    came_in_days: Floats
    # Of the rhythm: mean and width of the logarithm of the interval under way (days).
    centre: Floats
    width: Floats
    # Of the rate: shape and scale (days) of its posterior.
    shape: Floats
    scale: Floats
    gaps: GapModel
    horizon_days: int

    def place(self, way: str, days: Floats) -> Floats:
        """Give the chance that the next purchase is `days` from the cutoff or sooner, given it comes."""
        if way == RHYTHM:
            now, end = self._edges()
            at = special.ndtr((np.log(self.silent_days + days) - self.centre) / self.width)
            return np.asarray(np.clip((at - now) / np.maximum(end - now, 1e-12), 0.0, 1.0))
        there = -np.expm1(-self.shape * np.log1p(days / self.scale))
        return np.asarray(there / -np.expm1(-self.shape * np.log1p(self._end() / self.scale)))

    def days_at(self, way: str, level: float) -> Floats:
        """Give the day from the cutoff up to which the next purchase comes with chance `level`."""
        if way == RHYTHM:
            now, end = self._edges()
            at = np.exp(self.centre + self.width * special.ndtri(now + level * (end - now)))
            days = at - self.silent_days
            # Far beyond the usual interval the curve is flat to the last digit: any day is as likely.
            known = (end - now > 1e-9) & np.isfinite(days)
            return np.asarray(np.where(known, days, level * self._end()))
        there = -np.expm1(-self.shape * np.log1p(self._end() / self.scale))
        return np.asarray(self.scale * np.expm1(-np.log1p(-level * there) / self.shape))

    def of_those_who_came(self) -> "Timing":
        """Give only those who came after the cutoff."""
        came = np.isfinite(self.came_in_days)
        parts = ("silent_days", "came_in_days", "centre", "width", "shape", "scale")
        return replace(self, **{part: getattr(self, part)[came] for part in parts})

    def _end(self) -> float:
        return self.horizon_days + 0.5

    def _edges(self) -> tuple[Floats, Floats]:
        silent = self.silent_days
        return (
            special.ndtr((np.log(silent + 0.5) - self.centre) / self.width),
            special.ndtr((np.log(silent + self._end()) - self.centre) / self.width),
        )


def timing_of(ground: Ground, fits: Fits, horizon_days: int) -> Timing:
    """Fit the shop's rhythm beside the order model that is there."""
    gaps = fit_gaps(ground.rhythms)
    centre, width = own_rhythm(gaps, ground.rhythms)
    r, alpha = fits.orders.values[:2]
    return Timing(
        silent_days=ground.silent_days,
        came_in_days=ground.came_in_days,
        centre=centre,
        width=width,
        shape=ground.purchases - 1.0 + r,
        scale=alpha * WEEK + ground.age_days,
        gaps=gaps,
        horizon_days=horizon_days,
    )


def foretell(timing: Timing, lesson: Lesson) -> NextPurchase:
    """Say when each comes back, given that it is later than today and within the horizon."""
    low, middle, high = (
        np.clip(timing.days_at(lesson.way, level), 1.0, timing.horizon_days)
        for level in (lesson.low_level, 0.5, lesson.high_level)
    )
    # The whole days inside: rounding outwards would hold more than it says.
    first, middle = np.ceil(low), np.maximum(np.round(middle), np.ceil(low))
    return NextPurchase(first, middle, np.maximum(np.floor(high), middle), np.exp(timing.centre))


def learn(timing: Timing) -> Lesson:
    """Choose the way that told the returns after the cutoff better, and move its edges."""
    some = timing.of_those_who_came()
    if len(some.came_in_days) < _FEWEST_RETURNS:
        return Lesson()
    way = max((RATE, RHYTHM), key=lambda one: _fit_of(some, one))
    low, high = np.quantile(some.place(way, some.came_in_days), (LOW, HIGH))
    return Lesson(way, float((LOW + low) / 2), float((HIGH + high) / 2))


def _fit_of(timing: Timing, way: str) -> float:
    """Give the mean log chance of the very day each came."""
    days = timing.came_in_days
    hit = timing.place(way, days + 0.5) - timing.place(way, days - 0.5)
    return float(np.log(np.maximum(hit, 1e-9)).mean())
