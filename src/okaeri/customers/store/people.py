"""Customer rows: founding, updating, finding."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from django.db import connection
from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery

from okaeri.customers.domain.profile import COLUMNS, Profile, from_columns, to_columns
from okaeri.customers.models import ContactPoint, Customer
from okaeri.customers.store.sql import execute_each, is_among, select
from okaeri.customers.types import CustomerProfile, PersonTraits
from okaeri.foundation.bulk import bulk_insert, db_instant, instant_form

_TABLE = Customer._meta.db_table
_STORED = (*COLUMNS, "name_key", "kana_key", "profile_seen")
_VIEWED = (
    *("id", "family_name", "given_name", "family_kana", "given_kana", "email", "phone"),
    *("postal_code", "prefecture", "address", "birth_on", "created_at", "known_at"),
)
_AFTER_ALL_TEXT = "\U0010ffff"


_driver_values = itemgetter(*_STORED)


def _values(profile: Profile) -> tuple[Any, ...]:
    row = to_columns(profile)
    row["profile_seen"] = json.dumps(row["profile_seen"])
    if row["birth_on"] is not None:
        row["birth_on"] = row["birth_on"].isoformat()
    values: tuple[Any, ...] = _driver_values(row)
    return values


def insert_customers(
    profiles: Mapping[int, Profile], known: Mapping[int, datetime], now: datetime
) -> None:
    """Found customers with the ids given; `known` is since when the shop knows each."""
    created, form = db_instant(now), instant_form()
    rows = (
        (number, *_values(profile), created, form(min(known[number], now)))
        for number, profile in profiles.items()
    )
    bulk_insert(_TABLE, ("id", *_STORED, "created_at", "known_at"), rows)


def known_of(customer_ids: Iterable[int]) -> dict[int, datetime]:
    """Give id → since when the shop knows this person."""
    condition, parameter = is_among("id", customer_ids)
    sql = f"SELECT id, known_at, created_at FROM {_TABLE} WHERE {condition}"  # noqa: S608
    rows = Customer.objects.raw(sql, [parameter])
    return {row.id: row.known_at or row.created_at for row in rows}


def set_known(known: Mapping[int, datetime]) -> None:
    """Write since when the shop knows these people."""
    rows = [(db_instant(at), number) for number, at in known.items()]
    execute_each(f"UPDATE {_TABLE} SET known_at = %s WHERE id = %s", rows)  # noqa: S608


def note_known(told: Mapping[int, datetime]) -> None:
    """Write since when these people are known where that is earlier than what is stored."""
    before = known_of(told)
    set_known({number: at for number, at in told.items() if at < before[number]})


def earliest_row(customer_ids: Iterable[int]) -> datetime:
    """Give when the first of these rows was written."""
    rows = Customer.objects.filter(id__in=list(customer_ids))
    first: datetime = rows.aggregate(first=Min("created_at"))["first"]
    return first


def read_profiles(customer_ids: Iterable[int], *, lock: bool = False) -> dict[int, Profile]:
    """Give the profiles with their stamps; `lock` holds the rows until the transaction ends."""
    condition, parameter = is_among("id", customer_ids)
    tail = " ORDER BY id FOR UPDATE" if lock and connection.vendor == "postgresql" else ""
    columns = ", ".join(("id", *COLUMNS, "profile_seen"))
    rows = select(f"SELECT {columns} FROM {_TABLE} WHERE {condition}{tail}", [parameter])  # noqa: S608
    return {row[0]: from_columns(_readable(row[1:])) for row in rows}


def _readable(values: Sequence[Any]) -> dict[str, Any]:
    row = dict(zip((*COLUMNS, "profile_seen"), values, strict=True))
    if isinstance(row["birth_on"], str):
        row["birth_on"] = date.fromisoformat(row["birth_on"])
    if isinstance(row["profile_seen"], str):
        row["profile_seen"] = json.loads(row["profile_seen"])
    return row


def update_profiles(profiles: Mapping[int, Profile]) -> None:
    """Write profiles over the stored ones."""
    places = ", ".join(f"{column} = %s" for column in _STORED)
    rows = [(*_values(profile), number) for number, profile in profiles.items()]
    execute_each(f"UPDATE {_TABLE} SET {places} WHERE id = %s", rows)  # noqa: S608


def views_of(customer_ids: Iterable[int]) -> dict[int, CustomerProfile]:
    """Give live and absorbed customers as others see them."""
    condition, parameter = is_among("id", customer_ids)
    columns = ", ".join(_VIEWED)
    found = Customer.objects.raw(f"SELECT {columns} FROM {_TABLE} WHERE {condition}", [parameter])  # noqa: S608
    return {row.id: _view(row) for row in found}


def _view(row: Customer) -> CustomerProfile:
    return CustomerProfile(**{column: getattr(row, column) for column in _VIEWED})


def iter_traits() -> Iterator[PersonTraits]:
    """Give the traits of every live customer, in the order of ids."""
    points = ContactPoint.objects.filter(customer=OuterRef("id"), channel="email")
    rows = Customer.objects.filter(merged_into=None).order_by("id")
    rows = rows.annotate(mail_consent=Subquery(points.values("consent")[:1]))
    columns = ("id", "birth_on", "prefecture", "known_at", "mail_consent")
    for row in rows.values_list(*columns).iterator(chunk_size=10_000):
        yield PersonTraits(*row)


def known_since(
    instant: datetime, limit: int, below: tuple[datetime, int] | None
) -> list[CustomerProfile]:
    """Give the live customers known at `instant` or after, newest first, of two the higher id.

    With `below` (since when known, id) those who come behind it.
    """
    rows = Customer.objects.filter(known_at__gte=instant, merged_into=None)
    if below is not None:
        at, number = below
        rows = rows.filter(Q(known_at__lt=at) | Q(known_at=at, id__lt=number))
    return [_view(row) for row in rows.order_by("-known_at", "-id")[:limit]]


def lock_live(customer_id: int) -> bool:
    """Lock a customer until the transaction ends; False when a merge has absorbed him."""
    rows = Customer.objects.select_for_update().filter(id=customer_id, merged_into=None)
    return rows.first() is not None


def set_merged_into(customer_id: int, kept_id: int | None) -> None:
    """Say whom a customer is part of now; None makes him a person of his own again."""
    Customer.objects.filter(id=customer_id).update(merged_into=kept_id)


def fill_emails(domain: str) -> list[int]:
    """Give live customers without an address customer-<id>@domain; gives who they are."""
    sql = (
        f"UPDATE {_TABLE} SET email = 'customer-' || id || '@' || %s "  # noqa: S608
        "WHERE email = '' AND merged_into_id IS NULL RETURNING id"
    )
    return [number for (number,) in select(sql, [domain])]


def highest_id() -> int:
    """Give the highest number a person has; 0 before there is one."""
    highest: int | None = Customer.objects.aggregate(highest=Max("id"))["highest"]
    return highest or 0


def count_live() -> int:
    """Give the number of people; those absorbed by a merge do not count."""
    return Customer.objects.filter(merged_into=None).count()


def find_ids_starting(column: str, start: str, limit: int) -> list[int]:
    """Give live customers whose `column` begins with `start`, in the order of that column."""
    if connection.vendor == "postgresql":
        condition = Q(**{f"{column}__startswith": start})
    else:
        # A range uses the index; SQLite's LIKE with an escape character does not.
        condition = Q(**{f"{column}__gte": start, f"{column}__lt": start + _AFTER_ALL_TEXT})
    return list(_live(condition).order_by(column, "id").values_list("id", flat=True)[:limit])


def find_ids_named(name: str, reading: str, limit: int) -> list[int]:
    """Give live customers with `name` or `reading` anywhere in theirs (reads every row)."""
    condition = Q()
    if name:
        condition |= Q(name_key__contains=name)
    if reading:
        condition |= Q(kana_key__contains=reading)
    if not condition:
        return []
    return list(_live(condition).order_by("id").values_list("id", flat=True)[:limit])


def _live(condition: Q) -> QuerySet[Customer]:
    return Customer.objects.filter(condition, merged_into=None)
