"""Keys, links and merges, and the one row whose lock makes changes of identity wait for each other."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

import numpy as np
import numpy.typing as npt
from django.db import connection

from okaeri.customers.domain.resolution import Key
from okaeri.customers.models import Customer, IdentityKey, MatchCandidate, Merge, PartyLink
from okaeri.customers.store.sql import execute, is_among, select
from okaeri.foundation.bulk import bulk_insert
from okaeri.foundation.work import cursors

DUTY = "customers.resolve"
_KEYS, _LINKS = IdentityKey._meta.db_table, PartyLink._meta.db_table
_CUSTOMERS = Customer._meta.db_table
# The change number up to which parties are resolved (`foundation.work.cursors`); its lock is the one
# row that makes changes of identity wait for each other.
read_cursor = partial(cursors.read, DUTY)
claim_cursor = partial(cursors.claim, DUTY)
wait_for_cursor = partial(cursors.wait, DUTY)
advance_cursor = partial(cursors.advance, DUTY)


def owners_of(keys: Iterable[Key]) -> dict[Key, int]:
    """Give key → customer for those keys that somebody owns."""
    values: dict[str, set[str]] = {}
    for kind, value in keys:
        values.setdefault(kind, set()).add(value)
    owners: dict[Key, int] = {}
    for kind, wanted in values.items():
        condition, parameter = is_among("value", wanted)
        sql = f"SELECT value, customer_id FROM {_KEYS} WHERE kind = %s AND {condition}"  # noqa: S608
        owners.update(((kind, value), owner) for value, owner in select(sql, [kind, parameter]))
    return owners


def insert_keys(owned: dict[Key, int]) -> None:
    """Give keys to their customers."""
    rows = ((kind, value, customer) for (kind, value), customer in owned.items())
    bulk_insert(_KEYS, ("kind", "value", "customer_id"), rows)


def links_of(party_ids: Iterable[int]) -> dict[int, int]:
    """Give party → customer; parties that are not resolved yet are left out."""
    condition, parameter = is_among("party_id", party_ids)
    sql = f"SELECT party_id, customer_id FROM {_LINKS} WHERE {condition}"  # noqa: S608
    return {party: customer for party, customer in select(sql, [parameter])}  # noqa: C416


def parties_of(customer_ids: Iterable[int]) -> list[tuple[int, int]]:
    """Give (party, customer) pairs of live customers."""
    condition, parameter = is_among("customer_id", customer_ids)
    sql = f"SELECT party_id, customer_id FROM {_LINKS} WHERE {condition} ORDER BY party_id"  # noqa: S608
    return [(party, customer) for party, customer in select(sql, [parameter])]


def insert_links(rows: Iterable[tuple[int, int, str]]) -> None:
    """Link parties: (party, customer, evidence)."""
    bulk_insert(_LINKS, ("party_id", "customer_id", "evidence"), rows)


def all_links() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Give every link as two arrays, parties ascending."""
    parties: list[npt.NDArray[np.int64]] = []
    after = -1
    sql = (
        f"SELECT party_id, customer_id FROM {_LINKS} WHERE party_id > %s "  # noqa: S608
        "ORDER BY party_id LIMIT 200000"
    )
    while rows := select(sql, [after]):
        parties.append(np.array(rows, dtype=np.int64))
        after = rows[-1][0]
    both = np.concatenate(parties) if parties else np.empty((0, 2), dtype=np.int64)
    return np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1])


def roots_of(customer_ids: Iterable[int]) -> dict[int, int]:
    """Give customer → the live customer it is part of now; itself for a live one.

    Ids that do not exist are left out.
    """
    roots: dict[int, int] = {}
    waiting = {customer: customer for customer in customer_ids}
    while waiting:
        condition, parameter = is_among("id", set(waiting.values()))
        sql = f"SELECT id, merged_into_id FROM {_CUSTOMERS} WHERE {condition}"  # noqa: S608
        into: dict[int, int | None] = {number: at for number, at in select(sql, [parameter])}  # noqa: C416
        roots.update({asked: at for asked, at in waiting.items() if into.get(at, at) is None})
        waiting = {asked: next_ for asked, at in waiting.items() if (next_ := into.get(at))}
    return roots


def new_customer_ids(count: int) -> Sequence[int]:
    """Reserve `count` ids that were never used, ascending, in the open transaction."""
    if connection.vendor == "postgresql":
        sql = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
        return sorted(number for (number,) in select(sql, [_CUSTOMERS, count]))
    # The transaction is exclusive, and AUTOINCREMENT remembers deleted rows too.
    rows = select("SELECT seq FROM sqlite_sequence WHERE name = %s", [_CUSTOMERS])
    last = int(rows[0][0]) if rows else 0
    return range(last + 1, last + count + 1)


def found_nobody(at: datetime) -> int:
    """Make a customer without anything personal, as an erasure leaves one behind; gives his id."""
    return Customer.objects.create(created_at=at, known_at=at).pk


def pairs_held_apart() -> frozenset[tuple[int, int]]:
    """Give ascending pairs of live customers that staff took apart or said are two."""
    undone = Merge.objects.filter(undone_at__isnull=False).values_list("kept_id", "absorbed_id")
    said = MatchCandidate.objects.filter(status=MatchCandidate.Status.APART)
    pairs = [*undone, *said.values_list("left_id", "right_id")]
    roots = roots_of({customer for pair in pairs for customer in pair}) if pairs else {}
    joined = (sorted((roots[one], roots[other])) for one, other in pairs)
    return frozenset((low, high) for low, high in joined if low != high)


def move_links(party_ids: Sequence[int], from_customer: int, to_customer: int) -> list[int]:
    """Move those of `party_ids` that are linked to `from_customer`; gives which were moved."""
    at = links_of(party_ids)
    moved = [party for party in party_ids if at.get(party) == from_customer]
    condition, parameter = is_among("party_id", moved)
    execute(f"UPDATE {_LINKS} SET customer_id = %s WHERE {condition}", [to_customer, parameter])  # noqa: S608
    return moved


def move_keys(key_ids: Sequence[int], from_customer: int, to_customer: int) -> None:
    """Move those of `key_ids` that belong to `from_customer`."""
    condition, parameter = is_among("id", key_ids)
    sql = f"UPDATE {_KEYS} SET customer_id = %s WHERE customer_id = %s AND {condition}"  # noqa: S608
    execute(sql, [to_customer, from_customer, parameter])


def remove_keys(customer_id: int, keys: Iterable[Key]) -> None:
    """Take keys from a customer; those of others stay."""
    for kind, value in sorted(keys):
        IdentityKey.objects.filter(customer_id=customer_id, kind=kind, value=value).delete()


def key_ids_of(customer_id: int) -> list[int]:
    """Give the ids of a customer's keys."""
    keys = IdentityKey.objects.filter(customer_id=customer_id)
    return list(keys.order_by("id").values_list("id", flat=True))
