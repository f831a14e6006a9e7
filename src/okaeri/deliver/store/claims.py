"""Out of the outbox: claimed, marked before the point of no return, settled, recovered."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from okaeri.deliver.models import Content, Message
from okaeri.deliver.store.standing import IS_OPEN
from okaeri.deliver.types import PHASE_DATA_SENT
from okaeri.foundation.bulk import db_instant

Status = Message.Status
MARKETING = ("useful", "sales")
# What left or may have left counts for the caps.
_COUNTED = (Status.CLAIMED, Status.ACCEPTED, Status.UNKNOWN)
_LATER = timedelta(hours=1)


Step = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Due:
    """A rendered message whose time has come, locked by the open transaction."""

    id: int
    key: str
    customer_id: int
    content_kind: str
    topic: str
    expires_at: datetime
    source_kind: str
    source_id: int
    source_part: str
    rendered_at: datetime | None
    asks: bool

    @property
    def step(self) -> Step:
        """What asked for it: a step is for a person, not for one of his ids."""
        return self.source_kind, self.source_id, self.source_part


@dataclass(frozen=True, slots=True)
class Sent:
    """A marketing message that left or may have left."""

    customer_id: int
    content_kind: str
    claimed_at: datetime


def lock_due(channel: str, now: datetime, limit: int) -> list[Due]:
    """Lock the rendered messages that are due; rows others hold are passed over.

    The earliest come first, so that nobody waits for ever; of those due at one time the freshest
    people do (row A-05), as the index `message_open` has them.
    """
    skip = connection.features.has_select_for_update_skip_locked
    found = (
        Message.objects.select_for_update(skip_locked=skip)
        .filter(
            IS_OPEN,
            status=Status.RENDERED,
            channel=channel,
            due_at__lte=now,
            expires_at__gt=now,
        )
        .order_by("due_at", "-freshness", "id")
    )
    fields = (
        *("id", "key", "customer_id", "content_kind", "topic", "expires_at"),
        *("source_kind", "source_id", "source_part", "rendered_at", "asks"),
    )
    return [Due(*row) for row in found.values_list(*fields)[:limit]]


def list_marketing_sent(customer_ids: Collection[int], since: datetime) -> dict[int, list[Sent]]:
    """Give what each of these people was sent since `since`, on any channel."""
    found = Message.objects.filter(
        customer_id__in=customer_ids,
        status__in=_COUNTED,
        content_kind__in=MARKETING,
        claimed_at__gte=since,
    )
    sent: dict[int, list[Sent]] = defaultdict(list)
    for customer_id, kind, claimed_at in found.values_list(
        "customer_id", "content_kind", "claimed_at"
    ):
        if claimed_at is not None:
            sent[customer_id].append(Sent(customer_id, kind, claimed_at))
    return sent


def list_asked(customer_ids: Collection[int], since: datetime) -> list[tuple[int, datetime]]:
    """Give (customer, when) of each message that asked one of these people a question since `since`."""
    found = Message.objects.filter(
        customer_id__in=customer_ids, status__in=_COUNTED, asks=True, claimed_at__gte=since
    )
    pairs = found.values_list("customer_id", "claimed_at")
    return [(customer_id, at) for customer_id, at in pairs if at is not None]


def unsent_useful(source_kind: str, customer_ids: Collection[int]) -> set[tuple[int, int]]:
    """Give (customer, source id) of what a kind of source wrote to help them and has not left yet."""
    # By person alone: the index of sources would read all that wait for everybody.
    found = Message.objects.filter(
        customer_id__in=customer_ids,
        settled_at=None,
        content_kind="useful",
        status__in=(Status.PLANNED, Status.RENDERED, Status.CLAIMED),
    )
    rows = found.values_list("source_kind", "customer_id", "source_id")
    return {(who, source) for kind, who, source in rows if kind == source_kind}


def list_steps_sent(
    customer_ids: Collection[int], since: datetime
) -> dict[Step, set[tuple[int, str]]]:
    """Give step → for which of these ids, and to which address, it left or may have left."""
    found = Message.objects.filter(
        customer_id__in=customer_ids, status__in=_COUNTED, claimed_at__gte=since
    )
    steps: dict[Step, set[tuple[int, str]]] = defaultdict(set)
    columns = ("source_kind", "source_id", "source_part", "customer_id", "address")
    for kind, source, part, customer_id, address in found.values_list(*columns):
        steps[kind, source, part].add((customer_id, address))
    return steps


# Row by row with values of their own, a hundred at a time: the ORM would take most of a claim's time.
_CLAIM = (
    "UPDATE deliver_message SET status = 'claimed', phase = '', reason = '{}', worker = %s, "
    "lease_until = %s, claimed_at = %s, address = %s, attempts = attempts + 1 "
    "WHERE id = %s AND status = 'rendered'"
)
_HOLD = (
    "UPDATE deliver_message SET status = %s, due_at = %s, reason = %s "
    "WHERE id = %s AND status = 'rendered'"
)
_SUPPRESS = (
    "UPDATE deliver_message SET status = 'suppressed', reason = %s, settled_at = %s "
    "WHERE id = %s AND status = 'rendered'"
)


def mark_claimed(
    addresses: dict[int, str], *, worker: str, lease_until: datetime, now: datetime
) -> None:
    """Claim locked rows for `worker`: id → the address they go to."""
    lease, at = db_instant(lease_until), db_instant(now)
    _write(_CLAIM, [(worker, lease, at, address, i) for i, address in addresses.items()])


def hold(waits: Mapping[int, tuple[datetime, str]], now: datetime) -> None:
    """Let locked rows wait: id → until when and why. A long wait ends in fresh words."""
    rows = [
        (_status_while(until - now), db_instant(until), json.dumps({"code": code}), message_id)
        for message_id, (until, code) in waits.items()
    ]
    _write(_HOLD, rows)


def ask_for_words(ids: Collection[int]) -> None:
    """Let locked rows be rendered anew; they keep their turn."""
    if ids:
        Message.objects.filter(id__in=ids, status=Status.RENDERED).update(status=Status.PLANNED)


def _status_while(wait: timedelta) -> str:
    return Status.PLANNED.value if wait > _LATER else Status.RENDERED.value


def suppress(codes: Mapping[int, str], now: datetime) -> None:
    """End locked rows that may not leave: id → why."""
    at = db_instant(now)
    _write(_SUPPRESS, [(json.dumps({"code": code}), at, i) for i, code in codes.items()])


def _write(sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(sql, rows)


def contents_of(message_ids: Collection[int]) -> dict[int, Content]:
    """Give the words of these messages."""
    return {content.message_id: content for content in Content.objects.filter(pk__in=message_ids)}


def mark_phase(ids: Sequence[int], phase: str, worker: str) -> set[int]:
    """Write the phase of rows that `worker` still holds; gives their ids."""
    mine = Message.objects.filter(id__in=ids, status=Status.CLAIMED, worker=worker)
    if len(ids) == 1:
        return set(ids) if mine.update(phase=phase) else set()
    held = set(mine.select_for_update().values_list("id", flat=True))
    Message.objects.filter(id__in=held).update(phase=phase)
    return held


def renew_lease(ids: Collection[int], worker: str, lease_until: datetime) -> None:
    """Tell that `worker` is still at it."""
    Message.objects.filter(id__in=ids, status=Status.CLAIMED, worker=worker).update(
        lease_until=lease_until
    )


def settle(ids: Sequence[int], worker: str, **fields: Any) -> int:  # noqa: ANN401 - column values
    """Write what became of rows that `worker` still holds; gives how many."""
    return Message.objects.filter(id__in=ids, status=Status.CLAIMED, worker=worker).update(
        **fields, lease_until=None
    )


def put_back(
    ids: Sequence[int], worker: str, due_at: datetime | None, reason: dict[str, Any]
) -> int:
    """Let rows that certainly did not leave wait for their next turn (None: at once)."""
    later = {} if due_at is None else {"due_at": due_at}
    return settle(ids, worker, status=Status.RENDERED, phase="", reason=reason, **later)


def attempts_of(message_id: int) -> int:
    """Give how often this message was claimed."""
    return Message.objects.values_list("attempts", flat=True).get(id=message_id)


@dataclass(frozen=True, slots=True)
class Orphan:
    """A claimed row whose worker no longer works on it."""

    id: int
    key: str
    channel: str
    phase: str


def list_workers() -> list[str]:
    """Give the workers that hold claims."""
    found = Message.objects.filter(IS_OPEN, status=Status.CLAIMED).order_by("worker")
    return list(found.values_list("worker", flat=True).distinct())


def lock_orphans(dead: Iterable[str], wall_clock: datetime, limit: int) -> list[Orphan]:
    """Lock rows claimed by workers known to be dead, or whose lease ran out."""
    skip = connection.features.has_select_for_update_skip_locked
    claimed = Message.objects.select_for_update(skip_locked=skip)
    claimed = claimed.filter(IS_OPEN, status=Status.CLAIMED)
    fields = ("id", "key", "channel", "phase")
    by_worker = claimed.filter(worker__in=list(dead)).values_list(*fields)[:limit]
    by_lease = claimed.filter(lease_until__lte=wall_clock).values_list(*fields)[:limit]
    return list({row[0]: Orphan(*row) for row in (*by_worker, *by_lease)}.values())


def recover(orphans: Sequence[Orphan], accepted_keys: set[str] | None, now: datetime) -> None:
    """Put locked orphans where they belong.

    Not begun: back in line. Begun: accepted or back in line when the far side could be asked
    (`accepted_keys`), otherwise unknown, for good.
    """
    begun = [orphan for orphan in orphans if orphan.phase == PHASE_DATA_SENT]
    back = [orphan.id for orphan in orphans if orphan.phase != PHASE_DATA_SENT]
    accepted: list[int] = []
    unknown: list[int] = []
    for orphan in begun:
        if accepted_keys is None:
            unknown.append(orphan.id)
        else:
            (accepted if orphan.key in accepted_keys else back).append(orphan.id)
    with transaction.atomic():
        _move(accepted, status=Status.ACCEPTED, settled_at=now, reason={})
        _move(back, status=Status.RENDERED, phase="", reason={})
        _move(unknown, status=Status.UNKNOWN, settled_at=now, reason={"code": "worker_died"})


def _move(ids: Sequence[int], **fields: Any) -> None:  # noqa: ANN401 - column values
    if ids:
        Message.objects.filter(id__in=ids, status=Status.CLAIMED).update(**fields, lease_until=None)
