"""What is worth doing next: three things, whatever the shop."""

from typing import Any

import pytest

from okaeri.insight.domain.next_steps import HOW_MANY, recommend_next_steps
from okaeri.insight.types import STAGES, LifecycleRules


def reports(buyers: int, **counts: int) -> dict[str, dict[str, Any]]:
    """A shop whose active customers are given by stage; nobody lapsed, nobody late or at risk."""
    cells = [
        {
            "stage": str(stage),
            "is_lapsed": lapsed,
            "customers": 0 if lapsed else counts.get(str(stage), 0),
            "f2_late": 0,
            "at_risk_net_12m_minor": 0,
        }
        for stage in STAGES
        for lapsed in (False, True)
    ]
    step = {"rate": 0.5, "low": 0.4, "high": 0.6}
    return {
        "summary": {
            "buyers": buyers,
            "aov_minor": 3_000,
            "at_risk": 0,
            "at_risk_prime": 0,
            "f2_late": 0,
        },
        "portfolio": {"cells": cells},
        "dropoff": {"steps": [step] if buyers else []},
    }


@pytest.mark.parametrize(
    ("shop", "actions"),
    [
        (reports(0), []),
        (reports(5, steady=5), ["look:dropoff", "look:portfolio", "look:cohorts"]),
        (
            reports(5, first=2, toddler=3),
            ["playbook:know_us", "playbook:first_follow", "look:dropoff"],
        ),
    ],
)
def test_a_shop_with_buyers_gets_three_steps_and_one_without_gets_none(
    shop: dict[str, dict[str, Any]], actions: list[str]
) -> None:
    steps = recommend_next_steps(shop, LifecycleRules(), "JPY")
    assert [step.action for step in steps] == actions
    assert len(steps) in (0, HOW_MANY)
