"""Contacts of a mall that were stored with their addresses: taken off, as if the mall rule had held."""

from collections.abc import Iterator, Sequence
from dataclasses import fields

from django.db.models import QuerySet

from okaeri.foundation.sequences import next_numbers
from okaeri.intake.domain.malls import can_reach, for_analysis
from okaeri.intake.domain.orders import party_fingerprint
from okaeri.intake.models import Order, Party
from okaeri.intake.types import PartyIn, PartyRecord
from okaeri.intake.writing.rows import CHANGES, chunks

_GIVEN = tuple(field.name for field in fields(PartyIn))
_STORED = tuple(PartyRecord.__dataclass_fields__)
_AT_ONCE = 500


def open_contacts(source: str) -> QuerySet[Party]:
    """Give the contacts of a source that a message, a call or a parcel could reach."""
    nothing = {"email": "", "phone": "", "line_user_id": "", "address": ""}
    return Party.objects.filter(source=source).exclude(**nothing).order_by("id")


def count_open_contacts(source: str) -> int:
    """Count the contacts of a source that a message, a call or a parcel could reach."""
    return open_contacts(source).count()


def close_contacts(source: str) -> Iterator[PartyRecord]:
    """Take everything that reaches somebody off a source's contacts, in the open transaction.

    Gives each as it was; read to the end, or only some are closed. Their orders stay, lose columns
    that say how to reach somebody, and are written anew by the next file, so that one of the own shop
    brings its people back.
    """
    next_numbers(CHANGES, 0)
    for ids in chunks(list(open_contacts(source).values_list("id", flat=True)), _AT_ONCE):
        rows = list(Party.objects.filter(id__in=ids).order_by("id"))
        for row, number in zip(rows, next_numbers(CHANGES, len(rows)), strict=True):
            before = PartyRecord(*(getattr(row, name) for name in _STORED))
            _close(row, number)
            yield before
        _clean_orders(ids)


def _close(row: Party, change_no: int) -> None:
    closed = for_analysis(PartyIn(**{name: getattr(row, name) for name in _GIVEN}))
    fingerprint = party_fingerprint(row.source, closed)
    # Where a file told of him since the rule, that contact keeps the key both would have.
    if Party.objects.filter(fingerprint=fingerprint).exclude(id=row.id).exists():
        fingerprint = f"closed:{row.id}"
    for name in _GIVEN:
        setattr(row, name, getattr(closed, name))
    row.email_key = row.phone_key = ""
    row.extra = {name: cell for name, cell in row.extra.items() if not can_reach(name)}
    row.fingerprint, row.change_no = fingerprint, change_no
    row.save()


def _clean_orders(party_ids: Sequence[int]) -> None:
    orders = list(Order.objects.filter(party_id__in=party_ids).only("id", "extra", "content_hash"))
    for order in orders:
        kept = {name: cell for name, cell in order.extra.items() if not can_reach(name)}
        order.extra, order.content_hash = kept, ""
    Order.objects.bulk_update(orders, ["extra", "content_hash"], batch_size=_AT_ONCE)
