"""The ten classes for one person; `features.lifecycle` says the same in bulk (domain reference §1.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from okaeri.insight.types import LifecycleRules, Stage

# A personal cycle needs two intervals and looks at the last five (domain reference §2.4).
FEWEST_INTERVALS = 2
LAST_INTERVALS = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one customer stands on one day; fields as in `CustomerInsightView`."""

    stage: Stage
    is_lapsed: bool
    is_at_risk: bool
    is_f2_late: bool
    is_revived: bool
    purchase_count: int
    tenure_days: int | None
    recency_days: int | None
    cycle_days: float | None


_LEAD = Standing(Stage.LEAD, False, False, False, False, 0, None, None, None)


def decide_standing(
    orders: Sequence[tuple[date, int]], *, as_of: date, rules: LifecycleRules, threshold_minor: int
) -> Standing:
    """Decide the class of one person from his counted orders (day, net in the smallest unit).

    Orders after `as_of` are not looked at. Nobody without an order has a class: he is a lead.
    """
    known = [(day, net) for day, net in orders if day <= as_of]
    days = (
        sorted({day for day, _ in known}) if rules.merge_same_day else sorted(d for d, _ in known)
    )
    if not days:
        return _LEAD
    recency = (as_of - days[-1]).days
    tenure = ((as_of if rules.tenure_basis == "elapsed" else days[-1]) - days[0]).days
    is_lapsed = recency >= rules.lapse_days
    return Standing(
        stage=_stage(len(days), tenure, sum(net for _, net in known), rules, threshold_minor),
        is_lapsed=is_lapsed,
        is_at_risk=recency >= rules.warn_days and not is_lapsed,
        is_f2_late=len(days) == 1 and recency >= rules.f2_late_days and not is_lapsed,
        is_revived=_is_revived(days, as_of, rules),
        purchase_count=len(days),
        tenure_days=tenure,
        recency_days=recency,
        cycle_days=personal_cycle(days),
    )


def _stage(
    purchases: int, tenure: int, net_minor: int, rules: LifecycleRules, threshold_minor: int
) -> Stage:
    if purchases == 1:
        return Stage.FIRST
    if tenure < rules.steady_days:
        return Stage.TODDLER
    if net_minor < threshold_minor:
        return Stage.STEADY
    return Stage.TREND if tenure < rules.prime_days else Stage.PRIME


def _is_revived(days: Sequence[date], as_of: date, rules: LifecycleRules) -> bool:
    flagged_after = as_of - timedelta(days=rules.revive_flag_days)
    return any(
        later > flagged_after and (later - earlier).days >= rules.lapse_days
        for earlier, later in pairwise(days)
    )


def personal_cycle(days: Sequence[date]) -> float | None:
    """Give the median of the last five intervals between purchases; None with fewer than two."""
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    if len(gaps) < FEWEST_INTERVALS:
        return None
    return float(median(gaps[-LAST_INTERVALS:]))
