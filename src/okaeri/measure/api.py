"""The door to measure: experiments, arms, and what they prove."""

from collections.abc import Iterable
from datetime import date, datetime

from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse
from okaeri.measure import actions, store
from okaeri.measure.types import Arm, Evaluation, ExperimentView


def ensure_experiment(
    *,
    key: str,
    name: Text,
    hypothesis: Text,
    holdout_share: float,
    window_days: int,
    source_kind: str,
    source_id: int,
    started_at: datetime,
) -> ExperimentView:
    """Begin an experiment, or give the one that has this `key`.

    `key` is the salt of the assignment for ever. Name and hypothesis may change; share (0..1) and
    window change only until somebody is assigned, then another value raises InputError.
    """
    return actions.ensure_experiment(
        key=key,
        name=name,
        hypothesis=hypothesis,
        holdout_share=holdout_share,
        window_days=window_days,
        source_kind=source_kind,
        source_id=source_id,
        started_at=started_at,
    )


def assign(experiment_id: int, customer_ids: Iterable[int], at: datetime) -> dict[int, Arm]:
    """Give each customer's arm, writing assignments for the new ones in the caller's transaction.

    The first assignment wins, whatever `at` later calls give. Raises NotFoundError.
    """
    return actions.assign(experiment_id, customer_ids, at)


def list_experiments() -> list[ExperimentView]:
    """Give all experiments, the oldest first."""
    return store.list_experiments()


def get_experiment(experiment_id: int) -> ExperimentView:
    """Give one experiment or raise NotFoundError."""
    return store.get_experiment(experiment_id)


def evaluate(experiment_id: int, *, warehouse: Warehouse, as_of: date) -> Evaluation:
    """Evaluate one experiment up to the end of the shop day `as_of` (or now) and keep the result."""
    return actions.evaluate([get_experiment(experiment_id)], warehouse=warehouse, as_of=as_of)[0]


def evaluate_all(*, warehouse: Warehouse, as_of: date) -> list[Evaluation]:
    """Evaluate every experiment in one pass over the orders and keep the results."""
    return actions.evaluate(list_experiments(), warehouse=warehouse, as_of=as_of)


def find_evaluation(experiment_id: int) -> Evaluation | None:
    """Give the evaluation that was kept last, None where there is none."""
    return store.find_evaluation(experiment_id)
