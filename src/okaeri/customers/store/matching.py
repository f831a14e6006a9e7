"""Live customers as the model compares them, and the pairs that staff are asked about."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from okaeri.customers.domain.matching import COLUMNS, comparable
from okaeri.customers.models import Customer, MatchCandidate
from okaeri.customers.store.scoring import SCHEMA
from okaeri.customers.store.sql import select

Status = MatchCandidate.Status
_READ = (
    *("id", "family_name", "given_name", "family_kana", "given_kana", "email", "phone_key"),
    *("postal_code", "prefecture", "address", "birth_on"),
)
_CHUNK = 50_000
_WRITTEN = 500


def read_people() -> pa.Table:
    """Give every live customer of whom anything is known, in the form of `scoring.SCHEMA`."""
    return pa.Table.from_batches(_batches(), SCHEMA)


def _batches() -> Iterator[pa.RecordBatch]:
    table, after = Customer._meta.db_table, 0
    sql = (
        f"SELECT {', '.join(_READ)} FROM {table} WHERE merged_into_id IS NULL "  # noqa: S608
        "AND id > %s ORDER BY id LIMIT %s"
    )
    while rows := select(sql, [after, _CHUNK]):
        after = rows[-1][0]
        people = [_compared(dict(zip(_READ, row, strict=True))) for row in rows]
        yield pa.RecordBatch.from_pylist(people, SCHEMA)


def _compared(row: dict[str, Any]) -> dict[str, Any]:
    if isinstance(row["birth_on"], str):
        row["birth_on"] = date.fromisoformat(row["birth_on"])
    return {"id": row["id"], **comparable(row)}


def rows_of(people: pa.Table, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Give id → what is compared, for some of `people`."""
    chosen = people.filter(pa.compute.is_in(people["id"], pa.array(sorted(ids), pa.int64())))
    return {row["id"]: row for row in chosen.select(["id", *COLUMNS]).to_pylist()}


def replace_open(
    found: Mapping[tuple[int, int], tuple[float, Sequence[Mapping[str, Any]]]], now: datetime
) -> int:
    """Make the open questions exactly `found`; what was decided, or opened anew by staff, stays.

    Gives how many are new.
    """
    known = {
        (left, right): (number, status, by)
        for number, left, right, status, by in MatchCandidate.objects.values_list(
            "id", "left_id", "right_id", "status", "decided_by"
        )
    }
    gone = [
        number
        for pair, (number, status, by) in known.items()
        if status == Status.OPEN and not by and pair not in found
    ]
    for start in range(0, len(gone), _WRITTEN):
        MatchCandidate.objects.filter(id__in=gone[start : start + _WRITTEN]).delete()
    changed = [
        MatchCandidate(id=known[pair][0], probability=probability, evidence=list(evidence))
        for pair, (probability, evidence) in found.items()
        if pair in known and known[pair][1] == Status.OPEN
    ]
    MatchCandidate.objects.bulk_update(changed, ["probability", "evidence"], batch_size=_WRITTEN)
    new = [
        MatchCandidate(
            left_id=pair[0], right_id=pair[1], probability=probability, evidence=list(evidence),
            found_at=now,
        )
        for pair, (probability, evidence) in found.items()
        if pair not in known
    ]  # fmt: skip
    MatchCandidate.objects.bulk_create(new, ignore_conflicts=True, batch_size=_WRITTEN)
    return len(new)


def lock(candidate_id: int) -> MatchCandidate | None:
    """Give one candidate, locked until the transaction ends."""
    return MatchCandidate.objects.select_for_update().filter(id=candidate_id).first()


def decide(candidate_id: int, status: str, by: str, at: datetime | None) -> None:
    """Write what staff said; `at` is None for a question that is open again."""
    MatchCandidate.objects.filter(id=candidate_id).update(
        status=status, decided_by=by[:150], decided_at=at
    )


def note_undone(customer_ids: Iterable[int], by: str, at: datetime) -> None:
    """Turn a question answered "same" into "two people", because its merge was taken back."""
    ids = sorted(customer_ids)
    MatchCandidate.objects.filter(left_id__in=ids, right_id__in=ids, status=Status.MERGED).update(
        status=Status.APART, decided_by=by[:150], decided_at=at
    )


def page(status: str, offset: int, limit: int) -> tuple[list[MatchCandidate], int]:
    """Give candidates, the likeliest first (decided ones: the latest first), and how many there are.

    An open pair of which one has become part of somebody else is no question any more.
    """
    found = MatchCandidate.objects.filter(status=status)
    if status == Status.OPEN:
        found = found.filter(left__merged_into=None, right__merged_into=None)
        ordered = found.order_by("-probability", "id")
    else:
        ordered = found.order_by("-decided_at", "-id")
    return list(ordered[offset : offset + limit]), found.count()
