"""The engine's reads and writes of walks: thousands at a time, without an object per row."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from okaeri.foundation.bulk import bulk_insert, db_instant, instant_form
from okaeri.plan.domain.advance import Taken
from okaeri.plan.domain.facts import Walk
from okaeri.plan.models import Decision, Enrolment, Journey
from okaeri.plan.store.rows import MERGED, Crowd, Member


class Move(NamedTuple):
    """Where a crowd's walks stand now, what was decided on the way, and whose walks they are."""

    walk: Walk
    decisions: Sequence[Taken]
    walk_ids: Sequence[int]


def live_cursors() -> dict[int, int]:
    """Give live journey → up to which change number it has looked at orders."""
    live = Journey.objects.filter(status=Journey.Status.LIVE)
    return dict(live.values_list("id", "cursor"))


def has_due(journey_ids: Sequence[int], now: datetime) -> bool:
    """Tell whether any walk is due, without taking a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM plan_enrolment WHERE {_due(journey_ids)} LIMIT 1",  # noqa: S608 - our own
            [db_instant(now), *journey_ids],
        )
        return cursor.fetchone() is not None


def _due(journey_ids: Sequence[int]) -> str:
    """Give the condition; without the sum SQLite would read all walks of a journey, not the due ones."""
    places = ", ".join(["%s"] * len(journey_ids))
    return f"state = 'active' AND due_at <= %s AND journey_id + 0 IN ({places})"


# What makes walks alike to the engine; the rest of a row is its member. `{}` is a column that
# SQLite would convert slowly: joined to '' it comes as bare text.
_ALIKE = (
    "node, {due_at}, {arrived_at}, {entered_on}, {anchor_on}, arm, version_id, journey_id, "
    "orders_changed"
)
_OWN = "id, customer_id, trigger_order_id, {trigger_on}"
_ALIKE_COLUMNS = 9
_SQLITE = {
    "due_at": "due_at || ''",
    "arrived_at": "arrived_at || ''",
    "entered_on": "substr(entered_at, 1, 10)",
    "anchor_on": "anchor_on || ''",
    "trigger_on": "trigger_on || ''",
}
_POSTGRES = {
    **{name: name for name in _SQLITE},
    "entered_on": "(entered_at AT TIME ZONE 'UTC')::date",
}


def claim_due(journey_ids: Sequence[int], now: datetime, limit: int) -> list[Crowd]:
    """Take the walks that are due longest, locked until the transaction ends, alike by alike.

    PostgreSQL passes over rows another worker holds; on SQLite the transaction itself is exclusive.
    """
    is_postgres = connection.vendor == "postgresql"
    columns = f"{_ALIKE}, {_OWN}".format(**(_POSTGRES if is_postgres else _SQLITE))
    sql = (
        f"SELECT {columns} FROM plan_enrolment WHERE {_due(journey_ids)} "  # noqa: S608 - our own
        f"ORDER BY due_at, id LIMIT %s{' FOR UPDATE SKIP LOCKED' if is_postgres else ''}"
    )
    crowds: dict[tuple[Any, ...], list[Member]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, [db_instant(now), *journey_ids, limit])
        for row in cursor.fetchall():
            walk_id, customer_id, order_id, trigger_on = row[_ALIKE_COLUMNS:]
            member = Member(walk_id, customer_id, order_id, _day(trigger_on))
            crowds.setdefault(row[:_ALIKE_COLUMNS], []).append(member)
    return [_crowd(alike, members) for alike, members in crowds.items()]


def _crowd(alike: tuple[Any, ...], members: Sequence[Member]) -> Crowd:
    node, due_at, arrived_at, entered_on, anchor_on, arm, version_id, journey_id, changed = alike
    first = members[0]
    walk = Walk(
        first.walk_id,
        first.customer_id,
        node,
        Enrolment.State.ACTIVE.value,
        _instant(due_at),
        _instant(arrived_at),
        _day(entered_on),
        _day(anchor_on),
        first.trigger_order_id,
        first.trigger_on,
        arm == "holdout",
    )
    return Crowd(walk, version_id, journey_id, bool(changed), members)


# Most walks share their days; reading each text once is enough.
@lru_cache(maxsize=10_000)
def _instant(value: datetime | str) -> datetime:
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


@lru_cache(maxsize=10_000)
def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


# Most decisions of a batch have the same few reasons.
@lru_cache(maxsize=10_000)
def _reason(items: tuple[tuple[str, Any], ...]) -> str:
    return json.dumps(dict(items), ensure_ascii=False)


def insert_decisions(taken: Iterable[tuple[int, Taken]], now: datetime) -> None:
    """Append decisions (enrolment id, what was decided)."""
    at = db_instant(now)
    _append(
        (walk_id, node, action, _reason(tuple(why.items())), at)
        for walk_id, (node, action, why) in taken
    )


def insert_decisions_of(moves: Iterable[Move], now: datetime) -> None:
    """Append the decisions of many walks; those of one walk stay in their order."""
    at = db_instant(now)
    singles: list[tuple[Any, ...]] = []
    shared: list[tuple[Any, ...]] = []
    for _, decisions, ids in moves:
        rows = [(node, action, _reason(tuple(why.items())), at) for node, action, why in decisions]
        if len(ids) == 1:
            singles += [(ids[0], *row) for row in rows]
        else:
            array = json.dumps(ids)
            shared += [(*row, array) for row in rows]
    _append(singles)
    if shared:
        _append_shared(shared)


def _append(rows: Iterable[tuple[Any, ...]]) -> None:
    columns = ("enrolment_id", "node", "action", "reason", "decided_at")
    bulk_insert(Decision._meta.db_table, columns, rows)


def _append_shared(rows: Iterable[tuple[Any, ...]]) -> None:
    """Append the same decision for every walk of a list: one statement, a row per walk."""
    each = (
        "json_array_elements_text(%s::json)"
        if connection.vendor == "postgresql"
        else "json_each(%s)"
    )
    casts = "value::bigint, %s, %s, %s::jsonb, %s::timestamptz"
    plain = "value, %s, %s, %s, %s"
    values = casts if connection.vendor == "postgresql" else plain
    sql = (
        "INSERT INTO plan_decision (enrolment_id, node, action, reason, decided_at) "  # noqa: S608
        f"SELECT {values} FROM {each}"
    )
    with connection.cursor() as cursor:
        cursor.executemany(sql, list(rows))


def write_walks(moves: Sequence[Move]) -> None:
    """Store where walks stand now; every one of them must still be active, or nothing is written."""
    written = _write_postgres(moves) if connection.vendor == "postgresql" else _write_sqlite(moves)
    wanted = sum(len(move.walk_ids) for move in moves)
    if written != wanted:
        raise RuntimeError(f"{wanted - written} walks were moved by somebody else")


_SET = (
    "UPDATE plan_enrolment SET node = ?, state = ?, due_at = ?, arrived_at = ?, anchor_on = ?, "
    "ended_at = ?, exit_reason = ?, orders_changed = 0 WHERE state = 'active' AND id"
)


def _write_sqlite(moves: Sequence[Move]) -> int:
    """One statement for each crowd; the many crowds of one person have a lighter one of their own."""
    single, many = [], []
    form = instant_form()
    for walk, _, ids in moves:
        state = _state_of(walk, form)
        if len(ids) == 1:
            single.append((*state, ids[0]))
        else:
            many.append((*state, json.dumps(ids)))
    raw = connection.connection
    written = 0
    if single:
        written += raw.executemany(f"{_SET} = ?", single).rowcount
    if many:
        in_ids = f"{_SET} IN (SELECT value FROM json_each(?))"  # noqa: S608 - our own text
        written += raw.executemany(in_ids, many).rowcount
    return written


def _state_of(walk: Walk, form: Callable[[datetime], Any]) -> tuple[Any, ...]:
    return (
        walk.node,
        walk.state,
        form(walk.due_at),
        form(walk.arrived_at),
        walk.anchor_on.isoformat(),
        form(walk.ended_at) if walk.ended_at else None,
        walk.exit_reason,
    )


def _write_postgres(moves: Sequence[Move]) -> int:
    sql = (
        "UPDATE plan_enrolment e SET node = v.node, state = v.state, due_at = v.due_at, "
        "arrived_at = v.arrived_at, anchor_on = v.anchor_on, ended_at = v.ended_at, "
        "exit_reason = v.exit_reason, orders_changed = false FROM unnest(%s::bigint[], %s::text[], "
        "%s::text[], %s::timestamptz[], %s::timestamptz[], %s::date[], %s::timestamptz[], "
        "%s::text[]) AS v(id, node, state, due_at, arrived_at, anchor_on, ended_at, exit_reason) "
        "WHERE e.id = v.id AND e.state = 'active'"
    )
    form = instant_form()
    rows = [(walk_id, *_state_of(walk, form)) for walk, _, ids in moves for walk_id in ids]
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])
        written: int = cursor.rowcount
    return written


def hold_walks(journey_id: int) -> list[tuple[int, str]]:
    """Give the walks of a journey under way (id, node), locked until the transaction ends.

    Waits for workers that are just moving some of them, so that what those wrote is known after it.
    """
    going = Enrolment.objects.select_for_update().filter(
        journey_id=journey_id, state=Enrolment.State.ACTIVE
    )
    return list(going.order_by("id").values_list("id", "node"))


def end_walks(journey_id: int, reason: str, now: datetime) -> None:
    """End every walk of a journey under way, with a decision; those that a merge ended stay ended."""
    going = hold_walks(journey_id)
    walks = Enrolment.objects.filter(journey_id=journey_id)
    ended = {"state": Enrolment.State.EXITED, "ended_at": now, "exit_reason": reason}
    walks.filter(state=Enrolment.State.ACTIVE).update(**ended)
    # An undone merge lets go on what it ended; nothing goes on here.
    walks.filter(state=Enrolment.State.EXITED, exit_reason=MERGED).update(exit_reason=reason)
    why = {"code": reason}
    insert_decisions(((walk_id, Taken(node, "exited", why)) for walk_id, node in going), now)
