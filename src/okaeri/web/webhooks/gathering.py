"""From happenings to deliveries: what is new in each order, for every endpoint that wants to hear it.

Events, deliveries and the place up to which was read are written in one transaction, so nothing is
left out and nothing is told twice under two ids. An endpoint that is switched off gathers all the
same: what happened meanwhile leaves when it is switched on again, within `KEPT`.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from okaeri.foundation.happenings import Happening
from okaeri.foundation.models import DutyState
from okaeri.web.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from okaeri.web.webhooks.feeds import FEEDS, SETTLES, Feed

KEPT = timedelta(days=30)
_PAGE = 500
_PIECE = 1000


def gather(now: datetime) -> int:
    """Note what is new for endpoints; gives how many happenings were read."""
    endpoints = list(WebhookEndpoint.objects.order_by("id"))
    read = 0
    for feed in FEEDS.values() if endpoints else ():
        wanting = [one for one in endpoints if feed.kinds.intersection(one.kinds)]
        if wanting:
            read += _follow(feed, wanting, now)
    return read


def _follow(feed: Feed, wanting: Sequence[WebhookEndpoint], now: datetime) -> int:
    state = DutyState.objects.filter(name=_name(feed)).first()
    if state is None or not feed.read(state.cursor, now - SETTLES, 1):
        return 0
    with transaction.atomic():
        mine = DutyState.objects.select_for_update(skip_locked=True).filter(name=_name(feed))
        state = mine.first()
        if state is None:
            return 0
        found = feed.read(state.cursor, now - SETTLES, _PAGE)
        _note(found, wanting, now)
        if found:
            last = {"cursor": found[-1].place, "last_run_at": now}
            DutyState.objects.filter(name=_name(feed)).update(**last)
    return len(found)


def _note(found: Sequence[Happening], wanting: Sequence[WebhookEndpoint], now: datetime) -> None:
    kinds = {kind for one in wanting for kind in one.kinds}
    told = [one for one in found if one.kind in kinds]
    WebhookEvent.objects.bulk_create([event_of(one, now) for one in told], ignore_conflicts=True)
    keys = [one.key for one in told]
    events = WebhookEvent.objects.filter(key__in=keys).order_by("id").only("id", "kind")
    rows = [
        WebhookDelivery(endpoint=endpoint, event=event, next_attempt_at=now)
        for event in events
        for endpoint in wanting
        if event.kind in endpoint.kinds
    ]
    WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)


def event_of(one: Happening, now: datetime) -> WebhookEvent:
    """Give the row of a happening: its id for ever, and the bytes that will be signed."""
    data = dict(one.data)
    if one.customer_id is not None:
        data = {"customer_id": one.customer_id, **data}
    moment = one.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    body = {"type": one.kind, "timestamp": moment, "data": data}
    return WebhookEvent(
        identity=f"evt_{uuid4().hex}",
        key=one.key,
        kind=one.kind,
        customer_id=one.customer_id,
        people=len(data.get("customer_ids", ())) or int(one.customer_id is not None),
        body=_written(body),
        created_at=now,
    )


def begin_at_the_end(kinds: Sequence[str], now: datetime) -> None:
    """Read what nobody wanted before from here on; call it before the endpoint that wants it is kept."""
    wanted = {
        kind for known in WebhookEndpoint.objects.values_list("kinds", flat=True) for kind in known
    }
    for feed in FEEDS.values():
        if feed.kinds.intersection(kinds) and not feed.kinds.intersection(wanted):
            place = {"cursor": feed.end(), "last_run_at": now}
            DutyState.objects.update_or_create(name=_name(feed), defaults=place)


def sweep(now: datetime) -> int:
    """Take away what is older than `KEPT`, delivered or not; gives how many events went."""
    old = WebhookEvent.objects.filter(created_at__lt=now - KEPT)
    ids = list(old.order_by("created_at").values_list("id", flat=True)[:_PIECE])
    if ids:
        WebhookEvent.objects.filter(id__in=ids).delete()
    return len(ids)


def forget_person(customer_ids: Sequence[int]) -> int:
    """Take away what is told of a person but that he was erased; gives how many events changed."""
    found = WebhookEvent.objects.filter(customer_id__in=customer_ids)
    deleted = found.exclude(kind="customer.erased").delete()[1].get("web.WebhookEvent", 0)
    return deleted + _take_out_of_lists(set(customer_ids))


def _take_out_of_lists(gone: set[int]) -> int:
    """Take people out of what is told of many at once; a re-send signs what is left."""
    changed = 0
    lists = WebhookEvent.objects.filter(kind__in=("segment.entered", "segment.left"))
    for row in lists.only("id", "body").iterator():
        body = json.loads(row.body)
        rest = [number for number in body["data"]["customer_ids"] if number not in gone]
        if len(rest) < len(body["data"]["customer_ids"]):
            body["data"]["customer_ids"] = rest
            changed += WebhookEvent.objects.filter(id=row.id).update(
                body=_written(body), people=len(rest)
            )
    return changed


def _written(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _name(feed: Feed) -> str:
    return f"webhooks.{feed.name}"
