"""Deliveries as tables other stations reckon with, by the day of the shop."""

from collections.abc import Collection, Iterator
from datetime import date, datetime

import pyarrow as pa

from okaeri.deliver.store import contacts, signs
from okaeri.deliver.store import mail_months as mail_counts
from okaeri.foundation.settings import ShopProfile, load
from okaeri.insight.bump_types import Sign
from okaeri.insight.reaction_types import MailMonth


def read_contacts(since: datetime) -> Iterator[pa.RecordBatch]:
    """Give each marketing message that left since `since`, as `insight.reaction_types.CONTACTS`."""
    return contacts.read_contacts(since, load(ShopProfile).zone)


def contacts_of(
    source_kind: str, source_id: int, first: date, last: date, *, limit: int
) -> list[tuple[int, date, str]]:
    """Give person, shop day and channel of a source's newest offers that left on these days."""
    zone = load(ShopProfile).zone
    return contacts.contacts_of(source_kind, source_id, first, last, zone, limit=limit)


def read_spent(since: datetime) -> Iterator[pa.RecordBatch]:
    """Give every message that left since `since`, as `insight.care_types.SPENT`."""
    return contacts.read_spent(since, load(ShopProfile).zone)


def mail_months(since: datetime) -> list[MailMonth]:
    """Give what became of the advertisements by mail of each month since `since`."""
    return mail_counts.mail_months(since, load(ShopProfile).zone)


def read_signs(since: date) -> Iterator[pa.RecordBatch]:
    """Give what everybody did with messages from a day on, as `insight.bump_types.SIGNS`."""
    return signs.read_signs(since, load(ShopProfile).zone)


def read_clicks(since: date) -> Iterator[pa.RecordBatch]:
    """Give which links in messages people pressed from a day on, as `insight.reaction_types.CLICKS`."""
    return signs.read_clicks(since, load(ShopProfile).zone)


def signs_of(customer_ids: Collection[int], since: date) -> list[Sign]:
    """Give what these people did with messages from a day on, as signs of life."""
    return signs.signs_of(customer_ids, since, load(ShopProfile).zone)
