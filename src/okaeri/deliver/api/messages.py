"""Messages that are planned, on their way or gone: one, a person's, a source's."""

from collections.abc import Collection
from typing import Any

from okaeri.customers import api as customers
from okaeri.deliver.actions import receiving
from okaeri.deliver.store import claims, views
from okaeri.deliver.types import MessageView


def get_message(message_id: int) -> MessageView:
    """Give one message or raise MessageNotFoundError."""
    return views.views_of([receiving.get_row(message_id)])[0]


def list_messages(
    *, status: str = "", journey_source_id: int | None = None, offset: int = 0, limit: int = 50
) -> tuple[list[MessageView], int]:
    """Give one page of messages, newest first, and how many there are in all."""
    where: dict[str, Any] = {"status": status} if status else {}
    if journey_source_id is not None:
        where |= {"source_kind": "journey", "source_id": journey_source_id}
    return views.list_page(where, offset, limit)


def messages_of(customer_id: int, limit: int = 200) -> list[MessageView]:
    """Give one person's messages, whichever of his ids they were to, newest first."""
    ids = customers.ids_of(customer_id) or (customer_id,)
    return views.list_page({"customer_id__in": ids}, 0, limit)[0]


def audience(source_kind: str = "", source_id: int | None = None) -> dict[str, int]:
    """Give how many messages stand in each status and, counted on its own, the "audience".

    At any instant the nine statuses add up to the audience.
    """
    where: dict[str, Any] = {"source_kind": source_kind} if source_kind else {}
    if source_id is not None:
        where["source_id"] = source_id
    return views.count_by_status(where)


def unsent_useful(source_kind: str, customer_ids: Collection[int]) -> set[tuple[int, int]]:
    """Give (customer, source id) of useful messages of a kind of source that have not left yet."""
    return claims.unsent_useful(source_kind, customer_ids) if customer_ids else set()
