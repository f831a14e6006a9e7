"""The engine's reads and writes of walks: a thousand at a time, without an object per row."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from okaeri.foundation.bulk import bulk_insert, db_instant
from okaeri.plan.domain.advance import Taken
from okaeri.plan.domain.facts import Walk
from okaeri.plan.models import Decision, Enrolment, Journey
from okaeri.plan.store.rows import Claimed


def live_cursors() -> dict[int, int]:
    """Give live journey → up to which change number it has looked at orders."""
    live = Journey.objects.filter(status=Journey.Status.LIVE)
    return dict(live.values_list("id", "cursor"))


def has_due(journey_ids: Iterable[int], now: datetime) -> bool:
    """Tell whether any walk is due, without taking a lock."""
    return Enrolment.objects.filter(
        state=Enrolment.State.ACTIVE, due_at__lte=now, journey_id__in=list(journey_ids)
    ).exists()


def claim_due(journey_ids: Sequence[int], now: datetime, limit: int) -> list[Claimed]:
    """Take the walks that are due longest, locked until the transaction ends.

    PostgreSQL passes over rows another worker holds; on SQLite the transaction itself is exclusive.
    """
    is_postgres = connection.vendor == "postgresql"
    # Joined to '' a column comes as bare text, past SQLite's slow converters.
    bare = "{}" if is_postgres else "{} || ''"
    columns = ", ".join(
        [
            "id, customer_id, node, state",
            *(bare.format(name) for name in ("due_at", "arrived_at", "entered_at", "anchor_on")),
            "trigger_order_id",
            bare.format("trigger_on"),
            "arm, version_id, journey_id, orders_changed",
        ]
    )
    places = ", ".join(["%s"] * len(journey_ids))
    sql = (
        f"SELECT {columns} FROM plan_enrolment "  # noqa: S608 - names are our own
        f"WHERE state = 'active' AND due_at <= %s AND journey_id IN ({places}) "
        f"ORDER BY due_at, id LIMIT %s{' FOR UPDATE SKIP LOCKED' if is_postgres else ''}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [db_instant(now), *journey_ids, limit])
        rows = cursor.fetchall()
    return [_native(row) if is_postgres else _from_text(row) for row in rows]


def _native(row: tuple[Any, ...]) -> Claimed:
    return Claimed(
        Walk._make((*row[:10], row[10] == "holdout", "", None)), row[11], row[12], bool(row[13])
    )


def _from_text(row: tuple[Any, ...]) -> Claimed:
    walk = Walk(
        row[0],
        row[1],
        row[2],
        row[3],
        _instant(row[4]),
        _instant(row[5]),
        _instant(row[6]),
        _day(row[7]),
        row[8],
        _day(row[9]),
        row[10] == "holdout",
    )
    return Claimed(walk, row[11], row[12], bool(row[13]))


# Of a thousand walks most share their days; reading each text once is enough.
@lru_cache(maxsize=10_000)
def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@lru_cache(maxsize=10_000)
def _day(text: str) -> date:
    return date.fromisoformat(text)


@lru_cache(maxsize=10_000)
def _text(instant: datetime) -> str:
    return str(instant.astimezone(UTC).replace(tzinfo=None))


@lru_cache(maxsize=10_000)
def _reason(items: tuple[tuple[str, Any], ...]) -> str:
    """Give a reason as stored text; of a thousand decisions most have the same."""
    return json.dumps(dict(items), ensure_ascii=False)


def insert_decisions(taken: Iterable[tuple[int, Taken]], now: datetime) -> None:
    """Append decisions (enrolment id, what was decided)."""
    at = db_instant(now)
    bulk_insert(
        Decision._meta.db_table,
        ("enrolment_id", "node", "action", "reason", "decided_at"),
        [
            (walk_id, node, action, _reason(tuple(why.items())), at)
            for walk_id, (node, action, why) in taken
        ],
    )


def write_walks(walks: Sequence[Walk]) -> None:
    """Store where walks stand now; every one of them must still be active, or nothing is written."""
    written = _write_postgres(walks) if connection.vendor == "postgresql" else _write_sqlite(walks)
    if written != len(walks):
        raise RuntimeError(f"{len(walks) - written} walks were moved by somebody else")


def _write_sqlite(walks: Sequence[Walk]) -> int:
    sql = (
        "UPDATE plan_enrolment SET node = ?, state = ?, due_at = ?, arrived_at = ?, anchor_on = ?, "
        "ended_at = ?, exit_reason = ?, orders_changed = 0 WHERE id = ? AND state = 'active'"
    )
    rows = [
        (
            walk.node,
            walk.state,
            _text(walk.due_at),
            _text(walk.arrived_at),
            walk.anchor_on.isoformat(),
            _text(walk.ended_at) if walk.ended_at else None,
            walk.exit_reason,
            walk.id,
        )
        for walk in walks
    ]
    written: int = connection.connection.executemany(sql, rows).rowcount
    return written


def _write_postgres(walks: Sequence[Walk]) -> int:
    sql = (
        "UPDATE plan_enrolment e SET node = v.node, state = v.state, due_at = v.due_at, "
        "arrived_at = v.arrived_at, anchor_on = v.anchor_on, ended_at = v.ended_at, "
        "exit_reason = v.exit_reason, orders_changed = false FROM unnest(%s::bigint[], %s::text[], "
        "%s::text[], %s::timestamptz[], %s::timestamptz[], %s::date[], %s::timestamptz[], "
        "%s::text[]) AS v(id, node, state, due_at, arrived_at, anchor_on, ended_at, exit_reason) "
        "WHERE e.id = v.id AND e.state = 'active'"
    )
    columns: list[Any] = [
        [walk.id for walk in walks],
        [walk.node for walk in walks],
        [walk.state for walk in walks],
        [walk.due_at for walk in walks],
        [walk.arrived_at for walk in walks],
        [walk.anchor_on for walk in walks],
        [walk.ended_at for walk in walks],
        [walk.exit_reason for walk in walks],
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, columns)
        written: int = cursor.rowcount
    return written
