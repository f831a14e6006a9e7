"""Keeping a group of people at a channel's far side: whole, replaced as a whole, never made twice.

The far side cannot take people out of a group, so every sync makes a new one. Its name holds the
audience's key and the number of the attempt, which is written before the far side hears of it:

1. The number is committed. 2. Groups of earlier attempts are looked up by the key and removed.
3. The new one is made; where the answer is lost it is looked up by its name. 4. People are added.
5. When the far side says it is ready, it takes the old one's place and the old one is removed.
A kill anywhere leaves at most one unfinished group, and the next sync removes it in step 2.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

from okaeri.customers import api as customers
from okaeri.customers.access_types import ProvisionBasis
from okaeri.deliver.audience_types import AudienceService, AudienceState, Failure, Reach
from okaeri.deliver.models import Audience
from okaeri.deliver.store import audiences as store
from okaeri.foundation.text import Text

LINE = "line"
# Narrowcast refuses audiences of fewer people (LINE: error 4).
FEWEST = 50
# How the log of provisions calls who uploads, what, and to whom.
_ACTOR, _FIELDS, _RECIPIENT = "okaeri", ("line",), "LINEヤフー株式会社"
_AT_ONCE = 10_000
_LOOK_AGAIN = timedelta(minutes=1)
# While the far side does not answer the worker has mails to send.
_PUT_OFF = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(days=1)
_USER_ID = re.compile(r"U[0-9a-f]{32}")
_TITLE = 60
_TOO_SMALL = Text(
    "送れる方が {n}人です。LINEで絞り込んで送るには{fewest}人以上が必要なため、LINEには送っていません。",
    "{n} people can be written to; LINE needs at least {fewest} to send to an audience, so nothing was "
    "uploaded.",
)
_NO_ACCOUNT = Text(
    "LINEのアクセストークンがありません。OKAERI_LINE_TOKEN に設定してください。",
    "There is no LINE access token; set OKAERI_LINE_TOKEN.",
)
_NOT_READY = Text(
    "LINEが1日たっても準備を終えていません。もう一度同期してください。",
    "LINE has not made it ready within a day; sync again.",
)
_FAILED_THERE = Text(
    "LINEの側で作成に失敗しました。もう一度同期してください。",
    "LINE failed to make the audience; sync again.",
)
_FEW_THERE = Text(
    "LINEで使える友だちが少なすぎるため、オーディエンスになりませんでした。",
    "Too few of these people can be used at LINE, so it became no audience.",
)
_OVERTAKEN = Failure(
    Text("新しい同期が始まりました。", "A later sync has begun."), may_have_happened=False
)


def measure_reach(customer_ids: Iterable[int]) -> tuple[Reach, dict[str, list[int]]]:
    """Give how many people are linked to LINE and may be written to, and user id → people of these.

    Read in parts of ten thousand; one id of two people counts once among those to upload.
    """
    people = linked = sendable = 0
    addresses: dict[str, list[int]] = {}
    waiting = iter(customer_ids)
    while part := list(islice(waiting, _AT_ONCE)):
        points = customers.list_contact_points(part, LINE)
        people += len(part)
        linked += sum(bool(point.address) for point in points.values())
        for point in points.values():
            if point.may_be_written and _USER_ID.fullmatch(point.address):
                sendable += 1
                addresses.setdefault(point.address, []).append(point.customer_id)
    return Reach(people, linked, sendable), addresses


def reach_of(key: str, customer_ids: Sequence[int], now: datetime) -> tuple[Reach, datetime] | None:
    """Give the reach and when it was counted: few people now, many when somebody last asked.

    None before anybody did: a page does not look up a million people each time somebody opens it.
    """
    if len(customer_ids) <= _AT_ONCE:
        return measure_reach(customer_ids)[0], now
    known = store.find(key)[0]
    return (known.reach, known.counted_at) if known.counted_at else None


def count_reach(key: str, customer_ids: Sequence[int], now: datetime) -> None:
    """Count the reach of many people and keep it for the page."""
    store.change(key, **_columns(measure_reach(customer_ids)[0], now))


def _columns(reach: Reach, now: datetime) -> dict[str, int | datetime]:
    counts = {"people": reach.people, "linked": reach.linked, "sendable": reach.sendable}
    return {**counts, "counted_at": now}


def sync(
    service: AudienceService | None,
    key: str,
    title: str,
    customer_ids: Iterable[int],
    now: datetime,
) -> None:
    """Make the far side hold exactly those of these people who may be written to now."""
    row = store.begin(key)
    if service is None:
        _fail(row, _NO_ACCOUNT)
        return
    reach, addresses = measure_reach(customer_ids)
    store.save(row, **_columns(reach, now))
    failed = _remove_strays(service, row)
    if failed is not None:
        _fail(row, failed.why)
    elif len(addresses) < FEWEST:
        _end_small(service, row, _TOO_SMALL.format(n=len(addresses), fewest=FEWEST), now)
    else:
        _note_provision(row, addresses, now)
        _upload(service, row, title, list(addresses), now)


def _note_provision(row: Audience, addresses: Mapping[str, Sequence[int]], now: datetime) -> None:
    """Write down who is about to be handed over; what then fails was at worst handed over in part."""
    customers.log_access(
        _ACTOR,
        "export",
        [person for people in addresses.values() for person in people],
        _FIELDS,
        f"audience:{row.key}",
        now,
        recipient=_RECIPIENT,
        basis=ProvisionBasis.ENTRUSTED,
    )


def _marker(row: Audience) -> str:
    return f"[okaeri {row.key} "


def _remove_strays(service: AudienceService, row: Audience) -> Failure | None:
    """Remove every group of this audience but the one in use: what a kill or a lost answer left."""
    found = service.find(_marker(row))
    if isinstance(found, Failure):
        return found
    for group in found:
        if group.id != row.group_id:
            # What a later attempt made is in the list only if that one has begun.
            if not store.is_current(row):
                return _OVERTAKEN
            failed = service.delete(group.id)
            if failed is not None:
                return failed
    return None


def _upload(
    service: AudienceService, row: Audience, title: str, addresses: Sequence[str], now: datetime
) -> None:
    parts = [addresses[at : at + _AT_ONCE] for at in range(0, len(addresses), _AT_ONCE)]
    first, *others = parts
    name = f"{title[:_TITLE]} {_marker(row)}{row.number}]"
    group = _create(service, name, first)
    if isinstance(group, Failure):
        _fail(row, group.why)
        return
    if not store.save(row, next_group_id=group):
        if service.delete(group) is not None:
            store.mark_stale(row.key)
        return
    for part in others:
        failed = service.add(group, part)
        if failed is not None:
            _fail(row, failed.why)
            return
    store.save(
        row,
        state=AudienceState.IN_PROGRESS,
        uploaded=len(addresses),
        synced_at=now,
        look_at=now,
    )
    _look(service, row, now)


def _create(service: AudienceService, name: str, people: Sequence[str]) -> int | Failure:
    """Make a group; where no answer came it is looked up, and only if it is not there made again."""
    made = service.create(name, people)
    if not isinstance(made, Failure) or not made.may_have_happened:
        return made
    found = service.find(name)
    if isinstance(found, Failure):
        return made
    if not found:
        return service.create(name, people)
    group = found[0].id
    # Whether all of them arrived is not known; adding again changes nothing.
    failed = service.add(group, people)
    return group if failed is None else failed


def follow(service: AudienceService | None, now: datetime, limit: int = 2) -> int:
    """Ask the far side about few audiences in progress; how many were asked about.

    It runs in the loop that sends mails: the first silence ends the round and puts off all.
    """
    if service is None:
        return 0
    asked = 0
    for row in store.list_in_progress(now, limit):
        if not store.claim(row, now + _LOOK_AGAIN):
            continue
        asked += 1
        if not _look(service, row, now):
            store.put_off(now + _PUT_OFF)
            break
    return asked


def _look(service: AudienceService, row: Audience, now: datetime) -> bool:
    """Ask how the new group stands and act on it; False where the far side did not answer."""
    if row.next_group_id is None:
        return True
    standing = service.look(row.next_group_id)
    if isinstance(standing, Failure):
        store.save(row, look_at=now + _LOOK_AGAIN)
        return False
    if standing.is_ready:
        _replace(service, row)
    elif standing.is_too_small:
        _end_small(service, row, _FEW_THERE, now)
    elif standing.is_over:
        _fail(row, _FAILED_THERE)
    elif row.synced_at is not None and now - row.synced_at > _LONGEST_WAIT:
        _fail(row, _NOT_READY)
    else:
        store.save(row, look_at=now + _LOOK_AGAIN)
    return True


def _replace(service: AudienceService, row: Audience) -> None:
    """Let the new group take the old one's place.

    An old one that cannot be removed takes nothing from the new one: the audience stays marked, and
    the next night's sync removes it by its name.
    """
    old = row.group_id
    if old is not None:
        store.mark_unclean(row)
    ready = {"state": AudienceState.READY, "group_id": row.next_group_id, "next_group_id": None}
    if store.save(row, **ready, why={}, look_at=None) and (
        old is None or service.delete(old) is None
    ):
        store.settle(row)


def _end_small(service: AudienceService, row: Audience, why: Text, now: datetime) -> None:
    """Keep no audience: the old one may hold people who have left, and goes too.

    Only what was really removed is forgotten; the rest is tried again in the next night.
    """
    store.mark_unclean(row)
    ended = {"state": AudienceState.TOO_SMALL, "uploaded": 0, "synced_at": now, "look_at": None}
    if not store.save(row, **ended, why=why.as_json()):
        return
    for column in ("group_id", "next_group_id"):
        group = getattr(row, column)
        if group is None:
            continue
        if not store.is_current(row):
            return
        failed = service.delete(group)
        if failed is not None:
            _fail(row, failed.why)
            return
        store.save(row, **{column: None})
    store.settle(row)


def _fail(row: Audience, why: Text) -> None:
    store.save(row, state=AudienceState.FAILED, why=why.as_json(), look_at=None)
