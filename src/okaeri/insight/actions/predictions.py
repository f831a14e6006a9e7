"""What each customer will do, written beside what he did: the predictions of one refresh."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from okaeri.insight.actions.best_hours import hour_columns
from okaeri.insight.actions.prediction_replay import Replayed, Standpoint, replay, stand_at
from okaeri.insight.actions.prediction_training import find_training
from okaeri.insight.actions.segment_tables import SCHEMAS, find_fact
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain import importance, lapse_risk
from okaeri.insight.domain.best_hour import ALL_DAY, SHOP_WEIGHT, Hours
from okaeri.insight.domain.chance_interval import Trial, chance_interval
from okaeri.insight.domain.ground import Ground, ground_of, present_ground_of
from okaeri.insight.domain.lapse_words import without_contradictions
from okaeri.insight.domain.lifetime.forecast import Forecast, forecast
from okaeri.insight.domain.lifetime.histories import Floats, Ids
from okaeri.insight.domain.next_purchase import NextPurchase, foretell
from okaeri.insight.domain.sampling import horizon_of
from okaeri.insight.features.histories import (
    RECENT_DAYS,
    compute_histories,
    compute_present_histories,
)
from okaeri.insight.features.signals import compute_signals
from okaeri.insight.prediction_types import PredictionRules

_YEAR = 365
_SIGNS = ("event", "subscription", "inquiry")
# Arrow or NumPy arrays by name, one value per buyer: Python's own numbers take four times the memory.
Columns = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Predictions:
    """One row per buyer with the columns of `CustomerPrediction`, and the held-out page's payload.

    `trained` is what replays taught where they were held this time, else None.
    """

    rows: pa.Table
    payload: dict[str, Any]
    trained: Replayed | None = None


def predict(
    sources: Sources,
    rules: PredictionRules,
    *,
    train: bool = True,
    hour_weight: float = SHOP_WEIGHT,
    hours: Hours = ALL_DAY,
) -> Predictions:
    """Foretell every buyer as of the refresh.

    `hour_weight` is what the shop's hours of the day weigh beside a person's own (`actions.best_hours`),
    `hours` at which people may be written to.
    With `train`, or without an earlier lesson that holds, replays first what was known before.
    """
    ground = _present_ground(sources)
    if not len(ground):
        return Predictions(pa.table({}), {"people": 0, "horizon_days": 0, "replay": None})
    history_days = int(ground.age_days.max())
    horizon = horizon_of(history_days)
    lapse_days = min(rules.lapse_horizon_days, horizon)
    known = None if train else find_training(sources.rule_version, lapse_days)
    replayed = known or _replay(sources, history_days, horizon, lapse_days)
    now = stand_at(ground, horizon)
    told = forecast(now.ground.people, now.fits, _YEAR)
    coming = foretell(now.timing, replayed.timing)
    returns = forecast_returns(now, horizon)
    columns = {
        **_standing(now.ground, sources.as_of, horizon),
        **_ahead(told, returns),
        **_sureness(now, told, returns, replayed, horizon),
        **_next(now.ground, coming, sources.as_of),
        **_lapse(now, replayed, lapse_days, coming.usual_days),
        **_importance(sources, now.ground, told, rules),
        **hour_columns(sources, now.ground.customer_id, hour_weight, hours),
    }
    payload = _payload(now, replayed, horizon, lapse_days)
    return Predictions(pa.table(dict(columns)), payload, None if known else replayed)


def forecast_returns(now: Standpoint, days: int) -> Floats:
    """Give each person's chance of buying within `days`."""
    return 1.0 - lapse_risk.rule_risk(now.ground, now.fits, days)


def _present_ground(sources: Sources) -> Ground:
    rows = compute_present_histories(
        sources.order_days, sources.price_habits, sources.counted, as_of=sources.as_of
    )
    return present_ground_of(
        sources.warehouse.collect(rows),
        sources.as_of,
        _signals(sources, sources.as_of),
        merge_same_day=sources.rules.merge_same_day,
    )


def past_ground(sources: Sources, cutoff: date, horizon: int) -> Ground:
    """Give what was known of each customer on a past day, and what came within `horizon` days of it."""
    purchases = sources.taken_back.orders_on(sources.purchases, cutoff)
    rows = compute_histories(purchases, cutoff=cutoff, horizon_days=horizon)
    return ground_of(sources.warehouse.collect(rows), cutoff, _signals(sources, cutoff))


def _signals(sources: Sources, cutoff: date) -> pa.Table | None:
    """Give what people did besides buying; None in a shop that knows nothing of the kind."""
    known = {fact: find_fact(sources.warehouse, fact) for fact in _SIGNS}
    if all(table is None for table in known.values()):
        return None
    visits, contracts, inquiries = (
        sources.warehouse.upload(SCHEMAS[fact].empty_table()) if table is None else table
        for fact, table in known.items()
    )
    return sources.warehouse.collect(compute_signals(visits, contracts, inquiries, cutoff=cutoff))


def _replay(sources: Sources, history_days: int, horizon: int, lapse_days: int) -> Replayed:
    early, late = (
        past_ground(sources, sources.as_of - timedelta(days=back), horizon)
        if back <= history_days
        else None
        for back in (2 * horizon, horizon)
    )
    return replay(
        early,
        late,
        horizon_days=horizon,
        lapse_days=lapse_days,
        rules=sources.rules,
        threshold_minor=sources.threshold_minor,
    )


def _payload(now: Standpoint, replayed: Replayed, horizon: int, lapse_days: int) -> dict[str, Any]:
    """Give {people, horizon_days, lapse_days, parameters, gaps, misfit, replay}.

    misfit: what it makes of a foretold half, {low, high}; for the rest see `domain.reports.predictions`.
    """
    orders, spending = now.fits.orders, now.fits.spending
    names = ("r", "alpha", "a", "b", "p", "q", "gamma")
    values = (*orders.values, *spending.values)
    errors = (*orders.standard_errors, *spending.standard_errors)
    return {
        "people": len(now.ground),
        "horizon_days": horizon,
        "lapse_days": lapse_days,
        "lapse_model": replayed.lapse.name,
        "parameters": [
            {"name": name, "value": float(value), "error": float(error)}
            for name, value, error in zip(names, values, errors, strict=True)
        ],
        "usual_gap_days": float(np.exp(now.timing.gaps.mean)),
        "misfit": {
            "lapse": _of_a_half(replayed.lapse_trial),
            "returns": _of_a_half(replayed.returns_trial),
        },
        "replay": replayed.payload or None,
    }


def _of_a_half(trial: Trial) -> dict[str, float]:
    low, high = chance_interval(np.array([0.5]), np.zeros(1), trial.misfit)
    return {"low": float(low[0]), "high": float(high[0])}


def _standing(ground: Ground, as_of: date, horizon: int) -> Columns:
    size = len(ground)
    return {
        "customer_id": ground.customer_id,
        "as_of": pa.repeat(as_of, size),
        "horizon_days": pa.repeat(horizon, size),
    }


def _ahead(told: Forecast, returns: Floats) -> Columns:
    return {
        "p_alive": told.p_alive,
        "returns_chance": returns,
        "orders_365": told.orders,
        "orders_365_low": told.orders_low,
        "orders_365_high": told.orders_high,
        "value_365_minor": _whole(told.value_minor),
        "value_365_low_minor": _whole(told.value_low_minor),
        "value_365_high_minor": _whole(told.value_high_minor),
    }


def _whole(values: Floats) -> Ids:
    return np.round(values).astype(np.int64)


def _next(ground: Ground, coming: NextPurchase, as_of: date) -> Columns:
    def days(from_now: Floats) -> pa.Array:
        numbers = (as_of - date(1970, 1, 1)).days + from_now
        return pa.array(numbers.astype(np.int32), pa.int32()).cast(pa.date32())

    usual = np.maximum(coming.usual_days, 1.0)
    return {
        "next_low_on": days(coming.low_days),
        "next_on": days(coming.middle_days),
        "next_high_on": days(coming.high_days),
        "usual_gap_days": coming.usual_days,
        "overdue_ratio": ground.silent_days / usual,
    }


def _lapse(now: Standpoint, replayed: Replayed, days: int, said_usual: Floats) -> Columns:
    """Give risk and reasons; `said_usual`: the one usual interval people are told of (usual_gap_days)."""
    rule = lapse_risk.rule_risk(now.ground, now.fits, days)
    matrix = lapse_risk.matrix_of(now.ground, rule, now.usual_days)
    risk = replayed.lapse.model.predict(matrix)
    if replayed.lapse.slopes is None:
        moved = lapse_risk.rule_effects(now.ground, risk, now.usual_days, matrix)
    else:
        typical = np.median(matrix, axis=0)
        slopes = np.array(replayed.lapse.slopes)
        moved = lapse_risk.effects(risk, slopes, matrix, typical)
    return {
        "lapse_risk": risk,
        "lapse_days": pa.repeat(days, len(risk)),
        "lapse_reasons": _reasons(now, moved, said_usual),
        **_ends("lapse_risk", risk, _lapse_spread(now, replayed, days, risk), replayed.lapse_trial),
    }


def _lapse_spread(now: Standpoint, replayed: Replayed, days: int, risk: Floats) -> Floats:
    """Give what is unknown of each risk: the rule's parameters, or a trained model's calibration."""
    if replayed.lapse.slopes is None:
        return lapse_risk.rule_spread(now.ground, now.fits, days)
    return replayed.lapse_trial.calibration_spread(risk)


def _sureness(
    now: Standpoint, told: Forecast, returns: Floats, replayed: Replayed, horizon: int
) -> Columns:
    """Give the intervals of being a customer still and of coming back.

    Nobody sees who is a customer still; what a replay missed of coming back stands for both.
    """
    spread = lapse_risk.rule_spread(now.ground, now.fits, horizon)
    trial = replayed.returns_trial
    return {
        **_ends("p_alive", told.p_alive, told.p_alive_spread, trial),
        **_ends("returns", returns, spread, trial),
    }


def _ends(name: str, chances: Floats, spread: Floats, trial: Trial) -> Columns:
    low, high = chance_interval(chances, spread, trial.misfit)
    return {f"{name}_low": low, f"{name}_high": high}


def _reasons(now: Standpoint, moved: Floats, usual_days: Floats) -> pa.Array:
    """Give up to three reasons per person as JSON, the strongest first."""
    moved = without_contradictions(moved, now.ground, usual_days, recent_days=RECENT_DAYS)
    order = np.argsort(-np.abs(moved), axis=1)[:, :3]
    effects = np.round(np.take_along_axis(moved, order, axis=1), 3)
    is_told = np.abs(effects) >= lapse_risk.LEAST_EFFECT
    heads = pa.array([f'{{"code": "{reason}", "effect": ' for reason in lapse_risk.REASONS])
    counts = (
        np.round(usual_days).astype(np.int64),
        now.ground.silent_days.astype(np.int64),
        now.ground.purchases.astype(np.int64),
        now.ground.age_days.astype(np.int64),
    )
    names = ("usual", "silent", "purchases", "age")
    parts = zip((f', "{name}": ' for name in names), counts, strict=True)
    tails = _told(*(part for pair in parts for part in pair))
    told = [
        pc.if_else(
            pa.array(is_told[:, n]),
            _told(", " if n else "", heads.take(pa.array(order[:, n])), effects[:, n], tails, "}"),
            "",
        )
        for n in range(order.shape[1])
    ]
    return _told("[", *told, "]")


def _told(*parts: Any) -> pa.Array:  # noqa: ANN401 - a text, or texts or numbers per person
    """Put words and numbers one after the other, for everybody at once."""
    texts = [part if isinstance(part, str) else pa.array(part).cast(pa.string()) for part in parts]
    return pc.binary_join_element_wise(*texts, "")


def _importance(
    sources: Sources, ground: Ground, told: Forecast, rules: PredictionRules
) -> Columns:
    columns = ("stage", "is_lapsed", "freshness", "r_rank", "f_rank", "m_rank")
    rows = sources.warehouse.collect(sources.customers.select("customer_id", *columns))
    rows = rows.sort_by("customer_id")
    ids = rows["customer_id"].to_numpy()
    if len(ids) != len(ground) or not (ids == ground.customer_id).all():
        rows = rows.take(np.searchsorted(ids, ground.customer_id).clip(max=len(ids) - 1))
    freshness = rows["freshness"].cast(pa.float64()).to_numpy()
    ranks = sum(rows[name].cast(pa.float64()).to_numpy() for name in columns[3:])
    points = importance.class_points(
        rows["stage"].to_pylist(), rows["is_lapsed"].to_numpy(zero_copy_only=False)
    )
    whole, parts = importance.weigh(
        importance.percentiles(told.value_minor),
        points,
        freshness,
        (np.asarray(ranks) - 3.0) / 12.0 * 100.0,
        rules,
    )
    return {
        "importance": whole,
        "importance_parts": _parts(np.round(parts, 1)),
        "priority": importance.priority(whole, freshness),
    }


def _parts(parts: Floats) -> pa.Array:
    """Give what importance is made of, per person as JSON."""
    value, of_class, freshness, rfm = parts.T
    return _told(
        '{"value": ', value, ', "class": ', of_class, ', "freshness": ', freshness,
        ', "rfm": ', rfm, "}",
    )  # fmt: skip
