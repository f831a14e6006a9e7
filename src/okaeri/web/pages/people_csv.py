"""A list of people as CSV: everybody as the reader may see him, and the access log knows who was in it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import count
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseBase

from okaeri.customers import api as customers
from okaeri.customers.types import CustomerProfile
from okaeri.foundation.text import Text
from okaeri.web import sight
from okaeri.web.pages.csv_file import csv_response
from okaeri.web.reader import language_of

_CHUNK = 1_000
_Row = TypeVar("_Row")


def people_csv(
    request: HttpRequest,
    name: str,
    columns: Sequence[Text],
    rows: Sequence[Sequence[Any]],
    encoding: str,
) -> HttpResponseBase:
    """Give rows, whose first cell is the customer's id, as a download that is noted."""
    return stream_people(request, name, columns, {row[0] for row in rows}, rows, encoding)


def stream_people(
    request: HttpRequest,
    name: str,
    columns: Sequence[Text],
    customer_ids: Collection[int],
    rows: Iterable[Sequence[Any]],
    encoding: str,
    *,
    fields: Sequence[str] = sight.NAMES,
) -> HttpResponseBase:
    """Give rows of these people, made while they leave, as a download that is noted.

    `fields`: what of a person stands in them, for whoever may see it.
    """
    # Noted before the first row leaves: a download that breaks off has left too.
    shown = fields if sight.sees_personal(request) else ("masked",)
    sight.note(request, "export", customer_ids, shown)
    heads = [column.render(language_of(request)) for column in columns]
    return csv_response(name, heads, rows, encoding=encoding)


def veiled(request: HttpRequest, customer_ids: Iterable[int]) -> dict[int, CustomerProfile]:
    """Give people who are still there as the reader may see them; `people_csv` notes that he did."""
    known = customers.list_profiles(set(customer_ids))
    return {number: sight.veil(request, profile) for number, profile in known.items()}


def in_chunks(find: Callable[[int, int], tuple[Sequence[_Row], int]]) -> Iterator[Sequence[_Row]]:
    """Give all that `find(offset, limit)` has, a thousand at a time.

    `find` gives some rows, and how many there are altogether.
    """
    for start in count(0, _CHUNK):
        found, total = find(start, _CHUNK)
        yield found
        if start + _CHUNK >= total:
            return
