"""What crosses measure's border: arms, experiments, and what an evaluation says."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from okaeri.foundation.text import Text


class Arm(StrEnum):
    TREATED = "treated"
    HOLDOUT = "holdout"


@dataclass(frozen=True, slots=True)
class ExperimentView:
    """One experiment; `key` is the salt of its assignment."""

    id: int
    key: str
    name: Text
    hypothesis: Text
    holdout_share: float
    window_days: int
    source_kind: str
    source_id: int
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ArmSummary:
    """Sums of one metric over the assigned customers of one arm (all of them, buyers or not).

    `variance` is the sample variance (0 for fewer than two customers); `buyers` how many of the
    customers bought at least once inside their window.
    """

    arm: Arm
    customers: int
    total: float
    mean: float
    variance: float
    buyers: int = 0


@dataclass(frozen=True, slots=True)
class MetricResult:
    """Treated minus held out for one metric, per assigned customer.

    `low`..`high` is the 95 % interval (Welch), None where nothing varies or an arm has fewer than two
    customers. `verdict` is "up", "down", "none_seen" or "too_few"; it and the sentence rest on
    `claim_low`..`claim_high`, the interval at `claim_level`, which is wider than 95 % when several
    experiments share the family (Bonferroni). `smallest_effect` is the difference that the verdict
    would have shown with 80 % power. Units: orders, or the currency's smallest unit.
    """

    # "revenue" (primary), "orders", "margin" (left out where an order's margin is unknown)
    metric: str
    is_primary: bool
    treated: ArmSummary
    holdout: ArmSummary
    difference: float
    low: float | None
    high: float | None
    p_value: float | None
    smallest_effect: float | None
    verdict: str
    claim_level: float = 0.95
    claim_low: float | None = None
    claim_high: float | None = None


@dataclass(frozen=True, slots=True)
class SplitCheck:
    """Whether the arms have the sizes that were meant (chi-square; alarm below p = 0.001)."""

    expected_holdout_share: float
    holdout: int
    treated: int
    p_value: float
    is_fair: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an experiment proves as of a day: one sentence, then the numbers behind it."""

    experiment: ExperimentView
    as_of: date
    answer: Text
    metrics: tuple[MetricResult, ...]
    split: SplitCheck
    # How many experiments share the family of claims: the verdict's error rate is divided by it.
    family_size: int
    # Customers whose window is not over yet; their outcomes are counted up to `as_of`.
    unfinished: int = 0
    # People whose ids had different arms before they were found to be one; compared with nobody.
    mixed: int = 0
