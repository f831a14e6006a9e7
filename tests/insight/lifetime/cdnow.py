"""CDNOW as the published papers use it: weeks to 1997-09-30, one purchase a day, and the 39 weeks after."""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
needs_cdnow = pytest.mark.skipif(not (DATA / "cdnow").is_dir(), reason=f"CDNOW not found in {DATA}")
END = date(1997, 9, 30)


class Cdnow(NamedTuple):
    """One row per customer; `came` counts purchases after the end."""

    repeats: np.ndarray
    last: np.ndarray
    age: np.ndarray
    mean: np.ndarray
    came: np.ndarray


@cache
def days_of() -> dict[int, dict[date, float]]:
    """Give customer → day → spend."""
    found: dict[int, dict[date, float]] = defaultdict(dict)
    with gzip.open(DATA / "cdnow" / "cdnow_sample.csv.gz", "rt") as stream:
        for row in csv.DictReader(stream):
            mine, day = found[int(row["sample_id"])], date.fromisoformat(row["date"])
            mine[day] = mine.get(day, 0.0) + float(row["spend"])
    return found


@cache
def cdnow() -> Cdnow:
    """Give the calibration half and what came after it."""
    rows = []
    for spent in days_of().values():
        days = sorted(day for day in spent if day <= END)
        later = [spent[day] for day in days[1:]]
        rows.append(
            (
                len(later),
                (days[-1] - days[0]).days / 7,
                (END - days[0]).days / 7,
                sum(later) / len(later) if later else 0.0,
                sum(day > END for day in spent),
            )
        )
    return Cdnow(*np.array(rows, dtype=float).T)


@cache
def published() -> dict:
    """Give the values a correct implementation must give."""
    values: dict = json.loads((DATA / "expected_values.json").read_text())["cdnow"]
    return values
