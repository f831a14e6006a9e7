"""Every database read and write of measure."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from okaeri.foundation.bulk import db_instant
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.personal import Documents, as_documents
from okaeri.foundation.text import Text
from okaeri.measure.domain import documents
from okaeri.measure.domain.people import Assigned
from okaeri.measure.models import Assignment, Experiment, GroupResult, Result
from okaeri.measure.types import Arm, Evaluation, ExperimentView

_READ_CHUNK = 50_000
_STRETCH = 5_000

_NO_EXPERIMENT = Text(
    "番号 {id} の実験は見つかりません。実験の一覧を確認してください。",
    "There is no experiment {id}; see the list of experiments.",
)


def newest_in_arm(experiment_id: int, arm: str, limit: int) -> list[int]:
    """Give customers of one arm, the latest assigned first.

    Ids are given in the order of assignment, so the table is read from its end, in stretches that
    grow; sorting a whole arm by its instants would read all of it to show a few.
    """
    found: list[int] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM measure_assignment")
        upto, stretch = int(cursor.fetchone()[0]), _STRETCH
        while upto > 0 and len(found) < limit:
            # The sum keeps planners from reading the whole experiment by its index.
            cursor.execute(
                "SELECT customer_id FROM measure_assignment WHERE id > %s AND id <= %s"
                " AND experiment_id + 0 = %s AND arm = %s ORDER BY id DESC LIMIT %s",
                [upto - stretch, upto, experiment_id, arm, limit - len(found)],
            )
            found += [row[0] for row in cursor.fetchall()]
            upto, stretch = upto - stretch, stretch * 2
    return found


def view(row: Experiment) -> ExperimentView:
    """Give a row as others may see it."""
    return ExperimentView(
        id=row.id,
        key=row.key,
        name=Text.from_json(row.name),
        hypothesis=Text.from_json(row.hypothesis),
        holdout_share=row.holdout_share,
        window_days=row.window_days,
        source_kind=row.source_kind,
        source_id=row.source_id,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


def get_or_create_experiment(key: str, fields: Mapping[str, Any]) -> Experiment:
    """Give the experiment of `key`, made from `fields` where there was none."""
    row, _ = Experiment.objects.get_or_create(key=key, defaults=dict(fields))
    return row


def update_experiment(row: Experiment, fields: Mapping[str, Any]) -> None:
    """Write `fields` of one experiment."""
    Experiment.objects.filter(id=row.id).update(**fields)
    for name, value in fields.items():
        setattr(row, name, value)


def get_experiment(experiment_id: int) -> ExperimentView:
    """Give one experiment or raise NotFoundError."""
    row = Experiment.objects.filter(id=experiment_id).first()
    if row is None:
        raise NotFoundError(_NO_EXPERIMENT.format(id=experiment_id))
    return view(row)


def list_experiments() -> list[ExperimentView]:
    """Give all experiments, the oldest first."""
    return [view(row) for row in Experiment.objects.order_by("id")]


def end_experiment(experiment_id: int, at: datetime) -> None:
    """Write the end of an experiment that has none yet."""
    Experiment.objects.filter(id=experiment_id, ended_at=None).update(ended_at=at)


def has_assignments(experiment_id: int) -> bool:
    """Tell whether anybody was assigned yet."""
    return Assignment.objects.filter(experiment_id=experiment_id).exists()


def find_arms(
    experiment_id: int, customer_ids: Sequence[int], *, after: datetime | None = None
) -> dict[int, Arm]:
    """Give the arms of those who have one already; one statement for any number of ids.

    With `after` only arms given later than that.
    """
    if connection.vendor == "postgresql":
        chosen, ids = "= ANY(%s)", list(customer_ids)
    else:
        chosen, ids = "IN (SELECT value FROM json_each(%s))", json.dumps(list(customer_ids))  # type: ignore[assignment]
    sql = (
        "SELECT customer_id, arm FROM measure_assignment"  # noqa: S608 - the text is our own
        f" WHERE experiment_id = %s AND customer_id {chosen}"
    )
    values: list[Any] = [experiment_id, ids]
    if after is not None:
        sql += " AND assigned_at > %s"
        values.append(db_instant(after))
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return {customer_id: Arm(arm) for customer_id, arm in cursor.fetchall()}


def insert_assignments(experiment_id: int, arms: Mapping[int, Arm], at: datetime) -> int:
    """Insert arms, leaving those that exist alone; give how many were new.

    Inside the caller's transaction. The unique constraint decides between two workers.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "INSERT INTO measure_assignment (experiment_id, customer_id, arm, assigned_at)"
                " SELECT %s, customer_id, arm, %s"
                " FROM unnest(%s::bigint[], %s::text[]) AS given(customer_id, arm)"
                " ON CONFLICT DO NOTHING",
                [experiment_id, at, list(arms), [arm.value for arm in arms.values()]],
            )
        else:
            instant = db_instant(at)
            cursor.executemany(
                "INSERT OR IGNORE INTO measure_assignment"
                " (experiment_id, customer_id, arm, assigned_at) VALUES (%s, %s, %s, %s)",
                [
                    (experiment_id, customer_id, arm.value, instant)
                    for customer_id, arm in arms.items()
                ],
            )
        return int(cursor.rowcount)


def iter_assignments(experiment_ids: Sequence[int], until: datetime) -> Iterator[Assigned]:
    """Give (experiment, customer, arm, assigned at) of assignments made before `until`."""
    rows = Assignment.objects.filter(experiment_id__in=experiment_ids, assigned_at__lt=until)
    columns = ("experiment_id", "customer_id", "arm", "assigned_at")
    yield from map(Assigned._make, rows.values_list(*columns).iterator(_READ_CHUNK))


def save_evaluation(evaluation: Evaluation, computed_at: datetime) -> None:
    """Keep the latest evaluation of an experiment."""
    Result.objects.update_or_create(
        experiment_id=evaluation.experiment.id,
        defaults={
            "as_of": evaluation.as_of,
            "payload": documents.to_document(evaluation),
            "computed_at": computed_at,
        },
    )


def save_groups(
    experiment_id: int, grouping: str, found: Mapping[str, Evaluation], computed_at: datetime
) -> None:
    """Keep the latest evaluations of an experiment's groups; those of groups that are gone go."""
    mine = GroupResult.objects.filter(experiment_id=experiment_id, grouping=grouping)
    mine.exclude(group__in=found).delete()
    for group, evaluation in found.items():
        GroupResult.objects.update_or_create(
            experiment_id=experiment_id,
            grouping=grouping,
            group=group,
            defaults={
                "as_of": evaluation.as_of,
                "payload": documents.to_document(evaluation),
                "computed_at": computed_at,
            },
        )


def list_groups(experiment_id: int, grouping: str) -> dict[str, Evaluation]:
    """Give group → its latest evaluation, by name."""
    rows = GroupResult.objects.select_related("experiment").filter(
        experiment_id=experiment_id, grouping=grouping
    )
    return {
        row.group: documents.from_document(row.payload, view(row.experiment))
        for row in rows.order_by("group")
    }


def find_evaluation(experiment_id: int) -> Evaluation | None:
    """Give the latest evaluation, None where there is none yet."""
    row = Result.objects.select_related("experiment").filter(experiment_id=experiment_id).first()
    return documents.from_document(row.payload, view(row.experiment)) if row else None


def export_person(customer_ids: Collection[int]) -> dict[str, Documents]:
    """Give which arms a person was in, and since when."""
    mine = Assignment.objects.filter(customer_id__in=customer_ids).order_by("assigned_at", "id")
    return {"experiments": as_documents(mine.values("experiment__key", "arm", "assigned_at"))}
