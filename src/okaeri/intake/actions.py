"""Use cases of intake: a file in, a live order in, a job in. One short transaction each."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection, transaction

from okaeri.foundation import clock
from okaeri.foundation.bulk import without_collector
from okaeri.foundation.cells import guard_cell
from okaeri.foundation.errors import InputError, OkaeriError
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.foundation.work.jobs import JobContext, submit_job
from okaeri.intake import record_files, store
from okaeri.intake.connectors import CONNECTORS, check_mapping, recognise
from okaeri.intake.live import stage_orders
from okaeri.intake.models import ImportRun, RejectedRow, SourceMark
from okaeri.intake.records.everything import record_all
from okaeri.intake.staging import staging_files
from okaeri.intake.types import FileLayout, ImportResult, OrderIn, ProductIn, StagedFile
from okaeri.intake.writing import (
    Counts,
    Staged,
    add_late_costs,
    count_deliveries,
    mark_orders,
    write,
)
from okaeri.intake.writing.marks import note_told

JOB_KIND = "import"
Progress = Callable[[int, int], None]
_READ_ROWS = 20_000
_LISTS = {"customers": SourceMark.Subject.CUSTOMER, "products": SourceMark.Subject.PRODUCT}
_UNREADABLE = Text(
    "ファイル {name} を読めません。場所と権限を確認してください。",
    "The file {name} cannot be read; check its place and permissions.",
)
_UNEXPECTED = Text(
    "思わぬエラーで取り込みが止まりました。何も取り込まれていません。サーバーの記録を確認してください。",
    "The import stopped on an unexpected error and stored nothing; see the server's log.",
)


def detect(path: Path) -> FileLayout:
    """Say what a file is: encoding, delimiter, header, connector or saved mapping, 20 rows.

    A mapping that somebody saved for it goes before any connector. Raises InputError for a file that
    is empty, binary, broken, or mixes encodings.
    """
    file = staging_files.open_text(path)
    saved = store.find_mapping(file.header)
    connector = "mapped" if saved else recognise(file.header)
    return staging_files.layout_of(file, connector, saved.name if saved else "")


def import_now(
    path: Path,
    *,
    filename: str = "",
    connector: str = "",
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> ImportResult:
    """Import a file whole or not at all; the same file again changes nothing.

    Raises InputError (also kept in the run) where the file cannot be read.
    """
    run = ImportRun.objects.create(
        filename=(filename or path.name)[:255],
        sha256="",
        connector=connector,
        mapping=dict(mapping or {}),
        created_at=clock.now(),
    )
    return perform(run, path, progress)


def submit(
    path: Path, *, filename: str, connector: str = "", mapping: Mapping[str, str] | None = None
) -> int:
    """Queue an import and give the job's id; an upload under `<data>/uploads` goes when done."""
    with transaction.atomic():
        run = ImportRun.objects.create(
            filename=(filename or path.name)[:255],
            stored_path=str(path),
            sha256="",
            connector=connector,
            mapping=dict(mapping or {}),
            created_at=clock.now(),
        )
        return submit_job(JOB_KIND, {"run_id": run.id})


def run_job(context: JobContext) -> dict[str, object]:
    """Do one queued import (the handler of jobs of kind `JOB_KIND`).

    Safe to run twice, because a file twice changes nothing.
    """
    run = store.get_run(int(context.payload["run_id"]))
    path = Path(run.stored_path)
    if run.status != ImportRun.Status.DONE:
        perform(run, path, context.progress)
        _discard_upload(path)
    result = store.run_view(store.get_run(run.id))
    return {
        "run_id": result.run_id,
        "rows": result.rows,
        "orders_new": result.orders_new,
        "orders_updated": result.orders_updated,
        "orders_unchanged": result.orders_unchanged,
        "rows_rejected": result.rows_rejected,
    }


def _discard_upload(path: Path) -> None:
    """Uploads are copies of ours inside the data folder; files given by path are not ours."""
    uploads = Path(settings.OKAERI.data_dir) / "uploads"
    if path.resolve().is_relative_to(uploads):
        path.unlink(missing_ok=True)


def perform(run: ImportRun, path: Path, progress: Progress | None) -> ImportResult:
    """Read the file with no lock held, then store all of it in one transaction.

    1. Parquet in a temporary folder, rejected rows counted; the database is not touched.
    2. One transaction: contacts, orders, lines, rejected rows, and the run's own result.
    3. On any error the run is marked failed in a transaction of its own, and nothing else stands.
    """
    ImportRun.objects.filter(id=run.id).update(status=ImportRun.Status.RUNNING)
    staged: StagedFile | None = None
    try:
        mapping = _mapping_of(run, path)
        if record_files.holds_records(path, run.connector, mapping):
            _store_records(run, path, mapping)
            return store.run_view(store.get_run(run.id))
        staged = _stage(run, path, mapping, progress)
        # Hashing lets go of the interpreter, so it costs the writing next to nothing.
        with (
            ThreadPoolExecutor(1) as beside,
            without_collector(),
            # Rows refer only to ids that this transaction, alone in writing, gave or found itself.
            connection.constraint_checks_disabled(),
            transaction.atomic(),
        ):
            sha256 = beside.submit(_sha256, path)
            counts = write(_readable(staged), clock.now(), _second_half(staged, path, progress))
            if CONNECTORS[staged.layout.connector].counts_deliveries:
                count_deliveries(staged.layout.connector)
            if staged.products_path:
                _write_products(*_products_of(staged.products_path))
            _finish(run, staged, sha256.result(), counts)
    except OSError as error:
        reason = _UNREADABLE.format(name=path.name)
        _fail(run, reason)
        raise InputError(reason) from error
    except Exception as error:
        _fail(run, error.message if isinstance(error, OkaeriError) else _UNEXPECTED)
        raise
    finally:
        if staged is not None:
            staging_files.discard(staged)
    return store.run_view(store.get_run(run.id))


def _store_records(run: ImportRun, path: Path, mapping: Mapping[str, str]) -> None:
    """Store records other than orders; the counts of orders count these."""
    shop = load(ShopProfile)
    around = record_files.Surroundings(
        shop.currency, shop.zone, clock.now(), Path(run.filename).stem
    )
    found = record_files.read(path, run.connector, mapping, around)
    with transaction.atomic():
        kept = record_all(found.records)
        RejectedRow.objects.filter(run_id=run.id).delete()
        RejectedRow.objects.bulk_create(store.as_rejected(run.id, found.rejected), batch_size=1000)
        ImportRun.objects.filter(id=run.id).update(
            status=ImportRun.Status.DONE,
            sha256=_sha256(path),
            connector=found.kind,
            encoding=found.encoding,
            header=list(found.header),
            error=None,
            rows=found.rows,
            orders_new=kept.new,
            orders_updated=kept.updated,
            orders_unchanged=kept.unchanged + kept.stale,
            rows_rejected=found.rows_rejected,
            finished_at=clock.now(),
        )


def _mapping_of(run: ImportRun, path: Path) -> Mapping[str, str]:
    """Give the mapping a file is read with: the one given, or the one saved for this layout."""
    given: Mapping[str, str] = run.mapping
    return given or (_saved_mapping(path) if run.connector in ("", "mapped") else {})


def _stage(
    run: ImportRun, path: Path, mapping: Mapping[str, str], progress: Progress | None
) -> StagedFile:
    shop = load(ShopProfile)
    return staging_files.stage(
        path,
        connector=run.connector,
        mapping=mapping,
        currency=shop.currency,
        zone=shop.zone,
        progress=None if progress is None else lambda done, total: progress(done, 2 * total),
        folder=Path(settings.OKAERI.data_dir) / "staging",
    )


def _saved_mapping(path: Path) -> Mapping[str, str]:
    """Give the mapping that was saved for this layout, {} if none."""
    saved = store.find_mapping(staging_files.open_text(path).header)
    return saved.columns if saved else {}


def _readable(staged: StagedFile) -> Staged:
    def read(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(batch_size=_READ_ROWS, columns=columns)

    with pq.ParquetFile(staged.orders_path) as file:
        # Refs of orders left out late stay unused, so the highest ref decides.
        highest = staged.orders + staged.rows_rejected
        rows = file.metadata.num_rows
        said_until = _newest_order(file)
    return Staged(
        parties=read(staged.parties_path),
        orders=lambda: read(staged.orders_path),
        order_days=lambda: read(staged.orders_path, ("party_no", "ordered_at")),
        lines=lambda: read(staged.lines_path),
        order_count=max(rows, highest),
        said_until=said_until,
        source=staged.source,
    )


def _newest_order(file: pq.ParquetFile) -> datetime | None:
    """Give the instant of a file's newest order, None where it has none."""
    column = file.read(["ordered_at"])["ordered_at"]
    newest = pc.max(column).as_py()
    return None if newest is None else newest.replace(tzinfo=UTC)


def _second_half(
    staged: StagedFile, path: Path, progress: Progress | None
) -> Callable[[int], None] | None:
    if progress is None:
        return None
    size, stored = path.stat().st_size, 0

    def report(orders: int) -> None:
        nonlocal stored
        stored += orders
        progress(size + size * stored // max(staged.orders, 1), 2 * size)

    return report


def _finish(run: ImportRun, staged: StagedFile, sha256: str, counts: Counts) -> None:
    read_by, now = CONNECTORS[staged.layout.connector], clock.now()
    if read_by.kind in _LISTS:
        note_told(_LISTS[read_by.kind], [(read_by.stored_as, now)])
    # A run that is done twice (its worker died) keeps only the last list.
    RejectedRow.objects.filter(run_id=run.id).delete()
    RejectedRow.objects.bulk_create(store.as_rejected(run.id, staged.rejected), batch_size=1000)
    ImportRun.objects.filter(id=run.id).update(
        status=ImportRun.Status.DONE,
        sha256=sha256,
        connector=staged.layout.connector,
        encoding=staged.layout.encoding,
        header=list(staged.layout.header),
        error=None,
        rows=staged.rows,
        orders_new=counts.new,
        orders_updated=counts.updated,
        orders_unchanged=counts.unchanged,
        rows_rejected=staged.rows_rejected,
        finished_at=clock.now(),
    )


def _fail(run: ImportRun, reason: Text) -> None:
    ImportRun.objects.filter(id=run.id).update(
        status=ImportRun.Status.FAILED, error=reason.as_json(), finished_at=clock.now()
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def record_orders(orders: Iterable[OrderIn]) -> tuple[int, int, int]:
    """Store orders as they happen, all or none; gives (new, updated, unchanged).

    Raises InputError for an order without number, of another currency, or of an unknown status.
    """
    shop = load(ShopProfile)
    staged = stage_orders(orders, shop.currency, shop.zone)
    if not staged.order_count:
        return 0, 0, 0
    with transaction.atomic():
        counts = write(staged, clock.now(), None)
    return counts.new, counts.updated, counts.unchanged


def record_products(products: Iterable[ProductIn]) -> int:
    """Store products, all or none; gives how many were new or changed.

    Orders that waited for a cost get their margin; orders of what is a trial or a sample now (or no
    more) are marked so.
    """
    with transaction.atomic():
        return _write_products(list(products))


def _write_products(
    products: Sequence[ProductIn], extra: Mapping[str, Mapping[str, str]] | None = None
) -> int:
    known = store.products(product.sku for product in products)
    changed = store.write_products(products, extra)
    add_late_costs(product.sku for product in changed if product.cost_minor is not None)
    mark_orders(
        product.sku
        for product in changed
        if _marks(product) != _marks(known.get(product.sku, _NO_PRODUCT))
    )
    return len(changed)


_NO_PRODUCT = ProductIn("")


def _marks(product: ProductIn) -> tuple[bool, bool]:
    return product.is_trial, product.is_sample


def _products_of(path: Path) -> tuple[list[ProductIn], dict[str, dict[str, str]]]:
    """Read a staged products file; what it has no column for stays as it is stored.

    Gives the products, and code → the columns nobody knows.
    """
    rows = pq.read_table(path).to_pylist()
    extra = {row["sku"]: json.loads(row.pop("extra")) for row in rows}
    known = store.products(row["sku"] for row in rows)
    products = [replace(known.get(row["sku"], ProductIn(row["sku"])), **row) for row in rows]
    return products, extra


def save_mapping(name: str, header: Iterable[str], columns: Mapping[str, str]) -> None:
    """Keep a column mapping {our field: column name}; files with this header find it again.

    `@cancel_prefix`, `@date_order` and `@tax` are options (see `connectors.mapped`). Raises
    InputError for unknown or missing fields.
    """
    check_mapping(columns)
    store.save_mapping_row(name, tuple(header), columns, clock.now())


def write_rejected(run_id: int, stream: TextIO) -> int:
    """Write a run's rejected rows as CSV; gives how many."""
    run = store.get_run(run_id)
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(["行", "理由", "Reason", *map(_harmless, run.header)])
    count = 0
    for row in store.iter_rejected(run_id):
        writer.writerow([row.line_no, row.reason.ja, row.reason.en, *map(_harmless, row.raw)])
        count += 1
    return count


def _harmless(cell: str) -> str:
    """Guard a file's own cell; one that carries the mark already is read again as it was."""
    return cell if cell.startswith("'") else guard_cell(cell)
