"""What became of each month's mails."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from okaeri.deliver.models import Message, MessageEvent
from okaeri.deliver.store.claims import MARKETING
from okaeri.insight.reaction_types import MailMonth

# Whether it had the picture, whether it had a tracked link, and what it did.
Cell = tuple[bool, bool, str]
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
    groups = ("month", "has_picture", "has_link")
    sent = left.annotate(month=TruncMonth("claimed_at", tzinfo=zone)).values_list(*groups)
    events = MessageEvent.objects.filter(kind__in=_KINDS, message__in=left)
    events = events.annotate(month=TruncMonth("message__claimed_at", tzinfo=zone))
    did = events.values_list("month", "message__has_picture", "message__has_link", "kind")
    counts: dict[datetime, Counter[Cell]] = {}
    for month, *cell, count in sent.annotate(n=Count("id")):
        counts.setdefault(month, Counter())[(*cell, "sent")] = count
    for month, *cell, count in did.annotate(n=Count("id")):
        counts.setdefault(month, Counter())[tuple(cell)] = count
    return [_month(month, found) for month, found in counts.items()]


def _month(month: datetime, found: Mapping[Cell, int]) -> MailMonth:
    def of(kind: str, *, picture: bool = False, link: bool = False) -> int:
        """Count mails of a kind that have what is asked for."""
        return sum(
            count
            for (has_picture, has_link, what), count in found.items()
            if what == kind and has_picture >= picture and has_link >= link
        )

    def delivered(*, picture: bool = False, link: bool = False) -> int:
        back = of("bounced", picture=picture, link=link)
        return max(of("sent", picture=picture, link=link) - back, 0)

    return MailMonth(
        month=month.year * 12 + month.month - 1,
        sent=of("sent"),
        bounced=of("bounced"),
        unsubscribed=of("unsubscribed"),
        openable=delivered(picture=True),
        opened=of("opened", picture=True),
        clickable=delivered(link=True),
        clicked=of("clicked", link=True),
        opened_of_both=of("opened", picture=True, link=True),
        clicked_of_both=of("clicked", picture=True, link=True),
    )
