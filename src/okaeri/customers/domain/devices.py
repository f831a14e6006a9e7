"""Whose an event on a device is: pure rules over who was identified there, and when.

An event belongs to the person identified last before it; before anybody was, to the first. So what
somebody did unknown joins him once he says who he is, and a family's tablet is shared by its days. A
device only ever names people: two people on one device stay two.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple


class Identified(NamedTuple):
    """From `at` on the device was in this customer's hands."""

    at: datetime
    customer_id: int


class Span(NamedTuple):
    """From when until (excluded) when a device was somebody's; None leaves an end open."""

    since: datetime | None
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Tell whether an instant lies inside."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


def owner_at(identified: Sequence[Identified], at: datetime) -> int | None:
    """Give whose an event at `at` is; `identified` in the order of time. None: nobody ever said.

    >>> from datetime import UTC, datetime as d
    >>> owner_at([Identified(d(2026, 1, 2, tzinfo=UTC), 7)], d(2026, 1, 1, tzinfo=UTC))
    7
    """
    owner = identified[0].customer_id if identified else None
    for one in identified:
        if one.at > at:
            break
        owner = one.customer_id
    return owner


def spans_of(identified: Sequence[Identified], customer_ids: Collection[int]) -> list[Span]:
    """Give when the device was one of these customers' (one person's ids), the longest way."""
    spans: list[Span] = []
    for place, one in enumerate(identified):
        if one.customer_id not in customer_ids:
            continue
        until = identified[place + 1].at if place + 1 < len(identified) else None
        since = one.at if place else None
        if spans and spans[-1].until == since:
            spans[-1] = Span(spans[-1].since, until)
        else:
            spans.append(Span(since, until))
    return spans
