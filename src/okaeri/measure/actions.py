"""Use cases of measure: begin an experiment, assign customers, evaluate."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from django.db import transaction

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.ids import falls_in_share
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight import api as insight
from okaeri.measure import store
from okaeri.measure.domain.evaluation import ArmOutcomes, decide_evaluation
from okaeri.measure.domain.people import one_per_person
from okaeri.measure.domain.sums import Sums
from okaeri.measure.features.outcomes import (
    ASSIGNMENTS,
    NUMBERS,
    ORDERS,
    compute_outcomes,
    compute_sums,
)
from okaeri.measure.types import Arm, Evaluation, ExperimentView

_BAD_SHARE = Text(
    "実験 {key} の「配信しない割合」は 0 以上 1 未満で指定してください。",
    "The share left out of experiment {key} must be at least 0 and below 1.",
)
_BAD_WINDOW = Text(
    "実験 {key} の観察期間は1日以上にしてください。",
    "The window of experiment {key} must be one day or longer.",
)
_ALREADY_RUNNING = Text(
    "実験 {key} はもう始まっているため、割合と期間は変えられません。別の名前で新しい実験を作ってください。",
    "Experiment {key} has begun, so its share and window are fixed; start a new one under another key.",
)

_ENDS_BEFORE_START = Text(
    "実験 {key} は開始より前には終えられません。開始以後の日時を指定してください。",
    "Experiment {key} cannot end before it began; give an instant after its start.",
)


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
    if not 0 <= holdout_share < 1:
        raise InputError(_BAD_SHARE.format(key=key))
    if window_days < 1:
        raise InputError(_BAD_WINDOW.format(key=key))
    words = {"name": name.as_json(), "hypothesis": hypothesis.as_json()}
    design = {"holdout_share": holdout_share, "window_days": window_days}
    origin = {"source_kind": source_kind, "source_id": source_id, "started_at": started_at}
    with transaction.atomic():
        row = store.get_or_create_experiment(key, {**words, **design, **origin})
        is_changed = (row.holdout_share, row.window_days) != (holdout_share, window_days)
        if is_changed and store.has_assignments(row.id):
            raise InputError(_ALREADY_RUNNING.format(key=key))
        store.update_experiment(row, {**words, **design})
    return store.view(row)


def end_experiment(experiment_id: int, at: datetime) -> ExperimentView:
    """End an experiment at `at`; the first end stays. Raises NotFoundError, InputError before its start.

    Who was assigned before keeps his arm and his whole window, so the evaluation stands still from
    `at` + `window_days` on.
    """
    experiment = store.get_experiment(experiment_id)
    if at < experiment.started_at:
        raise InputError(_ENDS_BEFORE_START.format(key=experiment.key))
    store.end_experiment(experiment_id, at)
    return store.get_experiment(experiment_id)


def assign(experiment_id: int, customer_ids: Iterable[int], at: datetime) -> dict[int, Arm]:
    """Give each customer's arm, writing assignments for the new ones in the caller's transaction.

    The first assignment wins, whatever `at` later calls give; who was assigned under another id of his
    (`customers.ids_of`) keeps that arm. Once an experiment has ended nobody
    else is left out: who has no arm by then is treated, and is not counted; who has one keeps it
    until his window is over. Raises NotFoundError.

    1. Read the arms that exist. 2. Compute the others. 3. Insert them, ignoring those another worker
    inserted meanwhile. 4. Where some were ignored, read again: what is stored is what counts.
    """
    wanted = list(dict.fromkeys(customer_ids))
    if not wanted:
        return {}
    experiment = store.get_experiment(experiment_id)
    has_ended = experiment.ended_at is not None and experiment.ended_at <= at
    window = timedelta(days=experiment.window_days)
    after = at - window if has_ended else None
    arms = store.find_arms(experiment_id, wanted, after=after)
    missing = [customer_id for customer_id in wanted if customer_id not in arms]
    kept = _arms_of_other_ids(experiment_id, missing, after)
    if has_ended:
        return {**dict.fromkeys(missing, Arm.TREATED), **kept, **arms}
    new = {
        customer_id: kept.get(customer_id) or _arm(experiment, customer_id)
        for customer_id in missing
    }
    if new and store.insert_assignments(experiment_id, new, at) < len(new):
        new = store.find_arms(experiment_id, list(new))
    return {customer_id: arms.get(customer_id) or new[customer_id] for customer_id in wanted}


def _arms_of_other_ids(
    experiment_id: int, customer_ids: Sequence[int], after: datetime | None
) -> dict[int, Arm]:
    """Give the arm that another id of the same person was given (after then), the live one's first."""
    families = customers.families_of(customer_ids)
    several = {asked: ids for asked, ids in families.items() if len(ids) > 1}
    if not several:
        return {}
    every = sorted({one for ids in several.values() for one in ids})
    arms = store.find_arms(experiment_id, every, after=after)
    return {
        asked: next(arms[one] for one in ids if one in arms)
        for asked, ids in several.items()
        if any(one in arms for one in ids)
    }


def _arm(experiment: ExperimentView, customer_id: int) -> Arm:
    held_out = falls_in_share(experiment.key, customer_id, experiment.holdout_share)
    return Arm.HOLDOUT if held_out else Arm.TREATED


def evaluate(
    experiments: Sequence[ExperimentView], *, warehouse: Warehouse, as_of: date
) -> list[Evaluation]:
    """Evaluate `experiments` in one pass over the orders and keep the results."""
    now = clock.now()
    shop = load(ShopProfile)
    until = min(now, _end_of_day(as_of, shop.zone))
    people, unfinished, mixed = _assignments(experiments, until)
    sums = _sums(warehouse, people, as_of)
    family_size = sum(one.started_at < until for one in store.list_experiments())
    evaluations = [
        decide_evaluation(
            experiment,
            sums.get(experiment.id, {}),
            as_of=as_of,
            unfinished=unfinished[experiment.id],
            mixed=mixed[experiment.id],
            family_size=max(family_size, 1),
            currency=shop.currency,
        )
        for experiment in experiments
    ]
    with transaction.atomic():
        for evaluation in evaluations:
            store.save_evaluation(evaluation, now)
    return evaluations


def evaluate_groups(
    experiment: ExperimentView,
    grouping: str,
    groups: Mapping[int, str],
    *,
    warehouse: Warehouse,
    as_of: date,
) -> dict[str, Evaluation]:
    """Evaluate one experiment among each group of its people and keep the results.

    A person counts once, under the group of the live id or else of any other of his; so the groups
    add up to the experiment. In the tables of the engine a group stands in an experiment's place.
    """
    now = clock.now()
    shop = load(ShopProfile)
    until = min(now, _end_of_day(as_of, shop.zone))
    people, _, mixed = _assignments([experiment], until)
    names, group_of = _groups_of(people, groups)
    places = pa.array([names.index(group) for group in group_of], pa.int64())
    unfinished = _unfinished(people, group_of, until)
    sums = _sums(warehouse, people.set_column(0, "experiment_id", places), as_of)
    begun = sum(one.started_at < until for one in store.list_experiments())
    found = {
        group: decide_evaluation(
            experiment,
            sums.get(place, {}),
            as_of=as_of,
            unfinished=unfinished[group],
            mixed=mixed[experiment.id] if not group else 0,
            family_size=max(begun, 1) * max(len(names), 1),
            currency=shop.currency,
        )
        for place, group in enumerate(names)
    }
    with transaction.atomic():
        store.save_groups(experiment.id, grouping, found, now)
    return found


def _groups_of(people: pa.Table, groups: Mapping[int, str]) -> tuple[list[str], list[str]]:
    """Give the names of all groups, and the group of each row of `people`."""
    live = customers.absorbed_ids()
    by_person = {live.get(who, who): group for who, group in groups.items()}
    # What the live id itself got goes before what an absorbed one did.
    by_person |= {who: group for who, group in groups.items() if who not in live}
    group_of = [by_person.get(who, "") for who in people["customer_id"].to_pylist()]
    return sorted({"", *group_of}), group_of


def _unfinished(people: pa.Table, group_of: Sequence[str], until: datetime) -> Counter[str]:
    """Count people by group whose window is not over: they are counted up to `until`."""
    last = until.replace(tzinfo=None)
    ends = people["counted_until"].to_pylist()
    return Counter(group for group, end in zip(group_of, ends, strict=True) if end >= last)


def _end_of_day(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def _assignments(
    experiments: Sequence[ExperimentView], until: datetime
) -> tuple[pa.Table, Counter[int], Counter[int]]:
    """Give the assignments whose window has begun; how many windows are not over; who is mixed.

    The counts are per experiment; a person counts once (`domain.people`).
    A window that is not over is counted up to `until`. Nobody enters an experiment after its end.
    """
    last = until.replace(tzinfo=None)
    ends = {one.id: one.ended_at or until for one in experiments}
    windows = {one.id: timedelta(days=one.window_days) for one in experiments}
    columns: tuple[list[Any], ...] = ([], [], [], [], [])
    unfinished: Counter[int] = Counter()
    mixed: Counter[int] = Counter()
    counted = (
        one
        for one in store.iter_assignments(list(windows), until)
        if one.at < ends[one.experiment_id]
    )
    everyone = one_per_person(counted, customers.absorbed_ids(), mixed)
    for experiment_id, customer_id, arm, at in everyone:
        begun = at.replace(tzinfo=None)
        over = begun + windows[experiment_id]
        unfinished[experiment_id] += over > last
        row = (experiment_id, customer_id, arm, begun, min(over, last))
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    return pa.table(list(columns), schema=ASSIGNMENTS), unfinished, mixed


def _sums(warehouse: Warehouse, people: pa.Table, as_of: date) -> dict[int, dict[Arm, ArmOutcomes]]:
    """Let the engine reduce orders to sums: experiment → arm → outcomes."""
    if warehouse.has("orders"):
        orders = insight.read_orders(warehouse, as_of)
    else:
        orders = warehouse.upload(_NO_ORDERS)
    outcomes = warehouse.stage(
        "measure_outcomes", compute_outcomes(warehouse.upload(people), orders)
    )
    found: dict[int, dict[Arm, ArmOutcomes]] = {}
    for row in warehouse.collect(compute_sums(outcomes)).to_pylist():
        found.setdefault(row["experiment_id"], {})[Arm(row["arm"])] = _outcomes(row)
    return found


_NO_ORDERS = ORDERS.empty_table()


def _outcomes(row: Mapping[str, Any]) -> ArmOutcomes:
    people = row["customers"]
    sums = {
        metric: Sums(people, row[f"{column}_total"] / people, row[f"{column}_squares"])
        for metric, column in NUMBERS.items()
    }
    return ArmOutcomes(row["buyers"], row["unknown"], sums)
