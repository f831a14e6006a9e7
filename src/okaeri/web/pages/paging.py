"""Which slice of a list a page shows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.http import HttpRequest

PAGE_SIZE = 50
Rows = TypeVar("Rows")


@dataclass(frozen=True, slots=True)
class Pager:
    """Page numbers count from 1; `previous` and `next` are None at the ends."""

    page: int
    total: int
    size: int = PAGE_SIZE

    @classmethod
    def within(cls, page: int, total: int, size: int = PAGE_SIZE) -> "Pager":
        """Give a page of a list whose length is known; past the end it is the last one."""
        return cls(min(page, cls(page, total, size).pages), total, size)

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        return self.offset + 1

    @property
    def last(self) -> int:
        return min(self.offset + self.size, self.total)

    @property
    def previous(self) -> int | None:
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        return self.page + 1 if self.page < self.pages else None

    @property
    def total_text(self) -> str:
        return f"{self.total:,}"


def read_slice(request: HttpRequest, read: Callable[[int], tuple[Rows, int]]) -> tuple[Rows, Pager]:
    """Read the page that is asked for: `read(offset)` gives its rows and how many there are in all.

    Past the end the last page is read instead: an empty one would say that there is nothing.
    """
    asked = asked_page(request)
    rows, total = read(Pager(asked, 0).offset)
    pager = Pager.within(asked, total)
    if pager.page != asked:
        rows, _ = read(pager.offset)
    return rows, pager


def asked_page(request: HttpRequest) -> int:
    """Give the page number of the address; anything strange is page 1."""
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 8 else 1
