"""From the sums of two arms to an evaluation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from okaeri.measure.domain import findings, statistics
from okaeri.measure.domain.sums import NOBODY, Sums
from okaeri.measure.types import Arm, ArmSummary, Evaluation, ExperimentView, MetricResult

# The first one is the primary: the family of claims is about it.
METRICS = ("revenue", "orders", "margin")


@dataclass(frozen=True, slots=True)
class ArmOutcomes:
    """One arm: how many bought, purchases without a known margin, and the sums of every metric."""

    buyers: int
    unknown_margins: int
    sums: Mapping[str, Sums]


NOTHING = ArmOutcomes(0, 0, {})


def decide_evaluation(
    experiment: ExperimentView,
    outcomes: Mapping[Arm, ArmOutcomes],
    *,
    as_of: date,
    unfinished: int,
    mixed: int,
    family_size: int,
    currency: str,
) -> Evaluation:
    """Say what the outcomes of an experiment prove; the revenue metric is the primary one."""
    treated = outcomes.get(Arm.TREATED, NOTHING)
    holdout = outcomes.get(Arm.HOLDOUT, NOTHING)
    level = statistics.claim_level(family_size)
    metrics = tuple(
        _compare(metric, treated, holdout, level)
        for metric in METRICS
        if metric != "margin" or _margin_is_known(treated, holdout)
    )
    split = statistics.check_split(
        metrics[0].treated.customers, metrics[0].holdout.customers, experiment.holdout_share
    )
    answer = findings.answer(
        metrics[0], split, currency=currency, family_size=family_size, unfinished=unfinished
    )
    return Evaluation(
        experiment=experiment,
        as_of=as_of,
        answer=answer,
        metrics=metrics,
        split=split,
        family_size=family_size,
        unfinished=unfinished,
        mixed=mixed,
    )


def _margin_is_known(treated: ArmOutcomes, holdout: ArmOutcomes) -> bool:
    bought = treated.buyers + holdout.buyers > 0
    return bought and not (treated.unknown_margins or holdout.unknown_margins)


def _compare(metric: str, treated: ArmOutcomes, holdout: ArmOutcomes, level: float) -> MetricResult:
    first, second = treated.sums.get(metric, NOBODY), holdout.sums.get(metric, NOBODY)
    difference = statistics.compute_difference(
        first, second, fewest_buyers=min(treated.buyers, holdout.buyers)
    )
    shown = difference.interval(statistics.LEVEL)
    claim = difference.interval(level)
    return MetricResult(
        metric=metric,
        is_primary=metric == METRICS[0],
        treated=_summary(Arm.TREATED, first, treated.buyers),
        holdout=_summary(Arm.HOLDOUT, second, holdout.buyers),
        difference=difference.value,
        low=shown.low if shown else None,
        high=shown.high if shown else None,
        p_value=difference.p_value,
        smallest_effect=statistics.smallest_effect(first, second, level),
        verdict=statistics.decide_verdict(claim, treated.buyers + holdout.buyers),
        claim_level=level,
        claim_low=claim.low if claim else None,
        claim_high=claim.high if claim else None,
    )


def _summary(arm: Arm, sums: Sums, buyers: int) -> ArmSummary:
    return ArmSummary(arm, sums.count, sums.total, sums.mean, sums.variance, buyers)
