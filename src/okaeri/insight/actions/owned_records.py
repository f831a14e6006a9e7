"""Records of intake with the customer each is of."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from okaeri.customers import api as customers

_PAGE = 1_000


def read_owned(read: Callable[[int, int], Sequence[Any]]) -> Iterator[tuple[Any, int]]:
    """Give the records of a kind with the live customer each is of; those of nobody known are left out."""
    return ((one, owner) for one, owner in read_with_owner(read) if owner is not None)


def read_with_owner(read: Callable[[int, int], Sequence[Any]]) -> Iterator[tuple[Any, int | None]]:
    """Give every record of a kind with the live customer it is of; None where nobody is known."""
    after = 0
    while page := read(after, _PAGE):
        owners = customers.customers_of_parties(
            [one.party_id for one in page if one.party_id is not None]
        )
        yield from ((one, owners.get(one.party_id)) for one in page)
        after = page[-1].change_no
