"""One entry of a customer's story, whose story it is, and where a page of it ends."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from okaeri.customers import api as customers
from okaeri.foundation.keyset import Before
from okaeri.foundation.text import Text


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry: `kind` decides its mark, `title` and `note` say it, `address` opens it.

    `number` tells entries of one source and one instant apart.
    """

    at: datetime
    number: int
    kind: str
    title: Text
    note: Text | None = None
    address: str = ""
    is_not: bool = False


@dataclass(frozen=True, slots=True)
class Whose:
    """The person a story is of: all his ids, the live one first, and all his contacts."""

    ids: tuple[int, ...]
    parties: tuple[int, ...]
    currency: str

    @property
    def id(self) -> int:
        return self.ids[0]


def whose(customer_id: int, currency: str) -> Whose:
    """Look up whose story it is; the id must be known."""
    parties = customers.parties_of([customer_id]).get(customer_id, ())
    return Whose(customers.ids_of(customer_id), parties, currency)


# Gives the newest entries older than `before`, newest first, at most so many.
Source = Callable[[Whose, Before | None, int], list[Happening]]


def newest(entries: Iterable[Happening], before: Before | None, limit: int) -> list[Happening]:
    """Cut the window out of a short list that was read whole."""
    older = [one for one in entries if before is None or (one.at, one.number) < before]
    return sorted(older, key=lambda one: (one.at, one.number), reverse=True)[:limit]
