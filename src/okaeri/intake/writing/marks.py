"""Up to when each source has told: a small row that moves on with what is stored, and never back."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db import connection

from okaeri.foundation import clock
from okaeri.foundation.bulk import instant_form
from okaeri.intake.models import SourceMark
from okaeri.intake.writing.rows import instants

_TABLE = SourceMark._meta.db_table


def note_newest(subject: str, newest: Mapping[str, Any]) -> None:
    """Move marks on, in the open transaction; `newest` is source -> instant in the database's form.

    That something came now is noted with it, and how long the source was silent before.
    """
    latest = "GREATEST" if connection.vendor == "postgresql" else "MAX"
    sql = (
        f'INSERT INTO "{_TABLE}" AS mark (source, subject, newest_at, arrived_at, arrived_day) '  # noqa: S608
        f"VALUES (%s, %s, %s, %s, %s) ON CONFLICT (source, subject) DO UPDATE SET "
        f"newest_at = {latest}(mark.newest_at, excluded.newest_at), "
        f"arrived_at = {latest}(COALESCE(mark.arrived_at, excluded.arrived_at), excluded.arrived_at), "
        f"arrived_day = "
        f"{latest}(COALESCE(mark.arrived_day, excluded.arrived_day), excluded.arrived_day), "
        f"rhythm_days = CASE WHEN excluded.arrived_day > mark.arrived_day THEN COALESCE("
        f"mark.rhythm_days + (excluded.arrived_day - mark.arrived_day - mark.rhythm_days) / 4.0, "
        f"excluded.arrived_day - mark.arrived_day) ELSE mark.rhythm_days END"
    )
    now = clock.now()
    arrived = (instant_form()(now), now.toordinal())
    with connection.cursor() as cursor:
        # In one order, so that two writers never wait for each other.
        for source in sorted(newest):
            cursor.execute(sql, [source, subject, newest[source], *arrived])


def note_told(subject: str, newest: Iterable[tuple[str, datetime]]) -> None:
    """Move the marks of several things on; each is a source and when the thing was."""
    stored, marks = instant_form(), dict[str, datetime]()
    for source, at in newest:
        marks[source] = max(at, marks.get(source, at))
    note_newest(subject, {source: stored(at) for source, at in marks.items()})


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
