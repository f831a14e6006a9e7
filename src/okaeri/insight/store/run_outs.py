"""When products of people are used up: rows of a few weeks, put anew by every refresh."""

from collections.abc import Iterable, Iterator
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from okaeri.foundation.bulk import bulk_insert
from okaeri.foundation.personal import Documents, as_documents
from okaeri.insight.cycle_types import RunOutView
from okaeri.insight.models import RunOut

_COLUMNS = ("customer_id", "sku", "last_on", "runs_out_on", "basis")
_TABLE = RunOut._meta.db_table


def replace_all(batches: Iterable[pa.RecordBatch], as_of: date) -> None:
    """Put new rows (customer_id, sku, last_on, due_in, basis) in the place of all, in the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{_TABLE}"')  # noqa: S608 - our own table
    bulk_insert(_TABLE, _COLUMNS, _rows(batches, as_of))


def _rows(batches: Iterable[pa.RecordBatch], as_of: date) -> Iterator[tuple[object, ...]]:
    for batch in batches:
        columns = (
            batch["customer_id"],
            batch["sku"],
            batch["last_on"].cast(pa.date32()).cast(pa.string()),
            days_after(as_of, batch["due_in"]).cast(pa.string()),
            batch["basis"],
        )
        yield from zip(*(column.to_pylist() for column in columns), strict=True)


def days_after(day: date, numbers: pa.Array) -> pa.Array:
    """Give the days so many days after `day`."""
    start = pa.scalar(day, type=pa.date32()).cast(pa.int32())
    return pc.add(numbers.cast(pa.int32()), start).cast(pa.date32())


def due_between(first: date, last: date, sku: str = "") -> list[RunOutView]:
    """Give what runs out from `first` to `last`, of one product or of all."""
    rows = RunOut.objects.filter(runs_out_on__gte=first, runs_out_on__lte=last)
    if sku:
        rows = rows.filter(sku=sku)
    return [RunOutView(*row) for row in rows.order_by("runs_out_on", "id").values_list(*_COLUMNS)]


def has_any(sku: str = "") -> bool:
    """Tell whether anything runs out, of one product or of all."""
    rows = RunOut.objects.filter(sku=sku) if sku else RunOut.objects
    return rows.exists()


def of_customers(customer_ids: Iterable[int]) -> list[RunOutView]:
    """Give what runs out for these people, the first to run out first."""
    rows = RunOut.objects.filter(customer_id__in=list(customer_ids)).order_by("runs_out_on", "sku")
    return [RunOutView(*row) for row in rows.values_list(*_COLUMNS)]


def export_person(customer_ids: Iterable[int]) -> Documents:
    """Give a person's rows as documents."""
    return as_documents(RunOut.objects.filter(customer_id__in=list(customer_ids)).values())


def forget(customer_ids: Iterable[int]) -> int:
    """Remove a person's rows; how many."""
    return RunOut.objects.filter(customer_id__in=list(customer_ids)).delete()[0]
