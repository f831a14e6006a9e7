"""When products of people are used up: rows of a few weeks, put anew by every refresh."""

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from django.db.models import QuerySet

from okaeri.foundation.bulk import driver_values, indexes_afterwards, insert_columns
from okaeri.foundation.personal import Documents, as_documents
from okaeri.insight.cycle_types import RunOutView
from okaeri.insight.models import RunOut

_COLUMNS = (
    *("customer_id", "sku", "last_on", "runs_out_on", "basis"),
    *("next_low_on", "next_on", "next_high_on"),
)
_TABLE = RunOut._meta.db_table
# From so many rows on it pays to build the index anew.
_MANY = 20_000


def replace_all(batches: Iterable[pa.RecordBatch], as_of: date) -> None:
    """Put new rows in the place of all, in the transaction.

    Columns: customer_id, sku, last_on, due_in, basis, low_in, middle_in, high_in.
    """
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT COUNT(*) FROM "{_TABLE}"')  # noqa: S608 - our own table
        known = cursor.fetchone()[0]
        cursor.execute(f'DELETE FROM "{_TABLE}"')  # noqa: S608 - our own table
    with indexes_afterwards(_TABLE) if known >= _MANY else nullcontext():
        for batch in batches:
            insert_columns(_TABLE, _columns(batch, as_of))


def _columns(batch: pa.RecordBatch, as_of: date) -> dict[str, list[object]]:
    columns = (
        batch["customer_id"],
        batch["sku"],
        batch["last_on"].cast(pa.date32()),
        days_after(as_of, batch["due_in"]),
        batch["basis"],
        *(days_after(as_of, batch[name]) for name in ("low_in", "middle_in", "high_in")),
    )
    return {name: driver_values(one) for name, one in zip(_COLUMNS, columns, strict=True)}


def days_after(day: date, numbers: pa.Array) -> pa.Array:
    """Give the days so many days after `day`."""
    start = pa.scalar(day, type=pa.date32()).cast(pa.int32())
    return pc.add(numbers.cast(pa.int32()), start).cast(pa.date32())


def due_between(first: date, last: date, sku: str = "") -> list[RunOutView]:
    """Give what runs out from `first` to `last`, of one product or of all."""
    rows = _between(first, last, sku).order_by("runs_out_on", "id")
    return [RunOutView(*row) for row in rows.values_list(*_COLUMNS)]


def _between(first: date, last: date, sku: str) -> QuerySet[RunOut]:
    rows = RunOut.objects.filter(runs_out_on__gte=first, runs_out_on__lte=last)
    return rows.filter(sku=sku) if sku else rows


def people_between(first: date, last: date, sku: str) -> list[int]:
    """Give everybody for whom something runs out from `first` to `last`, once."""
    return list(_between(first, last, sku).values_list("customer_id", flat=True).distinct())


def page_between(
    first: date, last: date, sku: str, offset: int, limit: int
) -> tuple[list[RunOutView], int]:
    """Give a page of what runs out from `first` to `last`, the first first, and how many there are."""
    rows = _between(first, last, sku)
    start = max(offset, 0)
    found = rows.order_by("runs_out_on", "sku", "customer_id").values_list(*_COLUMNS)
    return [RunOutView(*row) for row in found[start : start + max(limit, 0)]], rows.count()


def has_any(sku: str = "") -> bool:
    """Tell whether anything (of one product) runs out from last week to four weeks ahead."""
    rows = RunOut.objects.filter(sku=sku) if sku else RunOut.objects
    return rows.exists()


def of_customers(customer_ids: Iterable[int]) -> list[RunOutView]:
    """Give what runs out for these people in the next four weeks or ran out last week, soonest first."""
    rows = RunOut.objects.filter(customer_id__in=list(customer_ids)).order_by("runs_out_on", "sku")
    return [RunOutView(*row) for row in rows.values_list(*_COLUMNS)]


def export_person(customer_ids: Iterable[int]) -> Documents:
    """Give a person's rows as documents."""
    return as_documents(RunOut.objects.filter(customer_id__in=list(customer_ids)).values())


def forget(customer_ids: Iterable[int]) -> int:
    """Remove a person's rows; how many."""
    return RunOut.objects.filter(customer_id__in=list(customer_ids)).delete()[0]
