"""Into the outbox: each wish beside how fresh its person is, which orders what is due at one time."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from okaeri.deliver.store import outbox
from okaeri.deliver.types import MessageRequest
from okaeri.insight import api as insight


def submit(requests: Sequence[MessageRequest], now: datetime) -> int:
    """Put messages into the outbox inside the caller's transaction; gives how many are new.

    A key that exists is left alone, whatever became of it. Held-out requests are settled at once.
    """
    asked = [request.customer_id for request in requests if not request.is_held_out]
    return outbox.insert_requests(requests, insight.list_freshness(asked), now)


def submit_to_many(groups: Iterable[outbox.Group], now: datetime) -> int:
    """Do as `submit` for groups of people who get the same; each as (request, who it goes to).

    Of a request's own key, customer and context nothing is taken.
    """
    groups = list(groups)
    asked = [
        person.customer_id
        for request, people in groups
        if not request.is_held_out
        for person in people
    ]
    return outbox.insert_alike(groups, insight.list_freshness(asked), now)
