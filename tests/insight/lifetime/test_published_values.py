"""Parameters, likelihoods and expectations on CDNOW are those of the papers (expected_values.json)."""

from collections.abc import Sequence

import numpy as np
import pytest

from okaeri.insight.domain.lifetime import gamma_gamma, pareto_nbd
from okaeri.insight.domain.lifetime.beta_geometric import BG_NBD, MBG_NBD, BetaGeometric
from okaeri.insight.domain.lifetime.fitting import Fit
from okaeri.insight.domain.lifetime.histories import Histories, distinct_histories, histories_of
from tests.insight.lifetime.cdnow import cdnow, needs_cdnow, published

pytestmark = needs_cdnow


def _everyone() -> Histories:
    data = cdnow()
    return distinct_histories(data.repeats, data.last, data.age)[0]


def _agree(fit: Fit, names: Sequence[str], expected: dict, rel: float) -> None:
    assert fit.has_converged
    assert fit.values == pytest.approx([expected[name] for name in names], rel=rel)
    assert fit.log_likelihood == pytest.approx(expected["LL"], abs=0.01)


def test_the_sample_is_the_one_of_the_papers() -> None:
    data, expected = cdnow(), published()
    assert len(data.repeats) == expected["N"]
    assert data.repeats.sum() == expected["sum_x"]
    assert (data.repeats == 0).sum() == expected["n_x0"]
    assert data.came.sum() == expected["holdout_sum_x"]


@pytest.mark.parametrize(("model", "key"), [(BG_NBD, "bgnbd"), (MBG_NBD, "mbgnbd_computed_here")])
def test_beta_geometric_parameters_are_the_published_ones(model: BetaGeometric, key: str) -> None:
    _agree(model.fit(_everyone()), ("r", "alpha", "a", "b"), published()[key], 1e-3)


def test_pareto_parameters_and_standard_errors_are_the_published_ones() -> None:
    expected = published()["pnbd"]
    fit = pareto_nbd.fit_pareto(_everyone())
    _agree(fit, pareto_nbd.NAMES, expected, 1e-3)
    errors = [expected["se"][name] for name in pareto_nbd.NAMES]
    assert fit.standard_errors == pytest.approx(errors, rel=5e-3)


def test_gamma_gamma_parameters_are_the_published_ones() -> None:
    data, expected = cdnow(), published()["gamma_gamma"]
    spending = gamma_gamma.spending_of(data.repeats, data.mean)
    assert len(spending.mean) == expected["n"]
    # The paper gives two decimals, as far as they go.
    fit = gamma_gamma.fit_spending(spending)
    assert fit.has_converged
    assert fit.values == pytest.approx([expected[n] for n in gamma_gamma.NAMES], abs=5.1e-3)
    assert fit.log_likelihood == pytest.approx(expected["LL"], abs=0.01)


def test_expectations_of_one_customer_are_the_published_ones() -> None:
    expected = published()
    values = np.array([expected["bgnbd"][name] for name in ("r", "alpha", "a", "b")])
    someone = histories_of([2], [30.43], [38.86])
    assert BG_NBD.expected_purchases(values, someone, 39.0)[0] == pytest.approx(
        expected["bgnbd_E_Y39_x2_tx30.43_T38.86"], abs=6e-4
    )
    assert BG_NBD.probability_alive(values, someone)[0] == pytest.approx(
        expected["bgnbd_palive_same"], abs=6e-5
    )


def test_pareto_expectations_are_the_published_ones() -> None:
    expected = published()
    values = np.array([expected["pnbd"][name] for name in pareto_nbd.NAMES])
    stranger = histories_of([0], [0], [0])
    assert pareto_nbd.expected_purchases(values, stranger, 52.0)[0] == pytest.approx(
        expected["pnbd_E_X52_new"], abs=6e-4
    )
    case = expected["pnbd_1516"]
    regular = histories_of([case["x"]], [case["tx"]], [case["T"]])
    assert pareto_nbd.probability_alive(values, regular)[0] == pytest.approx(
        case["palive"], abs=6e-5
    )
    assert pareto_nbd.expected_purchases(values, regular, 52.0)[0] == pytest.approx(
        case["E52"], abs=0.01
    )


def test_the_39_weeks_after_are_foretold_as_well_as_published() -> None:
    data, expected = cdnow(), published()["bgnbd_holdout_39w"]
    folded, place = distinct_histories(data.repeats, data.last, data.age)
    foretold = BG_NBD.expected_purchases(BG_NBD.fit(folded).values, folded, 39.0)[place]
    assert foretold.sum() == pytest.approx(expected["predicted_sum"], rel=1e-3)
    assert np.abs(foretold - data.came).mean() == pytest.approx(expected["MAE"], rel=1e-3)
    assert np.sqrt(((foretold - data.came) ** 2).mean()) == pytest.approx(
        expected["RMSE"], rel=1e-3
    )


def test_folding_equal_histories_changes_no_figure() -> None:
    data = cdnow()
    folded, place = distinct_histories(data.repeats, data.last, data.age)
    assert len(folded.age) < len(data.age) / 2
    plain = histories_of(data.repeats, data.last, data.age)
    values = np.array([0.3, 5.0, 0.7, 2.0])
    assert BG_NBD.log_likelihood(values, folded) == pytest.approx(
        BG_NBD.log_likelihood(values, plain)
    )
    assert np.allclose(
        BG_NBD.expected_purchases(values, folded, 39.0)[place],
        BG_NBD.expected_purchases(values, plain, 39.0),
    )
