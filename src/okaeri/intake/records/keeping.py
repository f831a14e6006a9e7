"""Keeps what a source says of a thing that changes: the newest word stands, whatever comes when."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model, Q

from okaeri.foundation.sequences import next_numbers
from okaeri.intake.models import (
    Call,
    Inquiry,
    Payment,
    Review,
    SourceMark,
    Subscription,
    SurveyAnswer,
)
from okaeri.intake.types import Kept
from okaeri.intake.writing import CHANGES
from okaeri.intake.writing.marks import note_told

Row = Mapping[str, Any]
_LOOKUP = 200
# Model → its mark, and the column that says when the thing was.
_MARKS: Mapping[type[Model], tuple[str, str]] = {
    Subscription: (SourceMark.Subject.SUBSCRIPTION, "changed_at"),
    Inquiry: (SourceMark.Subject.INQUIRY, "opened_at"),
    Call: (SourceMark.Subject.CALL, "started_at"),
    Payment: (SourceMark.Subject.PAYMENT, "changed_at"),
    Review: (SourceMark.Subject.REVIEW, "written_at"),
    SurveyAnswer: (SourceMark.Subject.SURVEY, "answered_at"),
}


def keep(model: type[Model], number: str, rows: Sequence[Row]) -> tuple[Kept, dict[Any, int]]:
    """Store rows of `model`, unique by source and the column `number`, in the open transaction.

    A row whose `changed_at` is older than what is stored changes nothing; of one thing given twice
    the newest counts, the later given of equals. Equal contents get no new change number. Gives the
    counts and (source, number) → id of every row given.
    """
    next_numbers(CHANGES, 0)
    subject, when = _MARKS[model]
    note_told(subject, ((row["source"], row[when]) for row in rows))
    latest = _latest(number, rows)
    known = _known(model, number, list(latest))
    fresh: list[Row] = []
    changed: list[tuple[int, Row]] = []
    unchanged = stale = 0
    for key, row in latest.items():
        stored = known.get(key)
        if stored is None:
            fresh.append(row)
        elif row["changed_at"] < stored["changed_at"]:
            stale += 1
        elif _says_more(row, stored):
            changed.append((stored["id"], _with_party(row, stored)))
        else:
            unchanged += 1
    numbers = iter(next_numbers(CHANGES, len(fresh) + len(changed)))
    made = model._default_manager.bulk_create(
        [model(**row, change_no=next(numbers)) for row in fresh], batch_size=500
    )
    for row_id, row in changed:
        model._default_manager.filter(pk=row_id).update(**row, change_no=next(numbers))
    ids = {key: stored["id"] for key, stored in known.items()}
    ids |= {(row["source"], row[number]): new.pk for row, new in zip(fresh, made, strict=True)}
    return Kept(len(fresh), len(changed), unchanged, stale), ids


def told_extra(extra: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Give the row's `extra`, nothing where nothing is told: a live word leaves what a file had."""
    return {"extra": dict(extra)} if extra else {}


def _latest(number: str, rows: Sequence[Row]) -> dict[tuple[str, str], Row]:
    latest: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = (row["source"], row[number])
        if key not in latest or row["changed_at"] >= latest[key]["changed_at"]:
            latest[key] = row
    return latest


def _known(
    model: type[Model], number: str, keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], dict[str, Any]]:
    by_source: dict[str, list[str]] = {}
    for source, value in keys:
        by_source.setdefault(source, []).append(value)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for source, values in by_source.items():
        for start in range(0, len(values), _LOOKUP):
            some = Q(source=source, **{f"{number}__in": values[start : start + _LOOKUP]})
            for row in model._default_manager.filter(some).values():
                found[(source, row[number])] = row
    return found


def _with_party(row: Row, stored: Row) -> Row:
    """Keep the person who is known where the newer word names nobody."""
    if "party_id" not in row or row["party_id"] is not None:
        return row
    return {**row, "party_id": stored["party_id"]}


def _says_more(row: Row, stored: Row) -> bool:
    return any(stored[name] != value for name, value in _with_party(row, stored).items())
