"""Carts as events tell of them: what went in and out, by change, by device, by contact."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from okaeri.intake.event_types import CartChange
from okaeri.intake.models import Event

_COLUMNS = (
    "id", "kind", "device_id", "party_id", "occurred_at", "received_at", "sku", "quantity",
    "change_no",
)  # fmt: skip
_PAGE = 500


def changes_after(change_no: int, limit: int) -> list[CartChange]:
    """Give what went in or out of anybody's cart behind a change number, in the order of change."""
    return _read(_of_carts().filter(change_no__gt=change_no).order_by("change_no")[:limit])


def changes_of(
    device_ids: Collection[str], party_ids: Collection[int], *, since: datetime
) -> list[CartChange]:
    """Give what went in or out of the carts of these devices and contacts, each once, oldest first."""
    recent = _of_carts().filter(occurred_at__gte=since)
    devices, parties = sorted(device_ids), sorted(party_ids)
    found: dict[int, CartChange] = {}
    for start in range(0, len(devices), _PAGE):
        page = recent.filter(device_id__in=devices[start : start + _PAGE])
        found |= {change.id: change for change in _read(page)}
    for start in range(0, len(parties), _PAGE):
        page = recent.filter(party_id__in=parties[start : start + _PAGE])
        found |= {change.id: change for change in _read(page)}
    return sorted(found.values(), key=lambda change: (change.occurred_at, change.id))


def _of_carts() -> QuerySet[Event]:
    """The kinds stand in the text itself: SQLite then sees that the small index of carts fits."""
    return Event.objects.extra(where=["kind IN ('cart_add', 'cart_remove')"])


def _read(rows: QuerySet[Event]) -> list[CartChange]:
    return [
        CartChange(number, kind == Event.Kind.CART_ADD, *rest)
        for number, kind, *rest in rows.values_list(*_COLUMNS)
    ]
