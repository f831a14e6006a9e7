"""The door to measure: experiments, arms, and what they prove."""

from collections.abc import Collection, Mapping
from datetime import date

from okaeri.foundation.personal import Documents
from okaeri.foundation.warehouse import Warehouse
from okaeri.measure import actions, store
from okaeri.measure.actions import assign, end_experiment, ensure_experiment
from okaeri.measure.types import Arm, Evaluation, ExperimentView

__all__ = [
    "assign",
    "end_experiment",
    "ensure_experiment",
    "evaluate",
    "evaluate_all",
    "evaluate_groups",
    "export_person",
    "find_evaluation",
    "get_experiment",
    "list_experiments",
    "list_groups",
    "list_held_out",
]


def list_experiments() -> list[ExperimentView]:
    """Give all experiments, the oldest first."""
    return store.list_experiments()


def get_experiment(experiment_id: int) -> ExperimentView:
    """Give one experiment or raise NotFoundError."""
    return store.get_experiment(experiment_id)


def list_held_out(experiment_id: int, limit: int) -> list[int]:
    """Give customers who were left out of one experiment on purpose, the latest first."""
    return store.newest_in_arm(experiment_id, Arm.HOLDOUT, limit)


def evaluate(experiment_id: int, *, warehouse: Warehouse, as_of: date) -> Evaluation:
    """Evaluate one experiment up to the end of the shop day `as_of` (or now) and keep the result."""
    return actions.evaluate([get_experiment(experiment_id)], warehouse=warehouse, as_of=as_of)[0]


def evaluate_all(*, warehouse: Warehouse, as_of: date) -> list[Evaluation]:
    """Evaluate every experiment in one pass over the orders and keep the results."""
    return actions.evaluate(list_experiments(), warehouse=warehouse, as_of=as_of)


def evaluate_groups(
    experiment_id: int,
    grouping: str,
    groups: Mapping[int, str],
    *,
    warehouse: Warehouse,
    as_of: date,
) -> dict[str, Evaluation]:
    """Evaluate one experiment among each group of its people and keep the results under `grouping`.

    `groups`: customer (any of his ids) → his group; whoever has none is of the group "". Every claim
    is made stricter by the number of groups.
    """
    experiment = get_experiment(experiment_id)
    return actions.evaluate_groups(experiment, grouping, groups, warehouse=warehouse, as_of=as_of)


def list_groups(experiment_id: int, grouping: str) -> dict[str, Evaluation]:
    """Give group → the evaluation that was kept last; empty before the first."""
    return store.list_groups(experiment_id, grouping)


def find_evaluation(experiment_id: int) -> Evaluation | None:
    """Give the evaluation that was kept last, None where there is none."""
    return store.find_evaluation(experiment_id)


def export_person(customer_ids: Collection[int]) -> dict[str, Documents]:
    """Give which arms a person was in. There is no erasure: an arm belongs to a number."""
    return store.export_person(customer_ids)
