"""重要度: how much a customer matters, from value to come, class, freshness and RFM, each part shown."""

import numpy as np

from okaeri.insight.domain.lifetime.histories import Floats
from okaeri.insight.prediction_types import PredictionRules
from okaeri.insight.types import Stage

# What a class is worth, of 100; half of it once lapsed (domain reference §2.6).
CLASS_POINTS = {
    Stage.LEAD: 0.0,
    Stage.FIRST: 20.0,
    Stage.TODDLER: 40.0,
    Stage.TREND: 50.0,
    Stage.STEADY: 60.0,
    Stage.PRIME: 100.0,
}
PARTS = ("value", "class", "freshness", "rfm")


def percentiles(values: Floats) -> Floats:
    """Give each value's place among all, 0 to 100; equal values share the middle of their places."""
    if len(values) < 2:
        return np.full(len(values), 100.0 if len(values) else 0.0)
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count + 1) / 2.0
    return np.asarray(100.0 * middle[place] / (len(values) - 1))


def class_points(stages: list[str], lapsed: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    """Give the points of each person's class."""
    known = {stage.value: points for stage, points in CLASS_POINTS.items()}
    points = np.array([known[stage] for stage in stages], dtype=np.float64)
    return np.asarray(np.where(lapsed, points / 2.0, points))


def weigh(
    value: Floats, classes: Floats, freshness: Floats, rfm: Floats, rules: PredictionRules
) -> tuple[Floats, Floats]:
    """Give importance (0 to 100) and its parts, one column per name in PARTS, that sum to it."""
    weights = np.array(
        [rules.value_weight, rules.class_weight, rules.freshness_weight, rules.rfm_weight],
        dtype=np.float64,
    )
    total = weights.sum() or 1.0
    parts = np.column_stack([value, classes, freshness, rfm]) * (weights / total)
    return np.asarray(parts.sum(axis=1)), parts


def priority(importance: Floats, freshness: Floats) -> Floats:
    """Give 優先度: importance of those who grow cold, for lists of whom to save now."""
    return np.asarray(importance * (100.0 - freshness) / 100.0)
