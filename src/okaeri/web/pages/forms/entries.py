"""What people wrote, as this person may see it: a page of it, or all of it as CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from okaeri.customers import api as customers
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.form_types import EntryRecord, FormView
from okaeri.web import sight
from okaeri.web.pages.csv_file import csv_response
from okaeri.web.reader import language_of

STATUS_NAMES = {
    "waiting": Text("確認待ち", "To be confirmed"),
    "confirmed": Text("確認済み", "Confirmed"),
    "expired": Text("期限切れ", "Expired"),
}
_PERSONAL = ("family_name", "given_name", "family_kana", "given_kana", "postal_code",
             "prefecture", "address", "birth_on")  # fmt: skip
_FIELDS = ("name", "email", "phone", "address", "birthday", "form")
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as it may be seen."""

    id: int
    email: str
    name: str
    status: Text
    is_confirmed: bool
    media_code: str
    has_agreed: bool
    tags: Sequence[str]
    created_at: datetime
    confirmed_at: datetime | None
    customer_id: int | None


def list_rows(request: HttpRequest, entries: Sequence[EntryRecord]) -> list[Row]:
    """Give entries with whoever they belong to, masked by role, and note the look."""
    owners = _owners(entries)
    sight.note_if_any(
        request,
        "view",
        set(owners.values()),
        _FIELDS[:2] if sight.sees_personal(request) else ("masked",),
    )
    return [
        Row(
            entry.id,
            _email(request, entry),
            _name(entry) if sight.sees_personal(request) else "",
            STATUS_NAMES[entry.status],
            entry.status == "confirmed",
            entry.media_code,
            entry.has_agreed,
            entry.tags,
            entry.created_at,
            entry.confirmed_at,
            owners.get(entry.party_id or 0),
        )
        for entry in entries
    ]


def _owners(entries: Sequence[EntryRecord]) -> dict[int, int]:
    return customers.customers_of_parties(
        [entry.party_id for entry in entries if entry.party_id is not None]
    )


def _email(request: HttpRequest, entry: EntryRecord) -> str:
    return entry.email if sight.sees_personal(request) else customers.mask_address(entry.email)


def _name(entry: EntryRecord) -> str:
    parts = (entry.answers.get("family_name", ""), entry.answers.get("given_name", ""))
    return " ".join(str(part) for part in parts if part)


def download(request: HttpRequest, form: FormView, encoding: str) -> HttpResponseBase:
    """Give every entry; names, addresses and free words only to whoever may see them."""
    language = language_of(request)
    questions = form.definition.questions
    sight.note(request, "export", [], _FIELDS if sight.sees_personal(request) else ("masked",))
    columns = [
        *("id", "status", "created_at", "confirmed_at", "media", "agreed", "tags", "downloads"),
        *("email", "phone", *_PERSONAL),
        *(question.label.render(language) for question in questions),
    ]
    return csv_response(f"form-{form.key}", columns, _csv_rows(request, form), encoding=encoding)


def _csv_rows(request: HttpRequest, form: FormView) -> Iterator[list[object]]:
    sees = sight.sees_personal(request)
    offset, total = 0, 1
    while offset < total:
        entries, total = intake.list_entries(form.key, offset=offset, limit=_PAGE)
        offset += _PAGE
        for entry in entries:
            yield [
                *(entry.id, entry.status, entry.created_at.isoformat()),
                entry.confirmed_at.isoformat() if entry.confirmed_at else "",
                *(entry.media_code, "yes" if entry.has_agreed else "no"),
                *(" ".join(entry.tags), entry.downloads, _email(request, entry)),
                _phone(entry, sees=sees),
                *(str(entry.answers.get(name, "")) if sees else "" for name in _PERSONAL),
                *(
                    _answer(entry, q.key, sees=sees or q.kind != "text")
                    for q in form.definition.questions
                ),
            ]


def _phone(entry: EntryRecord, *, sees: bool) -> str:
    phone = str(entry.answers.get("phone", ""))
    return phone if sees else customers.mask_phone(phone)


def _answer(entry: EntryRecord, key: str, *, sees: bool) -> str:
    given = entry.answers.get(intake.QUESTION + key, "")
    if not sees:
        return ""
    return " ".join(given) if isinstance(given, list) else given
