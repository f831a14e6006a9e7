"""The outbox as pages see it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce

from okaeri.deliver.domain.reasons import describe, status_name
from okaeri.deliver.models import Content, Message, MessageEvent
from okaeri.deliver.types import MessageView, OpenMessages, RenderedContent, VariantCount
from okaeri.foundation.keyset import Before, window
from okaeri.insight import api as insight

_PAGE = 500


def find_message(message_id: int) -> Message | None:
    """Give one row or None."""
    return Message.objects.filter(id=message_id).first()


def list_page(where: dict[str, Any], offset: int, limit: int) -> tuple[list[MessageView], int]:
    """Give one page, newest first, and how many there are."""
    found = Message.objects.filter(**where)
    rows = list(found.order_by("-id")[offset : offset + limit])
    return views_of(rows), found.count()


def list_after(after: int, limit: int) -> list[MessageView]:
    """Give every message behind an id, in the order of ids; where one stands may change later."""
    return views_of(list(Message.objects.filter(id__gt=after).order_by("id")[:limit]))


def list_before(
    customer_ids: Collection[int], before: Before | None, limit: int
) -> list[MessageView]:
    """Give the newest messages to these ids older than `before`: when settled (else due), message id."""
    rows = Message.objects.filter(customer_id__in=customer_ids)
    dated = rows.annotate(told_at=Coalesce("settled_at", "due_at"))
    return views_of(list(window(dated, "told_at", before, limit)))


def find_views(ids: Collection[int]) -> dict[int, MessageView]:
    """Give the messages with these ids, by id; those that do not exist are left out."""
    wanted = list(ids)
    pages = [wanted[start : start + _PAGE] for start in range(0, len(wanted), _PAGE)]
    rows = [row for page in pages for row in Message.objects.filter(id__in=page)]
    return {view.id: view for view in views_of(rows)}


def views_of(messages: list[Message]) -> list[MessageView]:
    """Give the views of rows, with their subjects."""
    ids = [message.id for message in messages]
    subjects = dict(Content.objects.filter(pk__in=ids).values_list("message_id", "subject"))
    return [_view(message, subjects.get(message.id, "")) for message in messages]


def _view(message: Message, subject: str) -> MessageView:
    return MessageView(
        id=message.id,
        customer_id=message.customer_id,
        channel=message.channel,
        content_kind=message.content_kind,
        source_kind=message.source_kind,
        source_id=message.source_id,
        source_part=message.source_part,
        template_key=message.template_key,
        status=message.status,
        status_name=status_name(message.status),
        why=describe(message.status, message.reason),
        subject=subject,
        address=message.address,
        due_at=message.due_at,
        settled_at=message.settled_at,
        planned_at=message.planned_at,
    )


def find_content(message_id: int) -> RenderedContent | None:
    """Give the words of one message; None while there are none. The mail adds the legal footer."""
    content = Content.objects.filter(pk=message_id).first()
    if content is None:
        return None
    return RenderedContent(
        message_id=message_id,
        subject=content.subject,
        body_text=content.body_text,
        body_html=content.body_html,
    )


def count_by_status(where: dict[str, Any]) -> dict[str, int]:
    """Give how many messages stand in each of the nine statuses, and "audience": all of them.

    The audience is counted on its own, so that the identity can be seen to hold.
    """
    found = Message.objects.filter(**where)
    counted = dict(found.values_list("status").annotate(n=Count("id")))
    counts = {status.value: int(counted.get(status.value, 0)) for status in Message.Status}
    return {**counts, "audience": found.count()}


def count_variants(
    source_kind: str, source_id: int, part: str, *, since: datetime
) -> dict[str, VariantCount]:
    """Give variant → its messages planned since then by status, and what people did with them.

    "" is what was planned without a variant.
    """
    found = _of_part(source_kind, source_id, part, since)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for variant, status, count in found.values_list("variant", "status").annotate(n=Count("id")):
        counts[variant][status] = count
    events = MessageEvent.objects.filter(
        message__in=found, message__status=Message.Status.ACCEPTED, kind__in=("opened", "clicked")
    )
    did = {
        (variant, kind): count
        for variant, kind, count in events.values_list("message__variant", "kind").annotate(
            n=Count("id")
        )
    }
    return {
        variant: VariantCount(
            by_status,
            opened=did.get((variant, "opened"), 0),
            clicked=did.get((variant, "clicked"), 0),
        )
        for variant, by_status in sorted(counts.items())
    }


def first_variants(
    source_kind: str, source_id: int, part: str, *, since: datetime
) -> dict[int, str]:
    """Give customer → the variant of his first message of one part since then, held out or not."""
    rows = (
        _of_part(source_kind, source_id, part, since)
        .order_by("-id")
        .values_list("customer_id", "variant")
    )
    return dict(rows.iterator(chunk_size=50_000))


def _of_part(source_kind: str, source_id: int, part: str, since: datetime) -> QuerySet[Message]:
    return Message.objects.filter(
        source_kind=source_kind, source_id=source_id, source_part=part, planned_at__gte=since
    )


def count_by_part(source_kind: str, source_id: int) -> dict[str, dict[str, int]]:
    """Give source_part → status → number of messages."""
    found = Message.objects.filter(source_kind=source_kind, source_id=source_id)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for part, status, count in found.values_list("source_part", "status").annotate(n=Count("id")):
        counts[part][status] = count
    return dict(counts)


def count_open_by_class(now: datetime) -> list[OpenMessages]:
    """Count what has not left and still may; whom no analysis knows are left out."""
    statuses = (Message.Status.PLANNED, Message.Status.RENDERED, Message.Status.CLAIMED)
    found = Message.objects.filter(status__in=statuses, expires_at__gt=now)
    parts = ("source_kind", "source_id", "template_key", "content_kind", "channel", "due_at")
    by_class = found.annotate(of_class=insight.class_column("customer_id"))
    rows = by_class.order_by().values_list(*parts, "of_class").annotate(n=Count("id"))
    return [OpenMessages(*row) for row in rows if row[len(parts)] is not None]


def first_sent_after(since: Mapping[int, datetime]) -> dict[int, datetime]:
    """Give person → when the first message to him left after his instant in `since`."""
    if not since:
        return {}
    rows = Message.objects.filter(
        customer_id__in=list(since),
        settled_at__gte=min(since.values()),
        status=Message.Status.ACCEPTED,
    ).order_by("-settled_at")
    # The first comes last and stays.
    return {
        who: at
        for who, at in rows.values_list("customer_id", "settled_at")
        if at is not None and at >= since[who]
    }
