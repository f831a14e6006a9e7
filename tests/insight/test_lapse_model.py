"""A trained model kept as numbers says what the trained one says, also after a way through JSON."""

import json

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from okaeri.insight.domain.lapse_model import Curve, LapseModel, Line, Steps
from okaeri.insight.domain.lapse_risk import COLUMNS
from okaeri.insight.domain.lapse_training import Cases, fit_boosting

# Growing trees takes longer than a unit test may.
pytestmark = pytest.mark.property


def _cases(people: int = 2000) -> Cases:
    random = np.random.default_rng(7)
    matrix = random.normal(size=(people, len(COLUMNS)))
    # Equal values on both sides of a split are where scorers differ.
    matrix[:, 3] = np.round(matrix[:, 3])
    logit = 1.5 * matrix[:, 0] * (matrix[:, 3] > 0) + matrix[:, 5] ** 2 - 1
    return Cases(matrix, random.random(people) < 1 / (1 + np.exp(-logit)))


def test_trees_as_numbers_score_as_scikit_learn_does() -> None:
    cases = _cases()
    theirs = HistGradientBoostingClassifier(
        max_iter=80, max_leaf_nodes=15, learning_rate=0.08, min_samples_leaf=40, random_state=1
    ).fit(cases.matrix, cases.lapsed)
    ours = LapseModel(fit_boosting(cases))
    others = _cases(3000).matrix
    np.testing.assert_allclose(ours.predict(others), theirs.predict_proba(others)[:, 1], rtol=1e-12)


@pytest.mark.parametrize(
    "model",
    [
        LapseModel(Line([0.5] * len(COLUMNS), -0.25), Steps([0.1, 0.4, 0.9], [0.05, 0.5, 0.8])),
        LapseModel(fit_boosting(_cases(300)), Curve(1.25, -0.125)),
        LapseModel(Line([1.0] + [0.0] * (len(COLUMNS) - 1), 0.0)),
    ],
    ids=["line and steps", "trees and curve", "the rule"],
)
def test_a_model_comes_back_from_json_as_it_was(model: LapseModel) -> None:
    kept = LapseModel.from_document(json.loads(json.dumps(model.to_document())))
    matrix = _cases(500).matrix
    assert (kept.predict(matrix) == model.predict(matrix)).all()
