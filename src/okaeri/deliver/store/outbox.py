"""Into the outbox and through its first half: requested, rendered, withdrawn, expired."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from okaeri.deliver.models import Content, Message
from okaeri.deliver.store.standing import IS_OPEN
from okaeri.deliver.types import Addressee, MessageRequest, RenderedContent, RenderTask
from okaeri.foundation.bulk import db_instant

Status = Message.Status
_OPEN = (Status.PLANNED, Status.RENDERED)
# A claimed row whose phase is "" has not begun to leave: its sender asks the gate first, finds the
# row no longer claimed and leaves it out.
_RECALLABLE = Q(status__in=_OPEN) | Q(status=Status.CLAIMED, phase="")
_CHUNK = 500
Group = tuple[MessageRequest, Sequence[Addressee]]
_HELD_OUT, _PLANNED = Status.HELD_OUT.value, Status.PLANNED.value
# Whoever no analysis knows came since the last one.
_JUST_COME = 100
_encode = json.JSONEncoder(ensure_ascii=False).encode

# What differs from person to person, and what people of one request share.
_OWN = ("key", "customer_id", "context", "freshness")
_SHARED = {
    "source_kind": "%s", "source_id": "%s", "source_part": "%s", "variant": "%s", "channel": "%s",
    "content_kind": "%s", "template_key": "%s", "template_version": "%s", "topic": "%s", "status": "%s",
    "reason": "%s::jsonb", "due_at": "%s::timestamptz", "expires_at": "%s::timestamptz",
    "planned_at": "%s::timestamptz", "settled_at": "%s::timestamptz", "address": "%s",
    "attempts": "%s", "worker": "%s", "phase": "%s", "transport_reply": "%s",
}  # fmt: skip
_COLUMNS = (*_OWN, *_SHARED)
_INSERT = (
    f"INSERT INTO deliver_message ({', '.join(_COLUMNS)}) "  # noqa: S608 - names are our own
    f"VALUES ({', '.join(['%s'] * len(_COLUMNS))}) ON CONFLICT (key) DO NOTHING"
)

# One statement for many people costs half of a statement for each.
_ALIKE_SQLITE = (
    f"INSERT INTO deliver_message ({', '.join((*_SHARED, *_OWN))}) "  # noqa: S608 - as above
    f"SELECT {', '.join(['%s'] * len(_SHARED))}, json_extract(value, '$[0]'), "
    "json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]') "
    "FROM json_each(%s) WHERE true ON CONFLICT (key) DO NOTHING"
)
_ALIKE_POSTGRES = (
    f"INSERT INTO deliver_message ({', '.join((*_SHARED, *_OWN))}) "  # noqa: S608 - as above
    f"SELECT {', '.join(_SHARED.values())}, own.key, own.customer_id, own.context::jsonb, own.freshness "
    "FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::int[]) "
    "AS own(key, customer_id, context, freshness) "
    "ON CONFLICT (key) DO NOTHING"
)


def insert_requests(
    requests: Sequence[MessageRequest], freshness: Mapping[int, int], now: datetime
) -> int:
    """Insert one row per request inside the open transaction; keys that exist are left alone.

    `freshness` by customer orders what is due at one time. Gives how many rows are new.
    """
    rows = [(*_own(request, freshness), *_shared(request, now)) for request in requests]
    return _insert(rows, _INSERT)


def insert_alike(groups: Iterable[Group], freshness: Mapping[int, int], now: datetime) -> int:
    """Insert one row per person; those of a group differ in nothing but an `Addressee`'s fields.

    Else as `insert_requests`.
    """
    is_postgres = connection.vendor == "postgresql"
    rows: list[tuple[Any, ...]] = []
    for request, people in groups:
        own = [_own(person, freshness) for person in people]
        given = map(list, zip(*own, strict=True)) if is_postgres else (json.dumps(own),)
        rows.append((*_shared(request, now), *given))
    return _insert(rows, _ALIKE_POSTGRES if is_postgres else _ALIKE_SQLITE)


def _insert(rows: Sequence[tuple[Any, ...]], sql: str) -> int:
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)
        return max(int(cursor.rowcount), 0)


def _own(one: MessageRequest | Addressee, freshness: Mapping[int, int]) -> tuple[Any, ...]:
    context = _encode(dict(one.context)) if one.context else "{}"
    return (one.key, one.customer_id, context, freshness.get(one.customer_id, _JUST_COME))


def _shared(request: MessageRequest, now: datetime) -> tuple[Any, ...]:
    out = request.is_held_out
    return (
        request.source_kind,
        request.source_id,
        request.source_part,
        request.variant,
        request.channel,
        request.content_kind,
        request.template_key,
        request.template_version,
        request.topic,
        _HELD_OUT if out else _PLANNED,
        '{"code": "held_out"}' if out else "{}",
        db_instant(request.due_at),
        db_instant(request.expires_at),
        db_instant(now),
        db_instant(now) if out else None,
        request.address,
        0,
        "",
        "",
        "",
    )


def list_to_render(until: datetime, now: datetime, limit: int) -> list[RenderTask]:
    """Give planned messages due before `until` and still in time: the earliest, then the freshest."""
    found = Message.objects.filter(
        IS_OPEN, status=Status.PLANNED, due_at__lte=until, expires_at__gt=now
    )
    fields = ("id", "customer_id", "template_key", "template_version", "context")
    return [
        RenderTask(*row)
        for row in found.order_by("due_at", "-freshness", "id").values_list(*fields)[:limit]
    ]


def suppress_other_channels(known: Collection[str], until: datetime, now: datetime) -> int:
    """Suppress what is due on a channel that this product was not given."""
    lost = Message.objects.filter(IS_OPEN, status=Status.PLANNED, due_at__lte=until).exclude(
        channel__in=known
    )
    return lost.update(status=Status.SUPPRESSED, reason={"code": "channel_missing"}, settled_at=now)


def save_rendered(contents: Sequence[RenderedContent], now: datetime) -> int:
    """Turn planned messages into rendered ones, or suppressed where the template failed.

    Only rows that are still planned change; of two workers with the same batch one finds none.
    """
    by_id = {content.message_id: content for content in contents}
    with transaction.atomic():
        planned = set(
            Message.objects.select_for_update()
            .filter(id__in=by_id, status=Status.PLANNED)
            .values_list("id", flat=True)
        )
        failed = [by_id[i] for i in planned if by_id[i].error is not None]
        made = [by_id[i] for i in planned if by_id[i].error is None]
        Content.objects.bulk_create(
            [_content(content) for content in made],
            update_conflicts=True,
            unique_fields=["message"],
            update_fields=["subject", "body_text", "body_html"],
            batch_size=_CHUNK,
        )
        Message.objects.filter(id__in=[content.message_id for content in made]).update(
            status=Status.RENDERED, rendered_at=now
        )
        asking = [content.message_id for content in made if content.asks]
        if asking:
            Message.objects.filter(id__in=asking).update(asks=True)
        for content in failed:
            detail = content.error.as_json() if content.error else {}
            reason = {"code": "template_error", "detail": detail}
            if content.has_nothing_to_give:
                reason = {"code": "nothing_to_give", "detail": detail}
            Message.objects.filter(id=content.message_id).update(
                status=Status.SUPPRESSED,
                reason=reason,
                settled_at=now,
            )
    return len(planned)


def _content(content: RenderedContent) -> Content:
    return Content(
        message_id=content.message_id,
        subject=content.subject[:400],
        body_text=content.body_text,
        body_html=content.body_html,
    )


def withdraw_keys(keys: Sequence[str], reason_code: str, now: datetime) -> int:
    """Suppress the messages of these keys that can still be called back; gives how many."""
    source, count = iter(keys), 0
    while chunk := list(islice(source, _CHUNK)):
        count += _withdraw(Message.objects.filter(key__in=chunk), reason_code, now)
    return count


def restore_keys(keys: Sequence[str], reason_code: str, now: datetime) -> int:
    """Plan again what was withdrawn with this reason and is still in time; gives how many."""
    source, count = iter(keys), 0
    while chunk := list(islice(source, _CHUNK)):
        withdrawn = Message.objects.filter(
            key__in=chunk,
            status=Status.SUPPRESSED,
            reason__code=reason_code,
            expires_at__gt=now,
        )
        count += withdrawn.update(status=Status.PLANNED, reason={}, settled_at=None)
    return count


def withdraw_marketing_of(customer_id: int, channel: str, reason_code: str, now: datetime) -> int:
    """Suppress one person's useful and sales messages on one channel that can still be called back.

    The caller has withdrawn consent in the same transaction. Rows that a claim holds at this
    instant are passed over, not waited for: that claim waits for our lock on the person, then finds
    no consent and suppresses them itself. Waiting for each other would be a deadlock.
    """
    found = Message.objects.filter(
        customer_id=customer_id, channel=channel, content_kind__in=("useful", "sales")
    )
    free = _unlocked(found.filter(_RECALLABLE)).values_list("id", flat=True)
    return _withdraw(Message.objects.filter(id__in=list(free)), reason_code, now)


# Reasons that end when the person asks for something else.
_WISHED = ("paused", "wished_time", "wished_frequency")


def ask_again(customer_ids: Collection[int], now: datetime) -> None:
    """Let the policy decide once more about a person's marketing that has not begun to leave.

    He changed his wishes in this transaction: what is claimed goes back in line, what waited for the
    old wishes waits no longer. Rows a claim holds at this instant: see `withdraw_marketing_of`.
    """
    mine = Message.objects.filter(
        customer_id__in=customer_ids, content_kind__in=("useful", "sales")
    )
    claimed = mine.filter(status=Status.CLAIMED, phase="")
    free = list(_unlocked(claimed).values_list("id", flat=True))
    claimed.filter(id__in=free).update(
        status=Status.RENDERED, worker="", lease_until=None, reason={}
    )
    held = mine.filter(status__in=_OPEN, due_at__gt=now, reason__code__in=_WISHED)
    free = list(_unlocked(held).values_list("id", flat=True))
    held.filter(id__in=free).update(due_at=now, reason={})


def _withdraw(found: Any, reason_code: str, now: datetime) -> int:  # noqa: ANN401 - a queryset
    count: int = found.filter(_RECALLABLE).update(
        status=Status.SUPPRESSED, reason={"code": reason_code}, settled_at=now
    )
    return count


def expire(now: datetime, limit: int) -> int:
    """End messages whose time is over, keeping why they had been waiting."""
    with transaction.atomic():
        late = list(
            _unlocked(Message.objects.filter(IS_OPEN, status__in=_OPEN, expires_at__lte=now))
            .order_by("due_at", "id")
            .only("id", "reason")[:limit]
        )
        for message in late:
            message.status = Status.EXPIRED
            message.reason = message.reason or {"code": "expired"}
            message.settled_at = now
        Message.objects.bulk_update(late, ["status", "reason", "settled_at"], batch_size=_CHUNK)
    return len(late)


def _unlocked(found: Any) -> Any:  # noqa: ANN401 - a queryset
    skip = connection.features.has_select_for_update_skip_locked
    return found.select_for_update(skip_locked=skip)
