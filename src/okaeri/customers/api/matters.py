"""What is open between people and the shop: complaints, wishes to leave, contracts, money owed."""

from collections.abc import Iterable
from datetime import date

from okaeri.customers.store.families import contacts_of
from okaeri.intake import api as intake


def open_complaints(customer_ids: Iterable[int]) -> set[int]:
    """Give those of these people who brought a complaint that is still open."""
    contacts = contacts_of(customer_ids)
    waiting = intake.open_complaints(party for found in contacts.values() for party in found)
    return {asked for asked, found in contacts.items() if not waiting.isdisjoint(found)}


def leaving(customer_ids: Iterable[int]) -> set[int]:
    """Give those of these people whose wish to cancel or pause a subscription is still open."""
    contacts = contacts_of(customer_ids)
    asked = intake.leaving(party for found in contacts.values() for party in found)
    return {one for one, found in contacts.items() if not asked.isdisjoint(found)}


def subscribed_products(customer_ids: Iterable[int], *, since: date) -> dict[int, frozenset[str]]:
    """Give whoever has a subscription → the codes of its products ("" where unknown).

    That is a contract not cancelled, or, of contracts the shop tells nothing about, a delivery ordered
    on the day `since` or later.
    """
    contacts = contacts_of(customer_ids)
    wanted = {party for found in contacts.values() for party in found}
    of_party: dict[int, set[str]] = {}
    for contract in intake.subscriptions_of(wanted) if wanted else ():
        if contract.status != "cancelled" and contract.party_id is not None:
            of_party.setdefault(contract.party_id, set()).add(contract.sku)
    for party, sku in intake.delivered_without_contract(wanted, since) if wanted else ():
        of_party.setdefault(party, set()).add(sku)
    found = {
        asked: frozenset(sku for party in parties for sku in of_party.get(party, ()))
        for asked, parties in contacts.items()
    }
    return {asked: skus for asked, skus in found.items() if skus}


def owing(customer_ids: Iterable[int], on: date) -> set[int]:
    """Give those of these people who have an order whose money was due before the day `on`."""
    contacts = contacts_of(customer_ids)
    late = intake.unpaid_orders_of({p for found in contacts.values() for p in found}, on)
    return {asked for asked, found in contacts.items() if not late.keys().isdisjoint(found)}
