"""What is stored as it happens, beside files: contacts, and checked bodies of any kind."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load
from okaeri.intake.applying import Surroundings, apply
from okaeri.intake.models import SourceMark
from okaeri.intake.people import store_parties
from okaeri.intake.types import Kept, PartyIn
from okaeri.intake.webhooks.generic import KINDS
from okaeri.intake.webhooks.words import Frame
from okaeri.intake.writing.marks import note_told


def record_customers(parties: Iterable[PartyIn], *, source: str) -> list[int]:
    """Store contacts without orders; gives the party ids of those that say anything."""
    now = clock.now()
    given = [(source, party, now) for party in parties]
    with transaction.atomic():
        ids = store_parties(given, now)
        note_told(SourceMark.Subject.CUSTOMER, ((source, now) for _ in given))
    return [party_id for party_id in ids if party_id is not None]


def record_bodies(kind: str, bodies: Sequence[Any], now: datetime) -> Kept:
    """Store checked bodies of one kind ("orders", "customers", ...), all or none.

    Raises InputError where one cannot be stored.
    """
    shop = load(ShopProfile)
    zone = shop.zone
    frame = Frame("api", shop.currency, zone, now, now)
    to_word = KINDS[kind][1]
    return apply([to_word(body, frame) for body in bodies], Surroundings(zone, now))
