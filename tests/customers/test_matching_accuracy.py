"""How many are recognised, on a list with known truth; real names and towns, writing as in shops."""

from pathlib import Path

import pytest
from bench.matching import TARGETS, measure
from bench.matching_people import make_records

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_japanese_list_is_recognised_as_well_as_promised(shared_data: Path) -> None:
    outcome = measure("Japanese", make_records(shared_data, people=1500, seed=7))
    assert outcome.precision >= TARGETS["precision"]
    assert outcome.recall >= TARGETS["recall"]
    asked = next(point for point in outcome.queue if point.threshold == 0.5)
    assert asked.recall >= TARGETS["queue"]
    # Staff say yes far more often than no.
    assert asked.precision >= 0.9
