"""One person leaves intake: his contacts are blanked, his orders stay as figures of nobody.

Rows that only speak of him (events, identifications, rejected lines) go; rows that a count needs
(orders, contracts and what was asked of them, inquiries, calls, reviews, answers, form entries) keep
their codes and days and lose every word.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from okaeri.foundation.errors import ConfigurationError, InputError
from okaeri.foundation.personal import Documents, PersonalWords, as_documents
from okaeri.intake.models import (
    Call,
    Delivery,
    Event,
    FormEntry,
    Identification,
    ImportRun,
    Inquiry,
    Order,
    OrderLine,
    Party,
    Payment,
    RejectedRow,
    Review,
    Subscription,
    SubscriptionEvent,
    SubscriptionRequest,
    SurveyAnswer,
)
from okaeri.intake.types import PartyRecord
from okaeri.intake.webhooks.reading import parse_json
from okaeri.intake.webhooks.sealing import unseal
from okaeri.intake.writing.voice_numbers import erased_number

Span = tuple[str, datetime | None, datetime | None]
_PARTY = tuple(PartyRecord.__dataclass_fields__)
_BLANK: dict[str, Any] = {
    **dict.fromkeys(
        (
            *("member_no", "email", "email_key", "phone", "phone_key", "line_user_id"),
            *("family_name", "given_name", "family_kana", "given_kana"),
            *("postal_code", "prefecture", "address"),
        ),
        "",
    ),
    "extra": {},
    "birth_on": None,
    "email_opt_in": None,
    "registered_at": None,
    "known_at": F("seen_at"),
}


def list_parties(party_ids: Iterable[int]) -> list[PartyRecord]:
    """Give these contacts, by id."""
    rows = Party.objects.filter(id__in=list(party_ids)).order_by("id")
    return [PartyRecord(*row) for row in rows.values_list(*_PARTY)]


def blank_parties(party_ids: Iterable[int]) -> int:
    """Leave of contacts a row that orders may point to; the same contact again is a new row.

    Columns of the file that nobody knows go from their orders too: one may be 届け先. So do the words
    of what a tool's next full export brings again: reviews, answers, inquiries, calls, contracts.
    """
    count = 0
    for number in party_ids:
        _payments_of([number]).update(extra={})
        Order.objects.filter(party_id=number).update(extra={})
        _erase_all_voices({"party_id": number})
        _erase_words({"party_id": number})
        count += Party.objects.filter(id=number).update(fingerprint=f"erased:{number}", **_BLANK)
    return count


def parties_back_since(instants: dict[int, datetime]) -> set[int]:
    """Give those contacts who did something of their own after the instant given for each."""
    back: set[int] = set()
    for party_id, at in instants.items():
        mine = {"party_id": party_id}
        if (
            Order.objects.filter(**mine, ordered_at__gt=at).exists()
            or FormEntry.objects.filter(**mine, created_at__gt=at).exists()
            or Inquiry.objects.filter(**mine, opened_at__gt=at).exists()
            or Review.objects.filter(**mine, written_at__gt=at).exists()
            or SurveyAnswer.objects.filter(**mine, answered_at__gt=at).exists()
            or Identification.objects.filter(**mine, occurred_at__gt=at).exists()
        ):
            back.add(party_id)
    return back


def _events_of(party_ids: Sequence[int], devices: Iterable[Span]) -> QuerySet[Event]:
    condition = Q(party_id__in=party_ids)
    for device, start, end in devices:
        span = Q(device_id=device, party=None)
        if start is not None:
            span &= Q(occurred_at__gte=start)
        if end is not None:
            span &= Q(occurred_at__lt=end)
        condition |= span
    return Event.objects.filter(condition)


def _payments_of(party_ids: Sequence[int]) -> QuerySet[Payment]:
    """Give how the orders of these contacts stand with their money."""
    mine = Order.objects.filter(
        party_id__in=party_ids, source=OuterRef("source"), order_no=OuterRef("order_no")
    )
    return Payment.objects.filter(Exists(mine))


def export(party_ids: Sequence[int], devices: Iterable[Span]) -> dict[str, Documents]:
    """Give every row about these contacts and what was done on `devices`, table by table."""
    mine = {"party_id__in": party_ids}
    orders = Order.objects.filter(**mine).order_by("ordered_at", "id")
    lines = OrderLine.objects.filter(order__party_id__in=party_ids).order_by("order_id", "line_no")
    events = SubscriptionEvent.objects.filter(subscription__party_id__in=party_ids)
    wishes = SubscriptionRequest.objects.filter(subscription__party_id__in=party_ids)
    return {
        "contacts": as_documents(Party.objects.filter(id__in=party_ids).values()),
        "orders": as_documents(orders.values()),
        "order_lines": as_documents(lines.values()),
        "payments": as_documents(_payments_of(party_ids).order_by("id").values()),
        "subscriptions": as_documents(Subscription.objects.filter(**mine).values()),
        "subscription_events": as_documents(events.values()),
        "subscription_requests": as_documents(wishes.order_by("id").values()),
        "inquiries": as_documents(Inquiry.objects.filter(**mine).values()),
        "calls": as_documents(Call.objects.filter(**mine).values()),
        "reviews": as_documents(Review.objects.filter(**mine).values()),
        "survey_answers": as_documents(SurveyAnswer.objects.filter(**mine).values()),
        "form_entries": as_documents(
            FormEntry.objects.filter(**mine).values(
                *("answers", "tags", "has_agreed", "wording", "created_at", "confirmed_at"),
                form_key=F("form__key"),
            )
        ),
        "web_events": as_documents(_events_of(party_ids, devices).order_by("occurred_at").values()),
        "identifications": as_documents(
            Identification.objects.filter(**mine).values("device_id", "occurred_at")
        ),
    }


def erase(
    party_ids: Sequence[int], devices: Iterable[Span], words: PersonalWords
) -> dict[str, int]:
    """Blank these contacts and all that speaks of them; orders stay as figures of nobody.

    In the caller's transaction; gives how many rows, by table.
    """
    mine = {"party_id__in": party_ids}
    contracts = SubscriptionEvent.objects.filter(subscription__party_id__in=party_ids)
    wishes = SubscriptionRequest.objects.filter(subscription__party_id__in=party_ids)
    return {
        "web_events": _events_of(party_ids, devices).delete()[0],
        "identifications": Identification.objects.filter(**mine).delete()[0],
        **_erase_words(mine),
        **_erase_all_voices(mine),
        "subscription_events": contracts.update(note="", reason=""),
        # A wish nobody has carried out stays on the list: the contract's number says what to cancel.
        "subscription_requests": wishes.update(note="", reason="", ended_note=""),
        "form_entries": _erase_entries(party_ids, words),
        "payments": _payments_of(party_ids).update(extra={}),
        "orders": Order.objects.filter(**mine).count(),
        "rejected_rows": _erase_rejected(words),
        "deliveries": _erase_deliveries(words),
        "contacts": blank_parties(party_ids),
    }


def _erase_words(mine: dict[str, Any]) -> dict[str, int]:
    inquiries = Inquiry.objects.filter(**mine)
    _remove_attachments(inquiries.exclude(attachment="").values_list("attachment", flat=True))
    wordless: dict[str, Any] = {"subject": "", "body": "", "tags": [], "attachment": ""}
    return {
        "inquiries": inquiries.update(**wordless, extra={}),
        "calls": Call.objects.filter(**mine).update(note="", extra={}),
        "subscriptions": Subscription.objects.filter(**mine).update(cancel_reason="", extra={}),
    }


def _erase_all_voices(mine: dict[str, Any]) -> dict[str, int]:
    return {
        "reviews": _erase_voices(Review, "review_no", mine, title="", body=""),
        "survey_answers": _erase_voices(SurveyAnswer, "answer_no", mine, answer=""),
    }


def _erase_voices(model: type[Model], number: str, mine: dict[str, Any], **words: str) -> int:
    """Leave stars and days. A number may be made of who wrote, and an order tells who bought.

    A voice that an export brought again after its erasure goes: its stars are there already.
    """
    rows = model._default_manager.order_by("id")
    count = 0
    for row_id, source, told in rows.filter(**mine).values_list("id", "source", number):
        named = {number: erased_number(source, told)}
        if rows.filter(source=source, **named).exclude(id=row_id).exists():
            rows.filter(id=row_id).delete()
        else:
            count += rows.filter(id=row_id).update(order_no="", extra={}, **words, **named)
    return count


def _remove_attachments(names: Iterable[str]) -> None:
    folder = Path(settings.OKAERI.data_dir)
    for name in names:
        path = (folder / name).resolve()
        if path.is_relative_to(folder):
            path.unlink(missing_ok=True)


def entries_of(party_ids: Sequence[int], words: PersonalWords) -> list[int]:
    """Give the ids of a person's form entries.

    Entries that were never confirmed belong to no contact yet: their answers say whose they are.
    """
    ids = list(FormEntry.objects.filter(party_id__in=party_ids).values_list("id", flat=True))
    loose = FormEntry.objects.filter(party=None).values_list("id", "answers")
    return ids + [number for number, answers in loose.iterator() if words.are_in_document(answers)]


def _erase_entries(party_ids: Sequence[int], words: PersonalWords) -> int:
    mine = FormEntry.objects.filter(id__in=entries_of(party_ids, words))
    return mine.update(answers={}, tags=[], proof={}, email_mark="", address_mark="")


def _erase_deliveries(words: PersonalWords) -> int:
    """What a live source sent and nobody could use yet is kept encrypted; his goes with him."""
    kept = Delivery.objects.exclude(payload="", error={}).values_list("id", "payload", "error")
    ids = [
        number
        for number, payload, error in kept.iterator(500)
        if words.are_in_document(error) or _speaks(payload, words)
    ]
    return Delivery.objects.filter(id__in=ids).update(payload="", error={})


def _speaks(payload: str, words: PersonalWords) -> bool:
    try:
        said = unseal(payload)
    except ConfigurationError:
        # Sealed under a key that is gone: nobody can use it or say that it is not about him.
        return True
    try:
        return words.are_in_document(parse_json(said.encode()))
    except InputError:
        return words.are_in(said)


def _erase_rejected(words: PersonalWords) -> int:
    rows = RejectedRow.objects.values_list("id", "raw", "reason").iterator(5_000)
    ids = [
        number
        for number, raw, reason in rows
        if words.are_in_row([str(cell) for cell in raw]) or words.are_in_document(reason)
    ]
    removed = 0
    for start in range(0, len(ids), 500):
        removed += RejectedRow.objects.filter(id__in=ids[start : start + 500]).delete()[0]
    for run in ImportRun.objects.exclude(error=None).only("id", "error"):
        if words.are_in_document(run.error):
            ImportRun.objects.filter(id=run.pk).update(error=None)
    return removed
