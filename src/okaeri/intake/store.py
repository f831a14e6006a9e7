"""Every read and small write of intake's tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.models import Sequence as Counter
from okaeri.foundation.sequences import next_numbers
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.intake.counting import columns_by, record_columns
from okaeri.intake.counting_types import CountingRules
from okaeri.intake.domain.discounts import codes_in
from okaeri.intake.files.rows import header_fingerprint
from okaeri.intake.models import (
    ColumnMapping,
    ImportRun,
    Order,
    OrderLine,
    Party,
    Product,
    RejectedRow,
    SourceMark,
)
from okaeri.intake.types import (
    ImportResult,
    LineRecord,
    MappingView,
    OrderRecord,
    PartyRecord,
    ProductIn,
    RejectedRowView,
)
from okaeri.intake.writing import CHANGES
from okaeri.intake.writing.rows import as_instant

_BATCH = 50_000
_NO_RUN = Text("その取り込みは見つかりません。", "There is no such import.")
_PARTY = PartyRecord.__dataclass_fields__
_LINE = LineRecord.__dataclass_fields__
_PRODUCT = ProductIn.__dataclass_fields__


# ---- import runs -------------------------------------------------------------------------------


def run_view(run: ImportRun) -> ImportResult:
    """Give a run as others may see it."""
    return ImportResult(
        run_id=run.id,
        filename=run.filename,
        connector=run.connector,
        encoding=run.encoding,
        status=run.status,
        error=Text.from_json(run.error) if run.error else None,
        rows=run.rows,
        orders_new=run.orders_new,
        orders_updated=run.orders_updated,
        orders_unchanged=run.orders_unchanged,
        rows_rejected=run.rows_rejected,
        created_at=run.created_at,
        finished_at=run.finished_at,
    )


def get_run(run_id: int) -> ImportRun:
    """Give a run or raise NotFoundError."""
    run = ImportRun.objects.filter(id=run_id).first()
    if run is None:
        raise NotFoundError(_NO_RUN)
    return run


def iter_rejected(run_id: int) -> Iterator[RejectedRowView]:
    """Give the rows an import could not use, in the file's order (the first 10,000)."""
    rows = RejectedRow.objects.filter(run_id=run_id).order_by("line_no", "id")
    for line_no, code, reason, raw in rows.values_list(
        "line_no", "code", "reason", "raw"
    ).iterator():
        yield RejectedRowView(line_no, code, Text.from_json(reason), tuple(raw))


def find_mapping(header: Sequence[str]) -> ColumnMapping | None:
    """Give the newest saved mapping for this layout."""
    key = header_fingerprint(header)
    return ColumnMapping.objects.filter(header_fingerprint=key).order_by("-created_at").first()


def list_mapping_views() -> list[MappingView]:
    """Give all saved mappings by name."""
    return [
        MappingView(row.name, row.header_fingerprint, row.columns, row.created_at)
        for row in ColumnMapping.objects.order_by("name")
    ]


# ---- records for other stations ----------------------------------------------------------------


def parties_after(change_no: int, limit: int) -> list[PartyRecord]:
    """Give at most `limit` contacts behind a change number, in the order of change."""
    columns = ", ".join(f'"{name}"' for name in _PARTY)
    sql = (
        f'SELECT {columns} FROM "{Party._meta.db_table}" '  # noqa: S608 - own names
        'WHERE "change_no" > %s ORDER BY "change_no" LIMIT %s'
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [change_no, limit])
        return [_party(*row) for row in cursor.fetchall()]


def _party(*row: Any) -> PartyRecord:  # noqa: ANN401 - what the driver gives
    """Read a row at a fifth of what Django's converters take; identity reads every contact."""
    birth_on, opt_in, seen_at, known_at, number = row[-5:]
    born = date.fromisoformat(birth_on) if isinstance(birth_on, str) else birth_on
    agrees = None if opt_in is None else bool(opt_in)
    instants = as_instant(seen_at), as_instant(known_at)
    return PartyRecord(*(*row[:-5], born, agrees, *instants, number))


def has_reachable(source: str) -> bool:
    """Tell whether anybody of a source's orders has an address, a telephone or a LINE id."""
    marks = SourceMark.objects.filter(source=source, subject=SourceMark.Subject.ORDER)
    nobody = {"email_key": "", "phone_key": "", "line_user_id": ""}
    return marks.exists() and Party.objects.filter(source=source).exclude(**nobody).exists()


def extra_of_parties(party_ids: Iterable[int]) -> list[tuple[str, Mapping[str, str]]]:
    """Give (source, unknown columns of its file) of these contacts that have any, newest last."""
    found: list[tuple[str, Mapping[str, str]]] = []
    for ids in _pages(sorted(set(party_ids))):
        rows = Party.objects.filter(id__in=ids).exclude(extra={}).order_by("seen_at", "id")
        found += rows.values_list("source", "extra")
    return found


def orders_after(change_no: int, limit: int) -> list[OrderRecord]:
    """Give at most `limit` orders behind a change number, in the order of change."""
    rows = Order.objects.filter(change_no__gt=change_no).order_by("change_no")[:limit]
    return [OrderRecord(*row) for row in rows.values_list(*record_columns())]


def orders_of_parties(party_ids: Iterable[int]) -> list[OrderRecord]:
    """Give the orders of these contacts, oldest first."""
    found: list[OrderRecord] = []
    columns = record_columns()
    for ids in _pages(sorted(set(party_ids))):
        rows = Order.objects.filter(party_id__in=ids)
        found += [OrderRecord(*row) for row in rows.values_list(*columns)]
    return sorted(found, key=lambda order: (order.ordered_at, order.id))


def orders_by_no(order_no: str, limit: int = 20) -> list[OrderRecord]:
    """Give orders with exactly this number, of any source, newest first."""
    rows = Order.objects.filter(order_no=order_no.strip())
    newest = rows.order_by("-ordered_at", "-id")[:limit]
    return [OrderRecord(*row) for row in newest.values_list(*record_columns())]


def coupon_codes_of(order_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Give order → the coupon codes it names, as its source wrote them; orders without are left out."""
    found: dict[int, tuple[str, ...]] = {}
    for ids in _pages(sorted(set(order_ids))):
        for order_id, extra in Order.objects.filter(id__in=ids).values_list("id", "extra"):
            codes = codes_in(extra) if isinstance(extra, dict) and extra else ()
            if codes:
                found[order_id] = codes
    return found


def lines_of(order_ids: Iterable[int]) -> dict[int, list[LineRecord]]:
    """Give order id → its lines; an order without lines has an empty list."""
    wanted = sorted(set(order_ids))
    found: dict[int, list[LineRecord]] = {order_id: [] for order_id in wanted}
    for ids in _pages(wanted):
        rows = OrderLine.objects.filter(order_id__in=ids).order_by("order_id", "line_no")
        for row in rows.values_list(*_LINE):
            found[row[0]].append(LineRecord(*row))
    return found


def products(skus: Iterable[str] | None = None) -> dict[str, ProductIn]:
    """Give sku → product, of all or of the named ones."""
    rows = Product.objects.all()
    if skus is None:
        return {row[0]: ProductIn(*row) for row in rows.values_list(*_PRODUCT)}
    found = {}
    for page in _pages(sorted(set(skus))):
        for row in rows.filter(sku__in=page).values_list(*_PRODUCT):
            found[row[0]] = ProductIn(*row)
    return found


def _pages(values: Sequence[Any], size: int = 500) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


# ---- changes -----------------------------------------------------------------------------------


def touch_orders(party_ids: Iterable[int]) -> None:
    """Give the orders of these contacts new change numbers, in the open transaction."""
    next_numbers(CHANGES, 0)
    for ids in _pages(sorted(set(party_ids))):
        orders = list(
            Order.objects.filter(party_id__in=ids)
            .order_by("change_no")
            .values_list("id", flat=True)
        )
        numbers = next_numbers(CHANGES, len(orders))
        table = Order._meta.db_table
        with connection.cursor() as cursor:
            cursor.executemany(
                f'UPDATE "{table}" SET "change_no" = %s WHERE "id" = %s',  # noqa: S608 - own name
                list(zip(numbers, orders, strict=True)),
            )


def latest_change() -> int:
    """Give the highest change number given out so far (0 in an empty shop)."""
    return Counter.objects.filter(name=CHANGES).values_list("value", flat=True).first() or 0


def write_products(
    given: Iterable[ProductIn], extra: Mapping[str, Mapping[str, str]] | None = None
) -> list[ProductIn]:
    """Store new and changed products in the open transaction; gives those.

    `extra` (code → unknown columns of its file) replaces what is kept; it changes no figure, so such
    a product does not count as changed.
    """
    next_numbers(CHANGES, 0)
    latest = {product.sku: product for product in given}
    known = products(latest)
    changed = [product for sku, product in latest.items() if known.get(sku) != product]
    if any(not product.sku.strip() for product in changed):
        raise InputError(Text("商品コードがありません。", "A product has no code."))
    numbers = next_numbers(CHANGES, len(changed))
    rows = [
        Product(**{name: getattr(product, name) for name in _PRODUCT}, change_no=number)
        for product, number in zip(changed, numbers, strict=True)
    ]
    Product.objects.bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["sku"],
        update_fields=[name for name in _PRODUCT if name != "sku"] + ["change_no"],
    )
    _replace_extra(extra or {})
    return changed


def _replace_extra(extra: Mapping[str, Mapping[str, str]]) -> None:
    for skus in _pages(sorted(extra)):
        rows = list(Product.objects.filter(sku__in=skus).only("id", "sku", "extra"))
        other = [row for row in rows if row.extra != extra[row.sku]]
        for row in other:
            row.extra = dict(extra[row.sku])
        Product.objects.bulk_update(other, ["extra"])


# ---- bulk reading ------------------------------------------------------------------------------

_INT, _TEXT, _BOOL = pa.int64(), pa.string(), pa.bool_()
ORDER_BATCH = pa.schema(
    [
        ("order_id", _INT), ("party_id", _INT), ("source", _TEXT), ("order_no", _TEXT),
        ("ordered_at", pa.timestamp("us")), ("ordered_on", pa.date32()), ("is_purchase", _BOOL),
        ("is_trial", _BOOL), ("net_minor", _INT), ("margin_minor", _INT), ("discount_minor", _INT),
        ("media_code", _TEXT), ("subscription_no", _TEXT), ("delivery_no", _INT),
        ("shipped_on", pa.date32()), ("delivered_on", pa.date32()), ("ordered_hour", _INT), ("change_no", _INT),
    ]
)  # fmt: skip
LINE_BATCH = pa.schema(
    [
        ("order_id", _INT), ("line_no", _INT), ("sku", _TEXT), ("product_name", _TEXT),
        ("quantity", _INT), ("amount_minor", _INT), ("change_no", _INT),
    ]
)  # fmt: skip


def order_batches(after: int) -> Iterator[pa.RecordBatch]:
    """Give orders behind a change number as Arrow, in the order of change, by `CountingRules`."""
    stored = ORDER_BATCH.remove(ORDER_BATCH.get_field_index("ordered_hour"))
    chosen = {"order_id": '"id"', **columns_by(load(CountingRules))}
    columns = ", ".join(chosen.get(name, f'"{name}"') for name in stored.names)
    sql = (
        f'SELECT {columns} FROM "{Order._meta.db_table}" '  # noqa: S608 - own names
        'WHERE "change_no" > %s AND "change_no" <= %s ORDER BY "change_no"'
    )
    zone = load(ShopProfile).time_zone
    for batch in paged_batches(sql, after, latest_change(), stored):
        yield _with_hour(batch, zone)


def _with_hour(batch: pa.RecordBatch, zone: str) -> pa.RecordBatch:
    """Add ordered_hour, the hour (0..23) on the shop's clock, which an engine cannot know."""
    there = pc.assume_timezone(batch["ordered_at"], "UTC").cast(pa.timestamp("us", zone))
    columns = [*batch.columns[:-1], pc.hour(there), batch.columns[-1]]
    return pa.RecordBatch.from_arrays(columns, schema=ORDER_BATCH)


def line_batches(after: int) -> Iterator[pa.RecordBatch]:
    """Give the lines of orders behind a change number as Arrow, with the order's change number."""
    sql = (
        f'SELECT o."id", l."line_no", l."sku", l."product_name", l."quantity", l."amount_minor", '  # noqa: S608
        f'o."change_no" FROM (SELECT "id", "change_no" FROM "{Order._meta.db_table}" '
        'WHERE "change_no" > %s AND "change_no" <= %s ) o '
        f'JOIN "{OrderLine._meta.db_table}" l ON l."order_id" = o."id" '
        'ORDER BY o."change_no", l."line_no"'
    )
    return paged_batches(sql, after, latest_change(), LINE_BATCH)


def paged_batches(sql: str, after: int, latest: int, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Page by change number: every page is a statement of its own, so no reader blocks a writer."""
    while after < latest:
        end = after + _BATCH
        with connection.cursor() as cursor:
            cursor.execute(sql, [after, min(end, latest)])
            rows = cursor.fetchall()
        if rows:
            yield _to_arrow(rows, schema)
        after = end


def _to_arrow(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True))
    arrays = [_column(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """SQLite gives instants and days as text and flags as 0 and 1; PostgreSQL gives them as such."""
    some = next((value for value in values if value is not None), None)
    if isinstance(some, str) and not pa.types.is_string(kind):
        return pa.array(values, pa.string()).cast(kind)
    if isinstance(some, datetime) and some.tzinfo:
        values = [value.astimezone(UTC).replace(tzinfo=None) for value in values]
    if pa.types.is_boolean(kind) and some is not None:
        values = [bool(value) for value in values]
    return pa.array(values, kind)


def as_rejected(run_id: int, rows: Iterable[RejectedRowView]) -> Iterator[RejectedRow]:
    """Give rejected rows as they are stored."""
    for row in rows:
        yield RejectedRow(
            run_id=run_id,
            line_no=row.line_no,
            code=row.code,
            reason=row.reason.as_json(),
            raw=list(row.raw),
        )


def save_mapping_row(
    name: str, header: Sequence[str], columns: Mapping[str, str], now: datetime
) -> None:
    """Store a mapping under its name; the same name again replaces it."""
    ColumnMapping.objects.update_or_create(
        name=name,
        defaults={
            "header_fingerprint": header_fingerprint(header),
            "columns": dict(columns),
            "created_at": now,
        },
    )
