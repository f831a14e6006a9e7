"""The held-out page tells a share that is off 80 % from one that only chance moved."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from okaeri.insight.domain.reports.predictions import next_payload


def checked(inside: int, late: int) -> dict[str, Any]:
    days = np.array([5.0] * inside + [50.0] * late + [np.nan] * 3)
    told = SimpleNamespace(low_days=np.full(len(days), 1.0), high_days=np.full(len(days), 10.0))
    return next_payload(days, told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("inside", "late", "is_off"),
    [
        (80, 20, False),
        (73, 27, False),
        (730, 270, True),
        (870, 130, True),
        (800, 200, False),
        # Chance does not explain these, but 3 points change nothing.
        (8300, 1700, False),
        (7700, 2300, False),
        (8310, 1690, True),
        (7690, 2310, True),
    ],
)
def test_a_share_is_off_where_chance_does_not_explain_it(
    inside: int, late: int, is_off: bool
) -> None:
    found = checked(inside, late)
    assert (found["came"], found["late"]) == (inside + late, late / (inside + late))
    assert found["low"] < found["inside"] == inside / (inside + late) < found["high"]
    assert found["is_off"] is is_off


def test_nobody_came() -> None:
    assert (checked(0, 0)["inside"], checked(0, 0)["is_off"]) == (None, False)
