"""What people asked about their data, each with the day by which it must be answered."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from okaeri.customers.models import DataRequest, LegalHold
from okaeri.customers.types import DataRequestView
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.text import Text

Status = DataRequest.Status
OPEN = (Status.RECEIVED, Status.VERIFIED)
_SHOWN = DataRequestView.__dataclass_fields__
_NO_REQUEST = Text("請求 {id} は見つかりません。", "There is no request {id}.")
_OVER = Text(
    "請求 {id} はもう次の段階に進んでいます。一覧を開き直してください。",
    "Request {id} has already moved on; open the list again.",
)


def insert(
    *,
    kind: str,
    customer_id: int | None,
    source: str,
    note: str,
    received_at: datetime,
    due_on: date,
) -> int:
    """Store a new request."""
    row = DataRequest.objects.create(
        kind=DataRequest.Kind(kind),
        customer_id=customer_id,
        source=source[:20],
        note=note,
        received_at=received_at,
        due_on=due_on,
    )
    return row.pk


def get(request_id: int) -> DataRequestView:
    """Give one request or raise NotFoundError."""
    row = DataRequest.objects.filter(id=request_id).values_list(*_SHOWN).first()
    if row is None:
        raise NotFoundError(_NO_REQUEST.format(id=request_id))
    return DataRequestView(*row)


def move(request_id: int, *, seen: tuple[str, ...], **fields: Any) -> None:  # noqa: ANN401 - columns
    """Bring a request on; one that is no longer in a state of `seen` raises InputError."""
    if not DataRequest.objects.filter(id=request_id, status__in=seen).update(**fields):
        get(request_id)
        raise InputError(_OVER.format(id=request_id))


def list_page(*, is_open: bool = True, limit: int = 200) -> list[DataRequestView]:
    """Give open requests, the most urgent first, or ended ones, the latest first."""
    rows = (
        DataRequest.objects.filter(status__in=OPEN)
        if is_open
        else DataRequest.objects.exclude(status__in=OPEN)
    )
    order = ("due_on", "id") if is_open else ("-ended_at", "-id")
    return [DataRequestView(*row) for row in rows.order_by(*order).values_list(*_SHOWN)[:limit]]


def open_of(customer_ids: Collection[int]) -> list[DataRequestView]:
    """Give what a person asked that is not answered yet, oldest first."""
    rows = DataRequest.objects.filter(customer_id__in=customer_ids, status__in=OPEN)
    return [DataRequestView(*row) for row in rows.order_by("id").values_list(*_SHOWN)]


def place_hold(customer_id: int, until: date, reason: str, by: str, at: datetime) -> None:
    """Keep a person's proofs until a day."""
    LegalHold.objects.create(
        customer_id=customer_id, until=until, reason=reason[:200], placed_by=by[:150], placed_at=at
    )


def holds_of(customer_ids: tuple[int, ...]) -> list[date]:
    """Give until when orders hold this person's proofs."""
    return list(
        LegalHold.objects.filter(customer_id__in=customer_ids).values_list("until", flat=True)
    )
