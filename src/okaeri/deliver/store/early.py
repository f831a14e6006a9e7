"""Useful messages of many people, whether they left or were kept back to compare."""

from collections.abc import Collection, Iterator
from datetime import datetime

from okaeri.deliver.models import Message

Status = Message.Status


def useful_since(
    customer_ids: Collection[int], since: datetime
) -> Iterator[tuple[int, datetime, bool]]:
    """Give (customer, when it left or would have, whether it was held out) since an instant."""
    found = Message.objects.filter(
        customer_id__in=customer_ids,
        content_kind="useful",
        status__in=(Status.ACCEPTED, Status.HELD_OUT),
        planned_at__gte=since,
    )
    for who, claimed_at, due_at, status in found.values_list(
        "customer_id", "claimed_at", "due_at", "status"
    ):
        is_held_out = status == Status.HELD_OUT
        yield who, due_at if is_held_out or claimed_at is None else claimed_at, is_held_out
