"""A file read whole into Parquet in a temporary folder: orders, lines and contacts."""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

from okaeri.foundation import clock
from okaeri.foundation.bulk import without_collector
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake.connectors import choose
from okaeri.intake.connectors.connector import Connector
from okaeri.intake.files.rows import TextFile
from okaeri.intake.lists import CustomerList, ProductList
from okaeri.intake.staging import halves
from okaeri.intake.staging.sink import Sink, patch, product_table
from okaeri.intake.staging.stager import OrderStager
from okaeri.intake.types import FileLayout, StagedFile

Progress = Callable[[int, int], None]
_NOT_A_FILE = Text("ファイル {name} が見つかりません。", "There is no file {name}.")


def open_text(path: Path) -> TextFile:
    """Open a delimited file or say why it is none."""
    if not path.is_file():
        raise InputError(_NOT_A_FILE.format(name=path.name))
    return TextFile(path)


def layout_of(file: TextFile, connector: str, saved_mapping: str = "") -> FileLayout:
    """Say what a file was recognised as."""
    return FileLayout(
        encoding=file.encoding,
        delimiter=file.delimiter,
        header=file.header,
        connector=connector,
        saved_mapping=saved_mapping,
        sample=file.sample,
    )


def stage(
    path: Path,
    *,
    connector: str = "",
    mapping: Mapping[str, str] | None = None,
    currency: str = "JPY",
    zone: ZoneInfo,
    progress: Progress | None = None,
    folder: Path | None = None,
) -> StagedFile:
    """Read a file whole into Parquet in a temporary folder (inside `folder`); no database.

    `progress(done, total)` counts bytes. The caller discards the result with `discard_staged`.
    Raises InputError where the file cannot be read at all, and leaves no folder; single rows are
    rejected instead.
    """
    file = open_text(path)
    chosen = choose(file.header, connector, mapping)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="okaeri-stage-", dir=folder))
    if chosen.kind != "orders":
        return _stage_list(place, file, chosen, currency, zone, progress)
    reading = _Reading(file, chosen, mapping or {}, currency, zone, progress)
    try:
        with without_collector():
            try:
                return reading.in_two(place)
            except halves.InseparableError:
                shutil.rmtree(place)
                place.mkdir()
                return reading.whole(place)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def _stage_list(
    place: Path,
    file: TextFile,
    chosen: Connector,
    currency: str,
    zone: ZoneInfo,
    progress: Progress | None,
) -> StagedFile:
    products = place / "products.parquet"
    sink = Sink(place)
    try:
        if chosen.kind == "products":
            things = ProductList(chosen, file.header, currency)
            for cells, lines in file.chunks(progress):
                things.feed(cells, lines)
            pq.write_table(product_table(things.columns()), products)
            return _staged(file, chosen, sink, things, products)
        people = CustomerList(chosen, file.header, zone, clock.now())
        for cells, lines in file.chunks(progress):
            sink.write("parties", people.feed(cells, lines))
        return _staged(file, chosen, sink, people)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    finally:
        sink.close()


def _staged(
    file: TextFile,
    connector: Connector,
    sink: Sink,
    read: OrderStager | ProductList | CustomerList,
    products_path: Path | None = None,
) -> StagedFile:
    orders = read.orders - len(read.dropped) if isinstance(read, OrderStager) else 0
    return StagedFile(
        layout=layout_of(file, connector.key),
        folder=sink.folder,
        orders_path=sink.paths["orders"],
        lines_path=sink.paths["lines"],
        parties_path=sink.paths["parties"],
        rows=read.rows,
        orders=orders,
        rows_rejected=read.rejections.count,
        rejected=tuple(sorted(read.rejections.kept, key=lambda row: row.line_no)),
        source=connector.stored_as,
        products_path=products_path,
    )


def discard(staged: StagedFile) -> None:
    """Remove what `stage_file` wrote."""
    shutil.rmtree(staged.folder, ignore_errors=True)


class _Reading:
    """One file with everything that says how to read it."""

    def __init__(
        self,
        file: TextFile,
        connector: Connector,
        mapping: Mapping[str, str],
        currency: str,
        zone: ZoneInfo,
        progress: Progress | None,
    ) -> None:
        self._file, self._connector, self._mapping = file, connector, mapping
        self._currency, self._zone, self._progress = currency, zone, progress

    def in_two(self, folder: Path) -> StagedFile:
        """Read a large file with a second process; InseparableError where that cannot be."""
        stager = self._stager()
        parts = halves.plan(self._file, stager)
        if parts is None:
            return self.whole(folder)
        sink = Sink(folder)
        both = halves.Halves(self._file, stager, parts, folder, self._mapping)
        try:
            both.read(sink, self._progress)
        finally:
            both.end()
            sink.close()
        return self._finish(sink, stager)

    def whole(self, folder: Path) -> StagedFile:
        """Read the file from beginning to end."""
        stager, sink = self._stager(), Sink(folder)
        try:
            for cells, numbers in self._file.chunks(self._progress):
                sink.take(stager, stager.feed(cells, numbers))
            sink.take(stager, stager.finish())
        finally:
            sink.close()
        return self._finish(sink, stager)

    def _stager(self) -> OrderStager:
        return OrderStager(self._connector, self._file.header, self._currency, self._zone)

    def _finish(self, sink: Sink, stager: OrderStager) -> StagedFile:
        patch(sink, stager)
        if self._progress:
            self._progress(self._file.size, self._file.size)
        return _staged(self._file, self._connector, sink, stager)
