"""Who people are: profiles by id, by search, by when they were first known."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from okaeri.customers.actions.devices import customers_of_devices
from okaeri.customers.store import identity, people, removing, searching
from okaeri.customers.store.erasing import erased_ids
from okaeri.customers.types import CustomerProfile
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.intake import api as intake

_NO_CUSTOMER = Text("顧客 {id} は見つかりません。", "There is no customer {id}.")


def get_customer(customer_id: int) -> CustomerProfile:
    """Give one person (the one an absorbed id belongs to now) or raise NotFoundError."""
    found = list_profiles([customer_id])
    if customer_id not in found:
        raise NotFoundError(_NO_CUSTOMER.format(id=customer_id))
    return found[customer_id]


def list_profiles(customer_ids: Iterable[int]) -> dict[int, CustomerProfile]:
    """Give id → person; unknown ids are left out, absorbed ids give the person they belong to."""
    live = identity.roots_of(customer_ids)
    profiles = people.views_of(set(live.values()))
    return {number: profiles[root] for number, root in live.items()}


def iter_known_since(instant: datetime, page: int = 500) -> Iterator[CustomerProfile]:
    """Give the people first known at `instant` or after, newest first, nobody erased."""
    gone, below = set(erased_ids()), None
    while found := people.known_since(instant, page, below):
        yield from (one for one in found if one.id not in gone)
        below = (found[-1].known_at, found[-1].id)


def search_customers(
    text: str, limit: int = 20, *, by_number_only: bool = False
) -> list[CustomerProfile]:
    """Find people by name, reading, e-mail, phone, member number or the number of one of their orders.

    Surest match first; an order number only counts when it is given whole. `by_number_only` finds
    member and order numbers and nothing personal.
    """
    ids = searching.find_matching(text, limit, by_number_only=by_number_only)
    ids = list(dict.fromkeys([*_buyers_of(text), *ids]))[:limit]
    profiles = people.views_of(ids)
    return [profiles[number] for number in ids]


def _buyers_of(order_no: str) -> list[int]:
    orders = intake.find_orders_by_no(order_no) if order_no.strip() else []
    parties = [order.party_id for order in orders if order.party_id is not None]
    links = identity.links_of(parties)
    return [links[party] for party in parties if party in links]


def customer_of_device(device_id: str, at: datetime) -> int | None:
    """Give whose an event on a device at an instant is; None where nobody was ever identified."""
    return customers_of_devices([(device_id, at)]).get((device_id, at))


def remove_people_of(party_ids: Iterable[int]) -> list[int]:
    """Remove the people of contacts that are gone, in the caller's transaction; gives their ids.

    Whoever has another contact stays.
    """
    return removing.remove_people_of(set(party_ids))
