"""Pages of a list that grows: a cursor is a place in the order of change, never a page number."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Protocol, TypeVar

from django.http import HttpRequest
from ninja import Query

from okaeri.customers import api as customers
from okaeri.foundation import clock

_MASKED = ("masked",)
Limit = Annotated[int, Query(ge=1, le=500, description="1 to 500")]
Cursor = Annotated[
    str, Query(pattern="^[0-9]{0,18}$", description="next_cursor of the page before")
]


class Changing(Protocol):
    """A record with its place in the order of change."""

    @property
    def change_no(self) -> int: ...
    @property
    def party_id(self) -> int | None: ...


Record = TypeVar("Record", bound=Changing)


def page_of(
    read: Callable[[int, int], Sequence[Record]], limit: int, cursor: str
) -> tuple[Sequence[Record], dict[int, int], str | None]:
    """Give a page of records, party id → customer id for them, and the next cursor."""
    found = read(int(cursor or 0), limit)
    parties = [one.party_id for one in found if one.party_id is not None]
    after = str(found[-1].change_no) if len(found) == limit else None
    return found, customers.customers_of_parties(parties), after


def note_access(
    request: HttpRequest, customer_ids: Sequence[int], fields: Sequence[str], action: str
) -> None:
    """Note in the access log which key was given whose data; nothing where nobody's was taken."""
    if customer_ids:
        key: Any = request.api_key  # type: ignore[attr-defined]
        customers.log_access(
            f"api:{key.prefix}",
            action,
            list(customer_ids),
            fields,
            request.path,
            clock.now(),
            recipient=key.recipient,
            basis=None if tuple(fields) == _MASKED else key.basis,
        )
