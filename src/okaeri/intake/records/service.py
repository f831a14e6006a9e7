"""Inquiries and calls: what people said to the shop's service, and who waits for an answer."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from okaeri.foundation import clock
from okaeri.intake.models import Call, Inquiry
from okaeri.intake.people import store_parties
from okaeri.intake.records.keeping import keep, told_extra
from okaeri.intake.types import CallIn, CallRecord, InquiryIn, InquiryRecord, Kept

INQUIRY_COLUMNS = tuple(InquiryRecord.__dataclass_fields__)
_CALL = tuple(CallRecord.__dataclass_fields__)


def record_inquiries(given: Iterable[InquiryIn]) -> Kept:
    """Store inquiries, all or none; an older word replaces no newer one."""
    inquiries = list(given)
    with transaction.atomic():
        parties = _parties(inquiries)
        rows = [
            {
                "source": i.source, "inquiry_no": i.inquiry_no, "party_id": party,
                "medium": i.medium, "kind": i.kind, "status": i.status, "subject": i.subject,
                "body": i.body, "tags": list(i.tags), "staff": i.staff, "opened_at": i.opened_at,
                "closed_at": i.closed_at, "changed_at": i.changed_at, **told_extra(i.extra),
            }
            for i, party in zip(inquiries, parties, strict=True)
        ]  # fmt: skip
        return keep(Inquiry, "inquiry_no", rows)[0]


def record_calls(given: Iterable[CallIn]) -> Kept:
    """Store calls, all or none; an older word replaces no newer one."""
    calls = list(given)
    with transaction.atomic():
        parties = _parties(calls)
        rows = [
            {
                "source": c.source, "call_no": c.call_no, "party_id": c.party_id or party,
                "direction": c.direction, "result": c.result, "staff": c.staff, "note": c.note,
                "started_at": c.started_at, "duration_seconds": c.duration_seconds,
                "changed_at": c.changed_at, **told_extra(c.extra),
            }
            for c, party in zip(calls, parties, strict=True)
        ]  # fmt: skip
        return keep(Call, "call_no", rows)[0]


def _parties(given: list[InquiryIn] | list[CallIn]) -> list[int | None]:
    return store_parties([(one.source, one.party, one.changed_at) for one in given], clock.now())


def inquiries_of(party_ids: Iterable[int]) -> list[InquiryRecord]:
    """Give the inquiries of these contacts, newest first."""
    rows = Inquiry.objects.filter(party_id__in=set(party_ids)).order_by("-opened_at", "-id")
    return [inquiry_of(row) for row in rows.values_list(*INQUIRY_COLUMNS)]


def inquiries_after(change_no: int, limit: int) -> list[InquiryRecord]:
    """Give at most `limit` inquiries behind a change number, in the order of change."""
    rows = Inquiry.objects.filter(change_no__gt=change_no).order_by("change_no")[:limit]
    return [inquiry_of(row) for row in rows.values_list(*INQUIRY_COLUMNS)]


def inquiry_of(row: tuple[Any, ...]) -> InquiryRecord:
    """Give one row of `INQUIRY_COLUMNS` as a record."""
    values = dict(zip(INQUIRY_COLUMNS, row, strict=True))
    return InquiryRecord(**{**values, "tags": tuple(values["tags"])})


def calls_of(party_ids: Iterable[int]) -> list[CallRecord]:
    """Give the calls of these contacts, newest first."""
    rows = Call.objects.filter(party_id__in=set(party_ids)).order_by("-started_at", "-id")
    return [CallRecord(*row) for row in rows.values_list(*_CALL)]


def calls_after(change_no: int, limit: int) -> list[CallRecord]:
    """Give at most `limit` calls behind a change number, in the order of change."""
    rows = Call.objects.filter(change_no__gt=change_no).order_by("change_no")[:limit]
    return [CallRecord(*row) for row in rows.values_list(*_CALL)]


def all_open_complaints() -> list[InquiryRecord]:
    """Give every complaint that is still open, those who wait longest first."""
    rows = Inquiry.objects.filter(kind=Inquiry.Kind.COMPLAINT, status=Inquiry.Status.OPEN)
    return [
        inquiry_of(row) for row in rows.order_by("opened_at", "id").values_list(*INQUIRY_COLUMNS)
    ]


def open_complaints(party_ids: Iterable[int]) -> set[int]:
    """Give those of these contacts who have a complaint that is still open."""
    rows = Inquiry.objects.filter(
        party_id__in=set(party_ids),
        kind=Inquiry.Kind.COMPLAINT,
        status=Inquiry.Status.OPEN,
    )
    return set(rows.values_list("party_id", flat=True))
