"""Tracked links and who pressed them; opens and clicks per person."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, QuerySet

from okaeri.deliver.domain.machines import ALL_LINKS, Press
from okaeri.deliver.models import Click, Link, Message, MessageEvent
from okaeri.deliver.tracking_types import EngagementView

_PAGE = 500
_MARKETING = ("useful", "sales")


def ensure_links(urls: Iterable[str]) -> dict[str, int]:
    """Give address → number, with rows for those that are new."""
    by_hash = {_hash(url): url for url in urls}
    known = _known(by_hash)
    fresh = [Link(url=url, url_hash=key) for key, url in by_hash.items() if key not in known]
    if fresh:
        # Two workers with the same new address: one inserts, both read.
        Link.objects.bulk_create(fresh, ignore_conflicts=True)
        known = _known(by_hash)
    return {by_hash[key]: number for key, number in known.items()}


def _known(hashes: Collection[str]) -> dict[str, int]:
    wanted = list(hashes)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), _PAGE):
        rows = Link.objects.filter(url_hash__in=wanted[start : start + _PAGE])
        found.update(rows.values_list("url_hash", "id"))
    return found


def _hash(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()


def find_url(link_id: int) -> str | None:
    """Give where a link leads."""
    return Link.objects.filter(id=link_id).values_list("url", flat=True).first()


def record_click(message_id: int, link_id: int, machine: str, at: datetime) -> None:
    """Note the first press of a link by people, and the first of each kind of machine."""
    Click.objects.get_or_create(
        message_id=message_id, link_id=link_id, machine=machine, defaults={"occurred_at": at}
    )


def list_unweighed(until: datetime, limit: int) -> list[int]:
    """Give messages with clicks up to `until` that are not judged yet."""
    rows = Click.objects.filter(is_machine=None, occurred_at__lte=until).order_by("occurred_at")
    return list(dict.fromkeys(rows.values_list("message_id", flat=True)[:limit]))


def presses_of(message_id: int) -> list[Press]:
    """Give what looks like a person's presses of one message, the earliest first."""
    rows = Click.objects.filter(message_id=message_id, machine="").order_by("occurred_at")
    return [Press(*row) for row in rows.values_list("link_id", "occurred_at")]


def first_machine_click(message_id: int) -> tuple[str, datetime] | None:
    """Give why and when a machine first pressed a link of this message."""
    rows = Click.objects.filter(message_id=message_id).exclude(machine="").order_by("occurred_at")
    return rows.values_list("machine", "occurred_at").first()


def mark_weighed(message_id: int, until: datetime, at_once: Collection[int]) -> None:
    """Write down the judgement of a message's clicks up to `until`.

    Presses of all links at once become a machine's, also those after `until`; then a person's first
    press of the same link finds its place free.
    """
    clicks = Click.objects.filter(message_id=message_id)
    known = clicks.filter(machine=ALL_LINKS).values_list("link_id", flat=True)
    clicks.filter(machine="", link_id__in=set(at_once) & set(known)).delete()
    clicks.filter(machine="", link_id__in=at_once).update(machine=ALL_LINKS, is_machine=True)
    waiting = clicks.filter(is_machine=None, occurred_at__lte=until)
    waiting.exclude(machine="").update(is_machine=True)
    waiting.filter(machine="").update(is_machine=False)


def engagement(customer_ids: Iterable[int]) -> dict[int, EngagementView]:
    """Give what each person did with his marketing mails; people and machines counted apart.

    Everybody asked for has a row.
    """
    wanted = sorted(set(customer_ids))
    values: dict[int, dict[str, Any]] = defaultdict(dict)
    for start in range(0, len(wanted), _PAGE):
        people = wanted[start : start + _PAGE]
        sent = Message.objects.filter(
            customer_id__in=people, status="accepted", content_kind__in=_MARKETING
        )
        for person, count in sent.values_list("customer_id").annotate(n=Count("id")):
            values[person]["sent"] = count
        events = MessageEvent.objects.filter(
            message__customer_id__in=people,
            message__content_kind__in=_MARKETING,
            kind__in=("opened", "clicked", "machine_opened", "machine_clicked"),
        )
        counted = events.values_list("message__customer_id", "kind").annotate(
            n=Count("id"), last=Max("occurred_at")
        )
        for person, kind, count, last in counted:
            values[person][kind] = count
            if kind in ("opened", "clicked"):
                values[person][f"last_{kind}_at"] = last
    return {person: EngagementView(**values[person]) for person in wanted}


def reactions_of(customer_ids: Iterable[int]) -> dict[str, tuple[int, int]]:
    """Give channel → (marketing messages that left with a link, those a person pressed one of)."""
    return _reactions(Message.objects.filter(customer_id__in=list(customer_ids)))


def reactions_since(since: datetime) -> dict[str, tuple[int, int]]:
    """Give the same of everybody, for messages made since then."""
    return _reactions(Message.objects.filter(planned_at__gte=since))


def _reactions(messages: QuerySet[Message]) -> dict[str, tuple[int, int]]:
    sent = messages.filter(status="accepted", content_kind__in=_MARKETING, has_link=True)
    left = dict(sent.values_list("channel").annotate(n=Count("id")))
    events = MessageEvent.objects.filter(kind="clicked", message__in=sent)
    answered = dict(events.values_list("message__channel").annotate(n=Count("id")))
    return {channel: (count, answered.get(channel, 0)) for channel, count in left.items()}


def mark_tracked(with_link: Collection[int], with_picture: Collection[int]) -> None:
    """Note which messages leave with a tracked link, and which with the picture."""
    for name, ids in (("has_link", with_link), ("has_picture", with_picture)):
        if ids:
            Message.objects.filter(id__in=ids).update(**{name: True})
