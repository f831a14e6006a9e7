"""All ids of one person: the live one, and every one that merges have absorbed into it."""

from collections.abc import Collection, Iterable

from okaeri.customers.models import Customer, Merge
from okaeri.customers.store.identity import parties_of, roots_of
from okaeri.customers.store.sql import is_among, select

_CUSTOMERS = Customer._meta.db_table


def families_of(customer_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Give asked id → all ids of that person, the live one first; unknown ids are left out."""
    roots = roots_of(customer_ids)
    root_of = {root: root for root in roots.values()}
    members: dict[int, list[int]] = {root: [root] for root in root_of}
    level: Collection[int] = members.keys()
    while level:
        condition, parameter = is_among("merged_into_id", level)
        sql = f"SELECT id, merged_into_id FROM {_CUSTOMERS} WHERE {condition} ORDER BY id"  # noqa: S608
        rows = select(sql, [parameter])
        for number, into in rows:
            root_of[number] = root_of[into]
            members[root_of[into]].append(number)
        level = [number for number, _ in rows]
    return {asked: tuple(members[root]) for asked, root in roots.items()}


def contacts_of(customer_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Give asked id → every contact of that person, whichever of his ids is asked for."""
    roots = roots_of(customer_ids)
    found: dict[int, list[int]] = {root: [] for root in roots.values()}
    for party, customer in parties_of(found):
        found[customer].append(party)
    return {asked: tuple(found[root]) for asked, root in roots.items()}


def absorbed_ids() -> dict[int, int]:
    """Give every id that a merge absorbed → the live id of its person."""
    return roots_of(Customer.objects.exclude(merged_into=None).values_list("id", flat=True))


def once_joined(customer_ids: Iterable[int]) -> set[int]:
    """Give those of these ids that were one with another id until a merge was taken back, and it."""
    table = Merge._meta.db_table
    found: set[int] = set()
    asked = list(customer_ids)
    for side in ("kept_id", "absorbed_id"):
        condition, parameter = is_among(side, asked)
        sql = (
            f"SELECT kept_id, absorbed_id FROM {table} "  # noqa: S608
            f"WHERE undone_at IS NOT NULL AND {condition}"
        )
        found |= {number for pair in select(sql, [parameter]) for number in pair}
    return found
