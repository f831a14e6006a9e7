"""A reason is told only where its words are true of the person, whatever the model's sign."""

from dataclasses import fields
from datetime import date

import numpy as np
import pytest

from okaeri.insight.domain.ground import Ground
from okaeri.insight.domain.lapse_risk import REASONS
from okaeri.insight.domain.lapse_words import reason_in_words, without_contradictions

ONE = {"purchases": 3.0, "age_days": 400.0, "silent_days": 100.0, "gaps": 2.0, "net_minor": 9000.0}


def ground_of(**values: float) -> Ground:
    known = {**ONE, **values}
    columns = {
        field.name: np.array([known.get(field.name, 0.0)])
        for field in fields(Ground)
        if field.name != "cutoff"
    }
    return Ground(cutoff=date(2026, 5, 20), **columns)


def is_told(reason: str, effect: float, **values: float) -> bool:
    moved = np.zeros((1, len(REASONS)))
    moved[0, REASONS.index(reason)] = effect
    usual = np.array([60.0])
    found = without_contradictions(moved, ground_of(**values), usual, recent_days=90)
    return bool(found[0, REASONS.index(reason)] == effect)


@pytest.mark.parametrize(
    ("reason", "values", "raises", "lowers"),
    [
        ("silent", {"silent_days": 100.0}, True, False),
        ("silent", {"silent_days": 60.0}, False, True),
        ("few", {"purchases": 1.0}, True, False),
        ("few", {"purchases": 9.0}, False, True),
        ("age", {}, True, True),
        ("slowing", {"last_gap_days": 200.0}, True, False),
        ("slowing", {"last_gap_days": 100.0}, False, True),
        ("slowing", {"gaps": 1.0, "last_gap_days": 300.0}, False, False),
        ("amount", {"net_recent_minor": 100.0}, True, False),
        ("amount", {"net_recent_minor": 9000.0}, False, True),
        ("discount", {"discounted_share": 0.8}, True, False),
        ("discount", {"discounted_share": 0.0}, False, True),
        ("discount", {"discounted_share": 0.4}, False, False),
        ("visits", {"visited": 1.0, "visited_before": 9.0}, True, False),
        ("visits", {"visited": 4.0, "visited_before": 9.0}, False, True),
        ("visits", {}, False, False),
        ("complaint", {"complaints": 1.0}, True, False),
        ("complaint", {}, False, True),
        ("put_off", {"put_off": 1.0}, True, False),
        ("put_off", {}, False, True),
    ],
)
def test_words_are_told_only_of_whom_they_are_true(
    reason: str, values: dict[str, float], raises: bool, lowers: bool
) -> None:
    assert is_told(reason, 0.3, **values) is raises
    assert is_told(reason, -0.3, **values) is lowers


def test_every_reason_has_words_for_both_signs() -> None:
    numbers = {"usual": 60, "silent": 100, "purchases": 3, "age": 400}
    for reason in REASONS:
        for effect in (0.3, -0.3):
            said = reason_in_words({"code": reason, "effect": effect, **numbers})
            assert "{" not in said.ja + said.en
