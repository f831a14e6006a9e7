"""What became of each month's mails."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from okaeri.deliver.models import Message, MessageEvent
from okaeri.deliver.store.claims import MARKETING
from okaeri.insight.reaction_types import MailMonth

_KINDS = ("bounced", "opened", "clicked", "unsubscribed")


def mail_months(since: datetime, zone: ZoneInfo) -> list[MailMonth]:
    """Give one row per month of the shop in which an advertisement left by mail since `since`.

    What was done with a mail counts in the month it left. Left is what was accepted, also where it
    came back later.
    """
    accepted = Q(status=Message.Status.ACCEPTED)
    # Nobody knew whether it had left, until it came back.
    came_back = Q(status=Message.Status.REJECTED, reason__code="bounced")
    left = Message.objects.filter(
        accepted | came_back,
        channel="email",
        content_kind__in=MARKETING,
        claimed_at__gte=since,
    )
    sent = left.annotate(month=TruncMonth("claimed_at", tzinfo=zone)).values_list("month")
    events = MessageEvent.objects.filter(kind__in=_KINDS, message__in=left)
    events = events.annotate(month=TruncMonth("message__claimed_at", tzinfo=zone))
    did = {
        (month, kind): count
        for month, kind, count in events.values_list("month", "kind").annotate(n=Count("id"))
    }
    return [
        MailMonth(
            month.year * 12 + month.month - 1,
            count,
            *(did.get((month, kind), 0) for kind in _KINDS),
        )
        for month, count in sent.annotate(n=Count("id"))
    ]
