"""Train, compare on a later stretch of time, calibrate: which model tells lapse risk best in this shop.

Learned on what was known at one day and came in the n days after; judged on a later day, which no model
has seen; half of its people set the calibration, the other half are judged. The winner (least log loss)
is then trained anew on the later day. Reasons are those of a logistic regression on the same cases, which
leans the same way and can be read; asking a forest of trees six times over takes a million people a minute.
scikit-learn takes half a second to import, so only this asks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from okaeri.insight.domain.lapse_model import Curve, LapseModel, Line, Steps, Trees, logit_of
from okaeri.insight.domain.lapse_risk import RULE_WEIGHTS
from okaeri.insight.domain.lifetime.histories import Floats
from okaeri.insight.domain.shares import wilson_interval

# Under so many who lapsed, and who did not, the rule stays (domain reference §2.6).
FEWEST_CASES = 500
_MOST_PEOPLE = 50_000
_ISOTONIC_FROM = 1_000
_BINS = 10
_RULE = Line(list(RULE_WEIGHTS), 0.0)


@dataclass(frozen=True, slots=True)
class Cases:
    """People at one cutoff: what was known (matrix; column 0 is the rule's logit) and who lapsed."""

    matrix: Floats
    lapsed: NDArray[np.bool_]

    def are_enough(self) -> bool:
        return min(int(self.lapsed.sum()), int((~self.lapsed).sum())) >= FEWEST_CASES


@dataclass(frozen=True, slots=True)
class Chosen:
    """The model to use, by name, with how each candidate did and how well the winner's chances hold."""

    name: str
    model: LapseModel
    # Weight of each column in the logit, for reasons; None where the rule is used as it is.
    slopes: list[float] | None
    scores: list[dict[str, Any]]
    reliability: list[dict[str, Any]]


def by_rule(check: Cases | None = None) -> Chosen:
    """Give the rule as it is, and how well its chances held where there was a replay."""
    rule = LapseModel(_RULE)
    found = rule.predict(check.matrix) if check is not None and len(check.lapsed) else None
    table = [] if found is None or check is None else reliability(found, check.lapsed)
    scores = [] if found is None or check is None else [_scored("rule", found, check.lapsed)]
    return Chosen("rule", rule, None, scores, table)


def choose(learn: Cases, check: Cases) -> Chosen:
    """Give the candidate that foretold the later stretch best."""
    learn, check = _sample(learn), _sample(check)
    if not (learn.are_enough() and check.are_enough()):
        return by_rule(check)
    judged = np.arange(len(check.lapsed)) % 2 == 1
    tried = []
    for name, train in _CANDIDATES.items():
        raw = train(learn)
        told = LapseModel(raw).predict(check.matrix[~judged])
        setting = _calibration(told, check.lapsed[~judged])
        found = LapseModel(raw, setting).predict(check.matrix[judged])
        tried.append((_scored(name, found, check.lapsed[judged]), found, setting, train))
    best, found, setting, train = min(tried, key=lambda one: one[0]["log_loss"])
    return Chosen(
        best["name"],
        LapseModel(train(check), setting),
        _fit_logistic(check).slopes,
        [one[0] for one in tried],
        reliability(found, check.lapsed[judged]),
    )


def reliability(chances: Floats, came_true: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Give ten groups of equal size by chance: people, mean chance (told), share that came true (came)
    with its 95 % interval low..high.
    """
    order = np.argsort(chances, kind="stable")
    return [
        _group(chances[part], came_true[part])
        for part in np.array_split(order, min(_BINS, max(len(order), 1)))
        if len(part)
    ]


def _group(chances: Floats, came_true: NDArray[np.bool_]) -> dict[str, Any]:
    low, high = wilson_interval(int(came_true.sum()), len(came_true))
    return {
        "people": len(came_true),
        "told": float(chances.mean()),
        "came": float(came_true.mean()),
        "low": low,
        "high": high,
    }


def _sample(cases: Cases) -> Cases:
    step = -(-len(cases.lapsed) // _MOST_PEOPLE) or 1
    return Cases(cases.matrix[::step], cases.lapsed[::step])


def _scored(name: str, chances: Floats, lapsed: NDArray[np.bool_]) -> dict[str, Any]:
    safe = np.clip(chances, 1e-6, 1 - 1e-6)
    loss = -np.where(lapsed, np.log(safe), np.log(1 - safe)).mean()
    brier = ((chances - lapsed) ** 2).mean()
    return {
        "name": name,
        "log_loss": float(loss),
        "brier": float(brier),
        "auc": _auc(chances, lapsed),
        "people": len(lapsed),
    }


def _auc(chances: Floats, lapsed: NDArray[np.bool_]) -> float | None:
    """Give the chance that one who lapsed was told a higher risk than one who did not."""
    yes, no = int(lapsed.sum()), int((~lapsed).sum())
    if not yes or not no:
        return None
    _, place, count = np.unique(chances, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2.0)[place]
    return float((ranks[lapsed].sum() - yes * (yes + 1) / 2.0) / (yes * no))


def _fit_logistic(cases: Cases) -> Line:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    centre, width = cases.matrix.mean(axis=0), cases.matrix.std(axis=0) + 1e-9
    model = LogisticRegression(max_iter=500).fit((cases.matrix - centre) / width, cases.lapsed)
    slopes = np.asarray(model.coef_[0] / width)
    return Line(slopes.tolist(), float(model.intercept_[0] - slopes @ centre))


def fit_boosting(cases: Cases) -> Trees:
    """Give boosted trees, at most 15 leaves each."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415

    model = HistGradientBoostingClassifier(
        max_iter=80, max_leaf_nodes=15, learning_rate=0.08, min_samples_leaf=40, random_state=1
    )
    # Threads that wait for each other on a busy machine burn fifty times what the work itself takes.
    with threadpool_limits(1, "openmp"):
        model.fit(cases.matrix, cases.lapsed)
    leaves: list[list[float]] = []
    splits: list[tuple[int, float, int, int]] = []
    for tree, (grown,) in enumerate(model._predictors):
        values: list[float] = []
        _walk(grown.nodes, 0, tree, values, splits)
        leaves.append(values)
    return Trees(float(model._baseline_prediction[0, 0]), leaves, splits)


def _walk(
    nodes: Sequence[Any],
    at: int,
    tree: int,
    values: list[float],
    splits: list[tuple[int, float, int, int]],
) -> None:
    """Number the leaves under a node from the left; each split names those to its left."""
    node = nodes[at]
    if node["is_leaf"]:
        values.append(float(node["value"]))
        return
    first = len(values)
    _walk(nodes, int(node["left"]), tree, values, splits)
    gone = (1 << len(values)) - (1 << first)
    splits.append((int(node["feature_idx"]), float(node["num_threshold"]), tree, gone))
    _walk(nodes, int(node["right"]), tree, values, splits)


def _calibration(chances: Floats, lapsed: NDArray[np.bool_]) -> Steps | Curve:
    """Give what turns told chances into those that came true: isotonic, of few people Platt's curve."""
    if len(lapsed) >= _ISOTONIC_FROM:
        from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415

        steps = IsotonicRegression(y_min=0.002, y_max=0.998, out_of_bounds="clip")
        steps.fit(chances, lapsed)
        return Steps(steps.X_thresholds_.tolist(), steps.y_thresholds_.tolist())
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    curve = LogisticRegression(C=1e6).fit(logit_of(chances)[:, None], lapsed)
    return Curve(float(curve.coef_[0, 0]), float(curve.intercept_[0]))


_CANDIDATES: dict[str, Callable[[Cases], Line | Trees]] = {
    "rule": lambda _cases: _RULE,
    "logistic": _fit_logistic,
    "boosting": fit_boosting,
}
