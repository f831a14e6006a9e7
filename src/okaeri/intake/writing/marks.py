"""Up to when each source has told: a small row that moves on with what is stored, and never back."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from django.db import connection

from okaeri.intake.models import SourceMark
from okaeri.intake.writing.rows import instants

_TABLE = SourceMark._meta.db_table


def note_newest(subject: str, newest: Mapping[str, Any]) -> None:
    """Move marks on, in the open transaction; `newest` is source -> instant in the database's form."""
    latest = "GREATEST" if connection.vendor == "postgresql" else "MAX"
    sql = (
        f'INSERT INTO "{_TABLE}" (source, subject, newest_at) VALUES (%s, %s, %s) '  # noqa: S608
        f"ON CONFLICT (source, subject) DO UPDATE SET newest_at = "
        f'{latest}("{_TABLE}".newest_at, excluded.newest_at)'
    )
    with connection.cursor() as cursor:
        # In one order, so that two writers never wait for each other.
        for source in sorted(newest):
            cursor.execute(sql, [source, subject, newest[source]])


class OrderMarks:
    """Gathers the newest order of each source, batch by batch."""

    def __init__(self) -> None:
        self._newest: dict[str, Any] = {}

    def add(self, batch: pa.RecordBatch) -> None:
        """Look at one batch of orders."""
        table = pa.table({"source": batch["source"], "at": batch["ordered_at"]})
        found = table.group_by("source").aggregate([("at", "max")]).combine_chunks()
        texts = instants(found["at_max"])
        for source, at in zip(found["source"].to_pylist(), texts, strict=True):
            self._newest[source] = max(at, self._newest.get(source, at))

    def store(self) -> None:
        """Write them."""
        note_newest(SourceMark.Subject.ORDER, self._newest)
