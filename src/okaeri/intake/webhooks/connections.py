"""Live sources as rows: make one, change its secret, see what it sent."""

import secrets as random
from datetime import datetime, timedelta
from functools import lru_cache
from time import monotonic

from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.standard_webhooks import new_secret
from okaeri.foundation.text import Text
from okaeri.intake.models import Connection, Delivery
from okaeri.intake.types import ConnectionView, DeliveryView
from okaeri.intake.webhooks.sealing import seal, unseal

# Both secrets are accepted for so long after a change.
OVERLAP = timedelta(hours=24)
# So long deliveries are remembered, and what failed can be tried again.
KEPT = timedelta(days=30)
_SOURCES = {"shopify": "shopify", "eccube": "eccube", "generic": "api"}
_NO_CONNECTION = Text("その接続は見つかりません。", "There is no such connection.")
_NO_DELIVERY = Text("その受信は見つかりません。", "There is no such delivery.")
_NO_NAME = Text("名前を入力してください。", "Give the connection a name.")
_NO_KIND = Text("種類を選んでください。", "Choose what kind of source it is.")
_NO_SECRET = Text(
    "{name} の管理画面に表示される秘密の値(16文字以上)を貼り付けてください。",
    "Paste the secret that {name} shows in its admin (16 characters or more).",
)
_NAMES = {"shopify": "Shopify", "eccube": "EC-CUBE", "generic": "Webhook"}


def create(name: str, kind: str, secret: str, source: str) -> tuple[ConnectionView, str]:
    """Make a live source; gives it and its secret, which is shown once.

    Shopify makes its secret itself, so it is given; the others get one of 256 bits from us.
    """
    name = name.strip()[:80]
    if kind not in _SOURCES:
        raise InputError(_NO_KIND)
    if not name:
        raise InputError(_NO_NAME)
    secret = _chosen(kind, secret)
    row = Connection.objects.create(
        key=random.token_urlsafe(24),
        kind=kind,
        name=name,
        source=(source.strip() or _SOURCES[kind])[:40],
        secret=seal(secret),
        created_at=clock.now(),
    )
    return view(row, clock.now()), secret


def _chosen(kind: str, secret: str) -> str:
    secret = secret.strip()
    if kind == "shopify":
        if len(secret) < 16:
            raise InputError(_NO_SECRET.format(name=_NAMES[kind]))
        return secret
    if secret and len(secret) < 16:
        raise InputError(_NO_SECRET.format(name=_NAMES[kind]))
    return secret or new_secret()


def rotate(connection_id: int, secret: str) -> tuple[ConnectionView, str]:
    """Give a new secret; the one before is still accepted for a day."""
    row, now = get(connection_id), clock.now()
    secret = _chosen(row.kind, secret)
    row.previous_secret, row.secret, row.rotated_at = row.secret, seal(secret), now
    row.save(update_fields=["previous_secret", "secret", "rotated_at"])
    _active.cache_clear()
    return view(row, now), secret


def switch(connection_id: int, *, is_active: bool) -> None:
    """Open or close an address."""
    if not Connection.objects.filter(id=connection_id).update(is_active=is_active):
        raise NotFoundError(_NO_CONNECTION)
    _active.cache_clear()


def get(connection_id: int) -> Connection:
    """Give one connection or raise NotFoundError."""
    row = Connection.objects.filter(id=connection_id).first()
    if row is None:
        raise NotFoundError(_NO_CONNECTION)
    return row


def find_active(key: str) -> Connection | None:
    """Give the open connection with this address.

    What another process changed counts a second later; asked for once a second, not per delivery.
    """
    return _active(key, int(monotonic()))


@lru_cache(maxsize=64)
def _active(key: str, moment: int) -> Connection | None:
    return Connection.objects.filter(key=key, is_active=True).first()


def secrets_of(connection: Connection, now: datetime) -> list[str]:
    """Give the secrets that count now: the present one, and the one before for a day."""
    found = [unseal(connection.secret)]
    if _previous_until(connection, now) is not None:
        found.append(unseal(connection.previous_secret))
    return found


def _previous_until(connection: Connection, now: datetime) -> datetime | None:
    if not connection.previous_secret or connection.rotated_at is None:
        return None
    until = connection.rotated_at + OVERLAP
    return until if now < until else None


def view(row: Connection, now: datetime) -> ConnectionView:
    """Give a connection as staff see it."""
    return ConnectionView(
        row.id, row.key, row.kind, row.name, row.source, row.is_active, row.created_at,
        row.last_received_at, Text.from_json(row.last_error) if row.last_error else None,
        _previous_until(row, now),
    )  # fmt: skip


def list_views() -> list[ConnectionView]:
    """Give all live sources by name."""
    now = clock.now()
    return [view(row, now) for row in Connection.objects.order_by("name", "id")]


def list_deliveries(connection_id: int, limit: int = 50) -> list[DeliveryView]:
    """Give what a live source sent, newest first."""
    rows = Delivery.objects.filter(connection_id=connection_id).order_by("-received_at", "-id")
    return [
        DeliveryView(
            row.id, row.delivery_id, row.topic, row.status,
            Text.from_json(row.error) if row.error else None, row.received_at,
            row.status == Delivery.Status.FAILED and bool(row.payload),
        )
        for row in rows[:limit]
    ]  # fmt: skip


def get_failed(delivery_id: int) -> Delivery:
    """Give a failed delivery with what was kept of it, or raise NotFoundError."""
    rows = Delivery.objects.filter(id=delivery_id, status=Delivery.Status.FAILED)
    row = rows.exclude(payload="").select_related("connection").first()
    if row is None:
        raise NotFoundError(_NO_DELIVERY)
    return row


def note_received(connection_id: int, now: datetime, error: Text | None) -> None:
    """Remember that something came, and what was wrong with it; all well clears the last error."""
    Connection.objects.filter(id=connection_id).update(
        last_received_at=now, last_error=error.as_json() if error else {}
    )


def note_error(connection: Connection, error: Text) -> None:
    """Remember a refusal, with one write while it stays the same: strangers must not make us write."""
    if connection.last_error != error.as_json():
        connection.last_error = error.as_json()
        Connection.objects.filter(id=connection.id).update(last_error=connection.last_error)


def sweep(now: datetime) -> int:
    """Take away old deliveries; gives how many. Where there is none, a moment's look by the index."""
    gone = 0
    for connection_id in Connection.objects.values_list("id", flat=True):
        old = Delivery.objects.filter(connection_id=connection_id, received_at__lt=now - KEPT)
        if old.exists():
            gone += old.delete()[0]
    return gone
