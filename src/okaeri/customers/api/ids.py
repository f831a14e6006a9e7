"""Whose a contact or an id is: before and after merges."""

from collections.abc import Iterable

from okaeri.customers.store import families, identity
from okaeri.intake import api as intake


def waiting_parties(party_ids: Iterable[int]) -> set[int]:
    """Give those of these contacts that nobody has looked at yet."""
    done = identity.read_cursor()
    return {party.id for party in intake.list_parties(party_ids) if party.change_no > done}


def ids_of(customer_id: int) -> tuple[int, ...]:
    """Give all ids of one person: the live one first, then every absorbed one; () when unknown."""
    return families.families_of([customer_id]).get(customer_id, ())
