"""The third number of the home page: what has been proven so far, or what could have been seen."""

from collections.abc import Iterable
from dataclasses import dataclass

from okaeri.foundation.text import Text
from okaeri.measure.types import Evaluation, MetricResult


@dataclass(frozen=True, slots=True)
class Effect:
    """What the experiments say in one number.

    With something proven: the largest difference, over all who were treated, with the interval its
    verdict rests on. With nothing proven: the smallest difference per person that would be seen.
    Amounts in the currency's smallest unit.
    """

    name: Text
    proven: int
    running: int
    total_minor: float | None = None
    low_minor: float | None = None
    high_minor: float | None = None
    smallest_minor: float | None = None


def find_effect(evaluations: Iterable[Evaluation]) -> Effect:
    """Choose the one number; a fall that is proven counts as much as a rise."""
    primary = [
        (evaluation.experiment.name, metric)
        for evaluation in evaluations
        for metric in evaluation.metrics
        if metric.is_primary and metric.metric != "orders" and evaluation.split.is_fair
    ]
    proven = [(name, metric) for name, metric in primary if metric.verdict in ("up", "down")]
    if proven:
        name, metric = max(proven, key=lambda found: abs(_total(found[1])))
        people = metric.treated.customers
        return Effect(
            name=name,
            proven=len(proven),
            running=len(primary),
            total_minor=_total(metric),
            low_minor=None if metric.claim_low is None else metric.claim_low * people,
            high_minor=None if metric.claim_high is None else metric.claim_high * people,
        )
    visible = [
        (metric.smallest_effect, name)
        for name, metric in primary
        if metric.smallest_effect is not None and metric.verdict != "too_few"
    ]
    smallest, name = min(visible, key=lambda found: found[0], default=(None, Text("", "")))
    return Effect(name=name, proven=0, running=len(primary), smallest_minor=smallest)


def _total(metric: MetricResult) -> float:
    return metric.difference * metric.treated.customers
