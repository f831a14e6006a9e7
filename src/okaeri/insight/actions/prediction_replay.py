"""Foretell from earlier days what has come since: for choosing, for calibrating, and for the page."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from okaeri.insight.domain import lapse_training
from okaeri.insight.domain.chance_interval import Trial, trial_of
from okaeri.insight.domain.ground import Ground
from okaeri.insight.domain.lapse_risk import matrix_of, rule_risk
from okaeri.insight.domain.lapse_training import Cases, Chosen
from okaeri.insight.domain.lifetime import pareto_nbd
from okaeri.insight.domain.lifetime.beta_geometric import BG_NBD, MBG_NBD
from okaeri.insight.domain.lifetime.forecast import (
    PRIOR_ORDERS,
    WEEK,
    Fits,
    fit_people,
    fold,
    forecast,
)
from okaeri.insight.domain.lifetime.histories import Floats
from okaeri.insight.domain.next_purchase import Lesson, Timing, foretell, learn, timing_of
from okaeri.insight.domain.reports import predictions as reports
from okaeri.insight.types import LifecycleRules

# Models are compared on so many people at most; Pareto/NBD, which nothing is foretold with, only where
# it is quick.
_COMPARED, _PARETO_UNTIL = 100_000, 5_000


@dataclass(frozen=True, slots=True)
class Standpoint:
    """A day, what was known on it, and the models fitted to just that."""

    ground: Ground
    fits: Fits
    timing: Timing
    usual_days: Floats


@dataclass(frozen=True, slots=True)
class Replayed:
    """What replays gave the present: a lesson for the next purchase, the lapse model, the page."""

    timing: Lesson
    lapse: Chosen
    payload: dict[str, Any]
    # The days ahead that lapse was learned for.
    lapse_days: int

    @property
    def lapse_trial(self) -> Trial:
        """How far chances of lapsing were off."""
        return trial_of(self.lapse.reliability)

    @property
    def returns_trial(self) -> Trial:
        """How far chances of coming back within the horizon were off."""
        return trial_of(self.payload.get("returns", []))


def stand_at(ground: Ground, horizon_days: int) -> Standpoint:
    """Fit everything to what was known."""
    fits = fit_people(ground.people)
    timing = timing_of(ground, fits, horizon_days)
    return Standpoint(ground, fits, timing, foretell(timing, Lesson()).usual_days)


def cases_at(at: Standpoint, days: int, rules: LifecycleRules) -> Cases:
    """Give the customers who were active, and who of them bought nothing in the days after."""
    active = np.flatnonzero(at.ground.silent_days < rules.lapse_days)
    ground = at.ground.some(active)
    matrix = matrix_of(ground, rule_risk(ground, at.fits, days), at.usual_days[active])
    came = np.nan_to_num(ground.came_in_days, nan=np.inf) <= days
    return Cases(matrix, ~came)


def replay(
    early: Ground | None,
    late: Ground | None,
    *,
    horizon_days: int,
    lapse_days: int,
    rules: LifecycleRules,
    threshold_minor: int,
) -> Replayed:
    """Foretell from `late` with what `early` taught, and compare with what came.

    Either is None where the shop's history does not reach so far back.
    """
    if late is None or not len(late):
        return Replayed(Lesson(), lapse_training.by_rule(), {}, lapse_days)
    lesson, cases = Lesson(), None
    if early is not None and len(early):
        first = stand_at(early, horizon_days)
        lesson = learn(first.timing)
        cases = cases_at(first, lapse_days, rules)
    at = stand_at(late, horizon_days)
    check = cases_at(at, lapse_days, rules)
    chosen = (
        lapse_training.choose(cases, check) if cases is not None else lapse_training.by_rule(check)
    )
    told = forecast(late.people, at.fits, horizon_days)
    payload = {
        "cutoff": late.cutoff.isoformat(),
        "orders": reports.orders_payload(late, told),
        "value": reports.value_payload(late, told),
        "top": reports.top_payload(late, told.value_minor, _is_prime(late, rules, threshold_minor)),
        "next": {
            "way": lesson.way,
            **reports.next_payload(late.came_in_days, foretell(at.timing, lesson)),
        },
        "lapse": {
            "model": chosen.name,
            "people": len(check.lapsed),
            "lapsed": int(check.lapsed.sum()),
            "scores": chosen.scores,
            "reliability": chosen.reliability,
        },
        "returns": lapse_training.reliability(told.comes, np.isfinite(late.came_in_days)),
        "models": _compare(late, horizon_days),
    }
    return Replayed(learn(at.timing), chosen, payload, lapse_days)


def _is_prime(
    ground: Ground, rules: LifecycleRules, threshold_minor: int
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell who was a loyal active customer that day, by the shop's own rules (today's bar)."""
    is_span = rules.tenure_basis == "span"
    tenure = ground.age_days - (ground.silent_days if is_span else 0.0)
    return np.asarray(
        (ground.purchases >= 2)
        & (tenure >= rules.prime_days)
        & (ground.net_minor >= threshold_minor)
        & (ground.silent_days < rules.lapse_days)
    )


def _compare(ground: Ground, days: int) -> list[dict[str, Any]]:
    """Fit each order model to the same people, and give likelihood, foretold sum and error.

    The one in use is fitted with its prior, as it foretells; without it its sum would be another. The
    others have none, as they were published; the page says so.
    """
    ground = ground.some(np.arange(0, len(ground), -(-len(ground) // _COMPARED)))
    histories, place = fold(ground.people)
    found = []
    for name, model, prior in (("MBG/NBD", MBG_NBD, PRIOR_ORDERS), ("BG/NBD", BG_NBD, None)):
        fit = model.fit(histories, prior)
        told = model.expected_purchases(fit.values, histories, days / WEEK)[place]
        found.append(_row(name, fit.log_likelihood, told, ground.came))
    if len(histories.age) <= _PARETO_UNTIL:
        fit = pareto_nbd.fit_pareto(histories)
        told = pareto_nbd.expected_purchases(fit.values, histories, days / WEEK)[place]
        found.append(_row("Pareto/NBD", fit.log_likelihood, told, ground.came))
    return found


def _row(name: str, log_likelihood: float, told: Floats, came: Floats) -> dict[str, Any]:
    return {
        "name": name,
        "log_likelihood": log_likelihood,
        "told": float(told.sum()),
        "mae": float(np.abs(told - came).mean()),
    }
