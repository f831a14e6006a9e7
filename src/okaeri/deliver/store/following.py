"""What became of messages, in orders that only grow, for those who tell others (`web.webhooks`)."""

from datetime import datetime

from django.db.models import Max

from okaeri.deliver.models import Message, MessageEvent
from okaeri.foundation.happenings import Happening, Happenings, instant_of, place_of

# Settled as → told as.
_SETTLED = {
    Message.Status.ACCEPTED.value: "message.sent",
    Message.Status.REJECTED.value: "message.failed",
}
# What people or their mail servers did; machines that look into mails are not told of.
_EVENTS = ("delivered", "opened", "clicked", "bounced", "complained", "unsubscribed")


def settled_after(place: int, until: datetime, limit: int) -> Happenings:
    """Give messages that left or were refused, by the microsecond in which that was settled.

    Of one microsecond all are given, so more than `limit` may come.
    """
    rows = Message.objects.filter(
        status__in=_SETTLED, settled_at__gt=instant_of(place), settled_at__lte=until
    ).order_by("settled_at", "id")
    found = list(rows[:limit])
    if len(found) == limit:
        last = found[-1].settled_at
        whole = [row for row in found if row.settled_at != last]
        found = whole or list(rows.filter(settled_at=last))
    return [_settled(row, row.settled_at) for row in found if row.settled_at is not None]


def _settled(row: Message, at: datetime) -> Happening:
    place = place_of(at)
    return Happening(
        place,
        f"message:{row.pk}:{row.status}:{place}",
        _SETTLED[row.status],
        at,
        row.customer_id,
        {**_about(row), **({"reason": row.reason["code"]} if row.reason.get("code") else {})},
    )


def events_after(place: int, until: datetime, limit: int) -> Happenings:
    """Give what happened to messages after they left and until an instant, by the ids of the events."""
    rows = MessageEvent.objects.filter(id__gt=place, occurred_at__lte=until, kind__in=_EVENTS)
    return [
        Happening(
            row.pk,
            f"message_event:{row.pk}",
            f"message.{row.kind}",
            row.occurred_at,
            row.message.customer_id,
            _about(row.message),
        )
        for row in rows.select_related("message").order_by("id")[:limit]
    ]


def _about(row: Message) -> dict[str, object]:
    return {"message_id": row.pk, "channel": row.channel, "template": row.template_key}


def newest_event() -> int:
    """Give the place of the newest event of any message, 0 before the first."""
    return MessageEvent.objects.aggregate(newest=Max("id"))["newest"] or 0
