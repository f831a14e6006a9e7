"""One person in the outbox: handed to him, erased, and the proof that each mail was wanted."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max

from okaeri.deliver.models import Content, Message, MessageEvent
from okaeri.deliver.store.claims import MARKETING
from okaeri.deliver.types import SentMarketing
from okaeri.foundation.personal import Documents, as_documents

Status = Message.Status
# What left or may have left.
_LEFT = (Status.ACCEPTED, Status.UNKNOWN, Status.CLAIMED)
_OPEN = (Status.PLANNED, Status.RENDERED)
_ERASED = "erased"


def list_marketing(customer_ids: Sequence[int]) -> list[SentMarketing]:
    """Give every advertisement to a person that left or may have left, oldest first."""
    found = Message.objects.filter(
        customer_id__in=customer_ids,
        status__in=_LEFT,
        content_kind__in=MARKETING,
        claimed_at__isnull=False,
    )
    rows = found.order_by("claimed_at", "id")
    subjects = dict(Content.objects.filter(message__in=found).values_list("message_id", "subject"))
    columns = ("id", "channel", "template_key", "template_version", "claimed_at")
    return [
        SentMarketing(number, channel, subjects.get(number, ""), key, version, at)
        for number, channel, key, version, at in rows.values_list(*columns)
        if at is not None
    ]


def last_marketing_at(customer_ids: Sequence[int]) -> datetime | None:
    """Give when a person was last sent an advertisement."""
    found = Message.objects.filter(
        customer_id__in=customer_ids, status__in=_LEFT, content_kind__in=MARKETING
    )
    last: datetime | None = found.aggregate(last=Max("claimed_at"))["last"]
    return last


def export(customer_ids: Sequence[int]) -> dict[str, Documents]:
    """Give every message to a person with its words and what became of it."""
    mine = Message.objects.filter(customer_id__in=customer_ids)
    hidden = {"worker", "lease_until", "phase"}
    columns = [field.attname for field in Message._meta.fields if field.attname not in hidden]
    contents = Content.objects.filter(message__customer_id__in=customer_ids)
    events = MessageEvent.objects.filter(message__customer_id__in=customer_ids)
    return {
        "messages": as_documents(mine.order_by("id").values(*columns)),
        "message_contents": as_documents(contents.order_by("message_id").values()),
        "message_events": as_documents(events.order_by("id").values()),
    }


def recipients_of(message_ids: Sequence[int]) -> dict[int, int]:
    """Give message → the customer it is to."""
    return dict(Message.objects.filter(id__in=message_ids).values_list("id", "customer_id"))


def all_recipients(status: str = "") -> set[int]:
    """Give everybody with a message of a status, of any status for ""."""
    found = Message.objects.filter(status=status) if status else Message.objects.all()
    return set(found.values_list("customer_id", flat=True).distinct())


def ids_of(customer_ids: Sequence[int]) -> list[int]:
    """Give the numbers of all messages to a person."""
    return list(Message.objects.filter(customer_id__in=customer_ids).values_list("id", flat=True))


def erase(customer_ids: Sequence[int], now: datetime) -> dict[str, int]:
    """Take words and addresses away and let nothing more leave; rows stay, so that sums do.

    A reason of more than a code goes: a far side's reply may hold the address.
    """
    mine = Message.objects.filter(customer_id__in=customer_ids)
    reason = {"code": _ERASED}
    open_ones = mine.filter(status__in=_OPEN) | mine.filter(status=Status.CLAIMED, phase="")
    counts = {
        "messages_withdrawn": open_ones.update(
            status=Status.SUPPRESSED, reason=reason, settled_at=now, lease_until=None
        ),
        "message_contents": Content.objects.filter(message__in=mine).delete()[0],
        "message_events": MessageEvent.objects.filter(message__in=mine).update(detail={}),
    }
    for number, stored in list(mine.values_list("id", "reason")):
        if set(stored) - {"code"}:
            Message.objects.filter(id=number).update(reason=reason)
    counts["messages"] = mine.update(address="", context={}, transport_reply="")
    return counts
