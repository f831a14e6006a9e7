"""One row of predictions per buyer: bulk replacement, reading, lists in an order."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from typing import Any

import pyarrow as pa
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from pyroaring import BitMap64

from okaeri.foundation.bulk import driver_values, indexes_afterwards, insert_columns
from okaeri.foundation.personal import Documents, as_documents
from okaeri.foundation.settings import load
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.models import CustomerInsight, CustomerPrediction
from okaeri.insight.prediction_types import CustomerPredictionView, PredictionPage

COLUMNS = tuple(field.name for field in CustomerPrediction._meta.concrete_fields)
_TABLE = CustomerPrediction._meta.db_table
_PAGE = 10_000
# From so many rows on it pays to build the indexes anew.
_MANY = 20_000
# Up to so many the database sorts alone; of more it reads everybody in the order of the list.
_FEW = 10_000
_ORDERS = {
    "importance": ("-priority", "customer_id"),
    "overdue": ("-value_365_minor", "customer_id"),
    "valuable": ("-value_365_minor", "customer_id"),
}


def replace_all(rows: pa.Table) -> None:
    """Put new rows (every column of `COLUMNS`, JSON as text) in the place of all old ones.

    Inside the open transaction; readers see the old ones until it ends.
    """
    with indexes_afterwards(_TABLE) if len(rows) >= _MANY else nullcontext():
        with connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{_TABLE}"')  # noqa: S608 - our own table
        for batch in rows.to_batches(_PAGE):
            columns = {name: driver_values(batch.column(name)) for name in COLUMNS}
            insert_columns(_TABLE, columns)


def views(customer_ids: Iterable[int]) -> dict[int, CustomerPredictionView]:
    """Give id → what is foretold of him, as of the last refresh; buyers only."""
    rows = CustomerPrediction.objects.filter(customer_id__in=list(customer_ids))
    return {row[0]: CustomerPredictionView(*row) for row in rows.values_list(*COLUMNS)}


def iter_columns(names: Sequence[str]) -> Iterator[dict[str, list[Any]]]:
    """Give everybody's rows in pages, each as column name → values."""
    rows = CustomerPrediction.objects.values_list(*names).iterator(chunk_size=_PAGE)
    while page := list(islice(rows, _PAGE)):
        yield {name: [row[place] for row in page] for place, name in enumerate(names)}


def overdue(offset: int, limit: int) -> PredictionPage:
    """Give who is past his usual interval (`CycleRules`) and not lapsed, by value to come."""
    return _page(_overdue(), offset, limit)


def _overdue() -> QuerySet[CustomerPrediction]:
    # Asked of each late one: a list of all who are active would be gone through one by one.
    active = CustomerInsight.objects.filter(customer_id=OuterRef("customer_id"), is_lapsed=False)
    bar = load(CycleRules).overdue_ratio
    late = CustomerPrediction.objects.filter(overdue_ratio__gt=bar)
    return late.filter(Exists(active)).order_by(*_ORDERS["overdue"])


def to_call(importance: float, risk: float, offset: int, limit: int) -> PredictionPage:
    """Give who reaches both bars, by priority."""
    return _page(_to_call(importance, risk), offset, limit)


def _to_call(importance: float, risk: float) -> QuerySet[CustomerPrediction]:
    rows = CustomerPrediction.objects.filter(importance__gte=importance, lapse_risk__gte=risk)
    return rows.order_by(*_ORDERS["importance"])


def most_valuable(offset: int, limit: int) -> PredictionPage:
    """Give everybody by value to come."""
    return _page(_most_valuable(), offset, limit)


def _most_valuable() -> QuerySet[CustomerPrediction]:
    return CustomerPrediction.objects.order_by(*_ORDERS["valuable"])


def iter_lists(importance: float, risk: float) -> dict[str, Iterator[int]]:
    """Give the people of each list in its order, read as they are asked for."""
    lists = {
        "importance": _to_call(importance, risk),
        "overdue": _overdue(),
        "valuable": _most_valuable(),
    }
    return {
        name: rows.values_list("customer_id", flat=True).iterator(chunk_size=_PAGE)
        for name, rows in lists.items()
    }


def iter_among(name: str, members: BitMap64) -> Iterator[int]:
    """Give these people in the order of a list, read as they are asked for."""
    rows = CustomerPrediction.objects.order_by(*_ORDERS[name])
    if len(members) <= _FEW:
        rows = rows.filter(customer_id__in=list(members))
    ids = rows.values_list("customer_id", flat=True).iterator(chunk_size=_PAGE)
    return (number for number in ids if number in members)


def _page(rows: QuerySet[CustomerPrediction], offset: int, limit: int) -> PredictionPage:
    ordered = rows.values_list(*COLUMNS)
    found = ordered[max(offset, 0) : max(offset, 0) + max(limit, 0)]
    return PredictionPage(tuple(CustomerPredictionView(*row) for row in found), rows.count())


def export_person(customer_ids: Iterable[int]) -> dict[str, Documents]:
    """Give what is foretold of a person."""
    mine = CustomerPrediction.objects.filter(customer_id__in=list(customer_ids))
    return {"predictions": as_documents(mine.values())}


def forget(customer_ids: Iterable[int]) -> int:
    """Take a person's predictions away; gives how many rows."""
    return CustomerPrediction.objects.filter(customer_id__in=list(customer_ids)).delete()[0]
