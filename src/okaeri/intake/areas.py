"""The area of every order, for the warehouse: from its contact, or from the order itself."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from okaeri.intake.domain.areas import area_of
from okaeri.intake.files.rows import normal_header
from okaeri.intake.models import Order, Party
from okaeri.intake.store import latest_change, paged_batches
from okaeri.intake.writing.rows import chunks

AREA_BATCH = pa.schema(
    [
        ("order_id", pa.int64()),
        ("prefecture", pa.string()),
        ("postal3", pa.string()),
        ("change_no", pa.int64()),
    ]
)
_READ = pa.schema(
    [
        ("order_id", pa.int64()), ("postal_code", pa.string()), ("prefecture", pa.string()),
        ("extra", pa.string()), ("change_no", pa.int64()),
    ]
)  # fmt: skip
# Names of an order's own columns that say where it went, where no contact does (Amazon).
_POSTAL = tuple(map(normal_header, ("ship-postal-code", "郵便番号", "お届け先郵便番号")))
_STATE = tuple(map(normal_header, ("ship-state", "都道府県", "お届け先都道府県")))


def area_batches(after: int) -> Iterator[pa.RecordBatch]:
    """Give the area of each order behind a change number as Arrow, in the order of change."""
    order, party = Order._meta.db_table, Party._meta.db_table
    sql = (
        f'SELECT o."id", COALESCE(p."postal_code", \'\'), COALESCE(p."prefecture", \'\'), '  # noqa: S608
        f'CASE WHEN o."party_id" IS NULL THEN CAST(o."extra" AS TEXT) ELSE \'\' END, o."change_no" '
        f'FROM "{order}" o LEFT JOIN "{party}" p ON p."id" = o."party_id" '
        'WHERE o."change_no" > %s AND o."change_no" <= %s ORDER BY o."change_no"'
    )
    for batch in paged_batches(sql, after, latest_change(), _READ):
        yield _with_areas(batch)


def prefectures_of(party_ids: Iterable[int]) -> dict[int, str]:
    """Give contact → prefecture as its source or its postal code says; unknown ones are left out."""
    found: dict[int, str] = {}
    for ids in chunks(sorted(set(party_ids)), 500):
        rows = Party.objects.filter(id__in=ids)
        for party_id, code, name in rows.values_list("id", "postal_code", "prefecture"):
            if prefecture := area_of(code, name)[0]:
                found[party_id] = prefecture
    return found


def _with_areas(batch: pa.RecordBatch) -> pa.RecordBatch:
    places = zip(*(batch[name].to_pylist() for name in _READ.names[1:4]), strict=True)
    areas = [
        area_of(*(_of_extra(extra) if extra else (code, name))) for code, name, extra in places
    ]
    columns = [
        batch["order_id"],
        pa.array([name for name, _ in areas], pa.string()),
        pa.array([digits for _, digits in areas], pa.string()),
        batch["change_no"],
    ]
    return pa.RecordBatch.from_arrays(columns, schema=AREA_BATCH)


def _of_extra(text: str) -> tuple[str, str]:
    """Give postal code and prefecture of an order's own columns."""
    told = json.loads(text)
    if not isinstance(told, dict):
        return "", ""
    cells = {normal_header(str(name)): value for name, value in told.items()}
    return _first(cells, _POSTAL), _first(cells, _STATE)


def _first(cells: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((str(cells[name]) for name in names if cells.get(name)), "")
