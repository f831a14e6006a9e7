"""After how many days a second purchase is late: the shop's number, or its own days (§1.3 #6)."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from okaeri.insight.domain.cycle import histogram_quantile
from okaeri.insight.types import LifecycleRules

# Four of five who came back had come by then.
_SHARE = 0.8
# Of fewer people the share is a guess: then the shop's number serves.
FEWEST_PEOPLE = 30
FIXED, OWN = "fixed_days", "own_days"


def own_f2_days(gaps: Mapping[int, int]) -> int | None:
    """Give the 80 % point of days from first to second purchase (→ people), in whole days, 1 at least.

    None where fewer than 30 people came back. Who has not come back yet is not in it.
    """
    if sum(gaps.values()) < FEWEST_PEOPLE:
        return None
    # Whole days stay whole: 26.000000000000004 is no day more.
    return max(1, math.ceil(round(histogram_quantile(gaps, _SHARE) or 0, 6)))


def with_own_days(rules: LifecycleRules, own_days: int | None) -> LifecycleRules:
    """Give the rules with the days that are in force, as a fixed number; never past the lapse."""
    if rules.f2_late_mode == FIXED:
        return rules
    days = rules.f2_late_days if own_days is None else min(own_days, rules.lapse_days - 1)
    return replace(rules, f2_late_days=max(1, days), f2_late_mode=FIXED)


def rules_in_force(rules: LifecycleRules, summary: Mapping[str, Any] | None) -> LifecycleRules:
    """Give the rules with the days the last refresh found (its report `summary`)."""
    return with_own_days(rules, summary.get("f2_own_days") if summary else None)
