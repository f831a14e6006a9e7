"""One page of one list of one source: asked for, stored and remembered; the worker asks again.

The page's records go in like deliveries of a webhook: the same record twice has one effect, a late
older one changes nothing, one that cannot be used is kept for staff. The place in the list moves in
the same transaction, so that a kill leaves both or neither.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from okaeri.foundation.asking import Answer, UnavailableError, ask_json
from okaeri.foundation.errors import InputError, OkaeriError
from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.intake.models import Poll
from okaeri.intake.polling import leave, windows
from okaeri.intake.polling.windows import Progress
from okaeri.intake.types import LiveRules
from okaeri.intake.webhooks import connections, eccube
from okaeri.intake.webhooks.reading import parse_json
from okaeri.intake.webhooks.taking import Arrived, Envelope, take

# In this order the lists are read; each by the name its query has.
LISTS: Mapping[str, str] = {
    eccube.ORDER: "orders",
    eccube.CUSTOMER: "customers",
    eccube.PRODUCT: "products",
}
_TOPICS = tuple(LISTS)
_LEASE = timedelta(minutes=10)
_LONGEST_PAUSE = timedelta(hours=1)
_OK = 200
_DENIED = (401, 403)
_FAULTY = Text(
    "EC-CUBEがエラーを返しました({detail})。しばらくしてからもう一度試します。",
    "EC-CUBE answered with an error ({detail}); it is tried again in a while.",
)


def redirect_url(connection_id: int) -> str:
    """Give our page to which the shop sends its staff back."""
    return f"{settings.OKAERI.base_url}/connections/{connection_id}/leave/"


def read_due(now: datetime) -> int:
    """Read one page of one source whose turn it is; the number of records that came."""
    poll = _claim(now)
    if poll is None:
        return 0
    try:
        return _read_page(poll, now)
    except leave.RefusedError as error:
        _let_go(poll, None, now, failures=poll.failures + 1)
        connections.note_error(poll.connection, error.message)
    except (UnavailableError, InputError) as error:
        _pause(poll, now, error)
    return 0


def _claim(now: datetime) -> Poll | None:
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    due = Poll.objects.filter(free, next_at__lte=now, connection__is_active=True)
    poll = due.select_related("connection").order_by("next_at").first()
    if poll is None:
        return None
    taken = Poll.objects.filter(free, id=poll.id).update(
        lease_until=now + _LEASE, asked_again=False
    )
    poll.lease_until = now + _LEASE
    return poll if taken else None


def _let_go(poll: Poll, next_at: datetime | None, now: datetime, **changed: Any) -> bool:  # noqa: ANN401
    """Give the source back, if it is still ours; asked again meanwhile, its turn comes at once."""
    mine = Poll.objects.filter(id=poll.id, lease_until=poll.lease_until)
    if next_at is not None and mine.filter(asked_again=True).exists():
        next_at = now
    return bool(mine.update(lease_until=None, next_at=next_at, **changed))


def _pause(poll: Poll, now: datetime, error: OkaeriError) -> None:
    """Wait longer each time: 1, 2, 4 minutes, at most an hour."""
    pause = min(timedelta(minutes=2 ** min(poll.failures, 6)), _LONGEST_PAUSE)
    if _let_go(poll, now + pause, now, failures=poll.failures + 1):
        connections.note_error(poll.connection, error.message)


def _read_page(poll: Poll, now: datetime) -> int:
    topic = poll.progress.get("turn", _TOPICS[0])
    progress = _stored(poll.progress.get(topic, {}))
    is_first_look = not progress.is_open
    if is_first_look:
        progress = windows.open_window(progress, now)
    answer = _ask(poll, topic, progress, now)
    nodes, total = _nodes(answer, LISTS[topic])
    if is_first_look:
        progress, is_enough = windows.after_first_look(progress, total, answer.said_at)
        nodes = nodes if is_enough else []
    else:
        progress = windows.after_page(progress)
    _store(poll, topic, progress, nodes, now)
    return max(len(nodes), 1)


def _store(
    poll: Poll, topic: str, progress: Progress, nodes: list[dict[str, Any]], now: datetime
) -> None:
    following = _following(topic) if not progress.is_open else topic
    is_over = not progress.is_open and following == _TOPICS[0]
    state = {**poll.progress, topic: _as_json(progress), "turn": following}
    later = now + timedelta(minutes=load(LiveRules).poll_minutes)
    with transaction.atomic():
        if nodes:
            take([_arrived(poll, topic, node, now) for node in nodes])
        next_at = later if is_over else now
        if not _let_go(poll, next_at, now, progress=state, failures=0, last_read_at=now):
            # Another worker took over after our lease: his place in the list counts, not ours.
            transaction.set_rollback(True)
            return
        if poll.failures:
            connections.note_received(poll.connection_id, now, None)


def _arrived(poll: Poll, topic: str, node: dict[str, Any], now: datetime) -> Arrived:
    """Give a record as a delivery; the same state of the same thing is the same delivery."""
    raw = json.dumps(node, ensure_ascii=False, default=str).encode()
    state = sha256(raw).hexdigest()[:24]
    envelope = Envelope(f"{topic}:{str(node.get('id'))[:30]}:{state}", topic, now)
    return Arrived(poll.connection, envelope, raw, now, None)


def _ask(poll: Poll, topic: str, progress: Progress, now: datetime) -> Answer:
    redirect = redirect_url(poll.connection_id)
    query = {"query": query_of(topic, progress)}
    url = f"{poll.shop_url}/api"
    answer = ask_json(url, query, token=leave.token_of(poll, redirect, now))
    if answer.status in _DENIED:
        token = leave.token_of(poll, redirect, now, is_new=True)
        answer = ask_json(url, query, token=token)
    if answer.status in _DENIED:
        raise leave.RefusedError
    if answer.status != _OK:
        raise UnavailableError(_FAULTY.format(detail=f"HTTP {answer.status}"))
    return answer


def query_of(topic: str, progress: Progress) -> str:
    """Give the question for one page; values are instants and numbers of our own."""
    asked = {"page": str(progress.page), "limit": str(windows.PAGE_SIZE)}
    for name, at in (("start", progress.start), ("end", progress.end)):
        if at is not None:
            asked[f"update_datetime_{name}"] = f'"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+00:00"'
    given = ", ".join(f"{name}: {value}" for name, value in asked.items())
    return (
        f"query {{ {LISTS[topic]}({given}) {{ totalCount nodes {{ {eccube.FIELDS[topic]} }} }} }}"
    )


def _nodes(answer: Answer, name: str) -> tuple[list[dict[str, Any]], int]:
    """Give the records and how many there are in all; warnings beside the data are no error."""
    try:
        found = parse_json(answer.body)
    except InputError:
        raise UnavailableError(_FAULTY.format(detail="JSON")) from None
    data = found.get("data")
    page = data.get(name) if isinstance(data, dict) else None
    nodes = page.get("nodes") if isinstance(page, dict) else None
    total = page.get("totalCount") if isinstance(page, dict) else None
    if not isinstance(nodes, list) or not isinstance(total, int):
        raise UnavailableError(_FAULTY.format(detail=_first_error(found)))
    return [node for node in nodes if isinstance(node, dict)], total


def _first_error(found: Mapping[str, Any]) -> str:
    errors = found.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    words = str(first.get("message", "")) if isinstance(first, dict) else ""
    return words.replace("{", "(").replace("}", ")")[:200] or "GraphQL"


def _following(topic: str) -> str:
    return _TOPICS[(_TOPICS.index(topic) + 1) % len(_TOPICS)]


def _stored(state: Mapping[str, Any]) -> Progress:
    until, start, end = (
        datetime.fromisoformat(state[name]) if state.get(name) else None
        for name in ("until", "start", "end")
    )
    return Progress(until, start, end, int(state.get("page", 1)))


def _as_json(progress: Progress) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(progress).items()
    }
