"""One large file read by two processes: this one reads the first half, a child the second.

The child writes its half as Parquet and a small JSON document; here both become one. Where the
halves cannot be told apart (an order has rows in both, a cell spans the cut) the caller reads the
file again as a whole, which is always right.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from okaeri.foundation.text import Text
from okaeri.intake.connectors import choose
from okaeri.intake.files.cutting import cut_in_two
from okaeri.intake.files.rows import NotARecordEndError, Part, TextFile
from okaeri.intake.staging.sink import Sink, patch
from okaeri.intake.staging.stager import OrderStager
from okaeri.intake.types import RejectedRowView

_RESULT = "half.json"
# The child opens no database; types of settings stand beside the table they are kept in.
_LAUNCH = (
    "import django; from django.conf import settings;"
    "settings.configure(INSTALLED_APPS=['okaeri.foundation']); django.setup();"
    "from okaeri.intake.staging import halves; halves.run_child()"
)
_ROWS = 20_000


class InseparableError(Exception):
    """The file has to be read as a whole."""


class Halves:
    """A file whose second half a child process reads."""

    def __init__(
        self,
        file: TextFile,
        stager: OrderStager,
        parts: tuple[Part, Part],
        folder: Path,
        mapping: Mapping[str, str],
    ) -> None:
        self._file, self._stager, self._part = file, stager, parts[0]
        self._folder = folder / "second"
        self._folder.mkdir()
        task = {
            "path": str(file.path), "encoding": file.encoding, "delimiter": file.delimiter,
            "header": file.header, "start": parts[1].start, "lines": parts[1].lines,
            "folder": str(self._folder), "connector": stager.connector.key,
            "mapping": dict(mapping), "currency": stager.currency, "zone": stager.zone.key,
        }  # fmt: skip
        self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and words
            [sys.executable, "-c", _LAUNCH],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        assert self._child.stdin is not None
        with self._child.stdin as stream:
            stream.write(json.dumps(task).encode())

    def read(self, sink: Sink, progress: Callable[[int, int], None] | None) -> None:
        """Read the first half into `sink`, then what the child has read of the second."""
        report = None
        if progress:
            size = self._file.size
            half = self._part.end or size
            report = lambda done, _: progress(min(size, size * done // half), size)  # noqa: E731
        try:
            for cells, numbers in self._file.chunks(report, self._part):
                sink.take(self._stager, self._stager.feed(cells, numbers))
            sink.take(self._stager, self._stager.finish())
        except NotARecordEndError as error:
            raise InseparableError from error
        if self._child.wait():
            raise InseparableError
        self._join(sink, json.loads((self._folder / _RESULT).read_text()))

    def end(self) -> None:
        """Stop the child if it still runs."""
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait()

    def _join(self, sink: Sink, half: Mapping[str, Any]) -> None:
        stager = self._stager
        rejected = [
            RejectedRowView(line, code, Text.from_json(reason), tuple(raw))
            for line, code, reason, raw in half["rejected"]
        ]
        is_complete = len(rejected) == half["rows_rejected"] and not half["dropped"]
        if not is_complete or any(stager.has_order(row.raw) for row in rejected):
            raise InseparableError
        for batch in self._batches("orders", ["order_no"]):
            if not stager.has_none_of(batch["order_no"].to_pylist()):
                raise InseparableError
        shift = stager.ref_count
        parties = self._join_parties(sink)
        for batch in self._batches("orders"):
            numbers = parties.take(batch["party_no"])
            sink.append("orders", _with(_shifted(batch, shift), "party_no", numbers))
        for batch in self._batches("lines"):
            sink.append("lines", _shifted(batch, shift))
        stager.rows += half["rows"]
        stager.orders += half["orders"]
        stager.rejections.extend(rejected)

    def _batches(self, name: str, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        with pq.ParquetFile(self._folder / f"{name}.parquet") as file:
            yield from file.iter_batches(batch_size=_ROWS, columns=columns)

    def _join_parties(self, sink: Sink) -> pa.Array:
        """Give our party number by the child's; contacts we have not seen join ours."""
        ours: list[pa.Array] = []
        for batch in self._batches("parties"):
            numbers, fresh = self._stager.parties.adopt(batch["fingerprint"].to_pylist())
            ours.append(pa.array(numbers, pa.int64()))
            joined = _with(batch, "party_no", ours[-1]).take(pa.array(fresh, pa.int64()))
            sink.append("parties", joined)
        return pa.concat_arrays(ours) if ours else pa.array([], pa.int64())


def _shifted(batch: pa.RecordBatch, shift: int) -> pa.RecordBatch:
    return _with(batch, "order_ref", pc.add(batch["order_ref"], shift))


def _with(batch: pa.RecordBatch, name: str, values: pa.Array) -> pa.RecordBatch:
    return batch.set_column(batch.schema.get_field_index(name), name, values)


def stage_second_half(task: Mapping[str, Any]) -> None:
    """Read one half into the task's folder (the child's work)."""
    folder = Path(task["folder"])
    file = TextFile.known(Path(task["path"]), task["encoding"], task["delimiter"], task["header"])
    chosen = choose(file.header, task["connector"], task["mapping"])
    stager = OrderStager(chosen, file.header, task["currency"], ZoneInfo(task["zone"]))
    sink = Sink(folder)
    try:
        for cells, numbers in file.chunks(None, Part(task["start"], None, task["lines"])):
            sink.take(stager, stager.feed(cells, numbers))
        sink.take(stager, stager.finish())
    finally:
        sink.close()
    patch(sink, stager)
    result = {
        "rows": stager.rows,
        "orders": stager.orders,
        "dropped": len(stager.dropped),
        "rows_rejected": stager.rejections.count,
        "rejected": [
            (row.line_no, row.code, row.reason.as_json(), row.raw) for row in stager.rejections.kept
        ],
    }
    (folder / _RESULT).write_text(json.dumps(result))


def plan(file: TextFile, stager: OrderStager) -> tuple[Part, Part] | None:
    """Give the two parts, None where one process should read the file."""
    if (os.cpu_count() or 1) < 2 or not getattr(stager.zone, "key", None):
        return None
    return cut_in_two(file, stager.fields["order_no"][0])


def run_child() -> None:
    """Do the task on standard input."""
    stage_second_half(json.loads(sys.stdin.buffer.read()))
