"""Rows by the thousand arrive as they were given, and indexes stand again behind them."""

from datetime import date

import pyarrow as pa
import pytest
from django.db import IntegrityError, connection, transaction

from okaeri.foundation.bulk import (
    bulk_insert,
    driver_values,
    indexes_afterwards,
    insert_columns,
)
from okaeri.foundation.models import DutyState, Job, Sequence

pytestmark = pytest.mark.django_db
_SEQUENCES, _DUTIES = Sequence._meta.db_table, DutyState._meta.db_table
_COLUMNS = ("name", "cursor", "last_error", "failures_in_a_row", "last_run_at")


def _rows(count: int) -> list[tuple[str, int, str, int, None]]:
    return [(f"d{i:04}", i * i, "誤り", i % 2, None) for i in range(count)]


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 120])
def test_rows_arrive_as_given_however_many_share_a_statement(count: int) -> None:
    bulk_insert(_DUTIES, _COLUMNS, iter(_rows(count)))
    stored = DutyState.objects.order_by("name").values_list("name", *_COLUMNS[1:])
    assert list(stored) == _rows(count)


@pytest.mark.parametrize("count", [1, 50, 120])
def test_columns_arrive_as_rows_do(count: int) -> None:
    columns = dict(zip(_COLUMNS, zip(*_rows(count), strict=True), strict=True))
    insert_columns(_DUTIES, columns | {"cursor": range(count)})
    stored = DutyState.objects.order_by("name").values_list("name", "cursor", "last_error")
    assert list(stored) == [(f"d{i:04}", i, "誤り") for i in range(count)]


def test_a_column_that_differs_only_in_the_middle_keeps_its_values() -> None:
    values = [7] * 30 + [8] + [7] * 30
    insert_columns(_SEQUENCES, {"name": [f"s{i:02}" for i in range(61)], "value": values})
    assert list(Sequence.objects.order_by("name").values_list("value", flat=True)) == values


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"size|shorter|longer"):
        insert_columns(_SEQUENCES, {"name": ["a", "b"], "value": [1, 2, 3]})


def test_constraints_still_hold() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk_insert(_SEQUENCES, ("name", "value"), [("same", 1)] * 60)
    assert not Sequence.objects.exists()


def _indexes() -> set[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Job._meta.db_table)
    return {name for name, what in found.items() if what["index"]}


def test_indexes_are_away_while_rows_come_and_stand_again_afterwards() -> None:
    before = _indexes()
    with indexes_afterwards(Job._meta.db_table):
        during = _indexes()
    assert "job_open" in before
    assert ("job_open" in during) == (connection.vendor != "sqlite")
    assert _indexes() == before


def test_a_failure_leaves_the_indexes_standing() -> None:
    before = _indexes()
    with pytest.raises(RuntimeError), transaction.atomic(), indexes_afterwards(Job._meta.db_table):
        raise RuntimeError
    assert _indexes() == before


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (["休", None, "", "休"], pa.string(), ["休", None, "", "休"]),
        ([date(2026, 1, 5), None], pa.date32(), ["2026-01-05", None]),
        ([None, -3, 4], pa.int8(), [None, -3, 4]),
        ([2**62, 1], pa.int64(), [2**62, 1]),
        ([0.1, None, -0.0], pa.float64(), [0.1, None, -0.0]),
        ([True, None, False], pa.bool_(), [True, None, False]),
        ([None, None], pa.string(), [None, None]),
        ([], pa.date32(), []),
    ],
)
def test_columns_of_arrow_become_what_drivers_take(
    values: list[object], kind: pa.DataType, expected: list[object]
) -> None:
    found = driver_values(pa.array(values, kind))
    assert found == expected
    assert [type(one) for one in found] == [type(one) for one in expected]
