"""All ids of one person: the live one, and every one that merges have absorbed into it."""

from collections.abc import Collection, Iterable

from okaeri.customers.models import Customer
from okaeri.customers.store.identity import roots_of
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
