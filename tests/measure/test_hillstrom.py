"""Sixty-four thousand real customers in three arms; the published figures come out."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from okaeri.measure.domain import statistics
from okaeri.measure.domain.sums import Sums, sums_of

NONE, MENS, WOMENS = "No E-Mail", "Mens E-Mail", "Womens E-Mail"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    path = Path(__file__).resolve().parents[3] / "shared/data/hillstrom/hillstrom.csv.gz"
    if not path.exists():
        pytest.skip(f"Hillstrom's e-mail test not found at {path}")
    with gzip.open(path, "rt", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def expected(shared_data: Path) -> dict[str, Any]:
    stored = json.loads((shared_data / "expected_values.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = stored["hillstrom"]
    return found


def arm(rows: list[dict[str, str]], segment: str, column: str) -> Sums:
    return sums_of(float(row[column]) for row in rows if row["segment"] == segment)


def compare(rows: list[dict[str, str]], segment: str, column: str) -> statistics.Difference:
    # The paper's figure is Welch's own; both arms are of one size, so the small-holdout rule is idle.
    return statistics.compute_difference(
        arm(rows, segment, column), arm(rows, NONE, column), fewest_buyers=statistics.ENOUGH_BUYERS
    )


def test_arms_and_spend_are_those_of_the_file(
    rows: list[dict[str, str]], expected: dict[str, Any]
) -> None:
    for segment in (NONE, MENS, WOMENS):
        spend = arm(rows, segment, "spend")
        assert spend.count == expected["n"][segment]
        assert spend.total == pytest.approx(expected["spend"][segment], abs=0.01)
        assert arm(rows, segment, "visit").total == pytest.approx(expected["visits"][segment])


def test_the_mens_mail_raised_spend(rows: list[dict[str, str]], expected: dict[str, Any]) -> None:
    found, wanted = compare(rows, MENS, "spend"), expected["mens_vs_none"]
    assert found.value == pytest.approx(wanted["spend_diff"], abs=1e-8)
    pooled = statistics.pooled_error(arm(rows, MENS, "spend"), arm(rows, NONE, "spend"))
    assert found.value / pooled == pytest.approx(wanted["t"], abs=1e-9)
    # The published t is Student's; with arms of one size Welch's differs in the sixth digit.
    assert found.error is not None
    assert found.value / found.error == pytest.approx(wanted["t"], rel=2e-5)
    assert found.p_value == pytest.approx(wanted["p"], rel=1e-3)


@pytest.mark.parametrize(("segment", "key"), [(MENS, "mens_vs_none"), (WOMENS, "womens_vs_none")])
def test_both_mails_raised_visits_by_the_published_interval(
    rows: list[dict[str, str]], expected: dict[str, Any], segment: str, key: str
) -> None:
    found, wanted = compare(rows, segment, "visit"), expected[key]
    interval = found.interval(0.95)
    assert interval is not None
    assert found.value == pytest.approx(wanted["visit_diff"], abs=1e-5)
    assert [interval.low, interval.high] == pytest.approx(wanted["visit_ci95"], abs=1e-5)


def test_spend_per_buyer_would_crown_the_wrong_mail(
    rows: list[dict[str, str]], expected: dict[str, Any]
) -> None:
    per_buyer = {
        segment: sums_of(
            float(row["spend"])
            for row in rows
            if row["segment"] == segment and row["conversion"] == "1"
        ).mean
        for segment in (MENS, WOMENS)
    }
    assert per_buyer == pytest.approx(expected["per_purchaser_trap"], abs=1e-5)
    assert per_buyer[WOMENS] > per_buyer[MENS]
    assert compare(rows, WOMENS, "spend").value < compare(rows, MENS, "spend").value
    assert compare(rows, WOMENS, "spend").value == pytest.approx(
        expected["womens_vs_none"]["spend_diff"], abs=1e-6
    )


def test_three_arms_of_one_size_are_a_fair_split(rows: list[dict[str, str]]) -> None:
    counts = [arm(rows, segment, "spend").count for segment in (MENS, NONE)]
    assert statistics.check_split(counts[0], counts[1], 0.5).is_fair
