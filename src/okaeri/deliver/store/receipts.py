"""What happened to messages after they left, and what is done about the unknown ones."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from okaeri.deliver.models import Message, MessageEvent

Status = Message.Status


def record(message_id: int, kind: str, at: datetime, detail: Mapping[str, Any]) -> bool:
    """Note an event once per message and kind; gives whether it was new."""
    _, is_new = MessageEvent.objects.get_or_create(
        message_id=message_id,
        kind=kind,
        defaults={"detail": dict(detail), "occurred_at": at},
    )
    return is_new


def resolve_unknown(message_id: int, status: str, reason: Mapping[str, Any], at: datetime) -> bool:
    """Turn an unknown message into what an event proves it is; gives whether it was unknown."""
    found = Message.objects.filter(id=message_id, status=Status.UNKNOWN)
    return bool(found.update(status=status, reason=dict(reason), settled_at=at))


def send_unknown_again(
    source_kind: str, source_id: int, expected: int, now: datetime
) -> int | None:
    """Put all unknown messages of a source back in line if there are exactly `expected`.

    Gives their number; None when the number is another one, and nothing changed.
    """
    with transaction.atomic():
        found = Message.objects.select_for_update().filter(
            source_kind=source_kind, source_id=source_id, status=Status.UNKNOWN
        )
        ids = list(found.values_list("id", flat=True))
        if len(ids) != expected:
            return None
        Message.objects.filter(id__in=ids).update(
            status=Status.RENDERED,
            phase="",
            worker="",
            settled_at=None,
            due_at=now,
            reason={"code": "resend_confirmed"},
        )
    return len(ids)
