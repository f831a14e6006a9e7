"""Interviews: what people said at length, found again by word and tag, with recording or scan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from okaeri.customers import api as customers
from okaeri.customers.types import CustomerProfile
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.types import InquiryRecord
from okaeri.web import sight
from okaeri.web.access import NotAllowedError, needs, require
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.customers.views import display_name
from okaeri.web.pages.paging import Pager, asked_page
from okaeri.web.reader import language_of, tell

_FIELDS = ("name", "interview")
_SAVED = Text("インタビューを記録しました。", "The interview is on record.")
_COLUMNS = (
    Text("日時", "held_at"), Text("顧客ID", "customer_id"), Text("名前", "name"),
    Text("題名", "subject"), Text("内容", "body"), Text("タグ", "tags"), Text("担当", "staff"),
    Text("添付", "has_file"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One interview as this reader may see it."""

    note: InquiryRecord
    customer_id: int
    name: str
    subject: str
    body: str


@needs("voices.see")
@require_GET
def notes(request: HttpRequest) -> HttpResponseBase:
    """Search interviews by word and tag."""
    words, tag = request.GET.get("q", "").strip()[:100], request.GET.get("tag", "").strip()[:40]
    found = intake.search_notes(words, tag)
    encoding = asked_encoding(request)
    if encoding:
        require(request.user, "customers.export")
        columns = [column.render(language_of(request)) for column in _COLUMNS]
        rows = _rows(request, found, action="export")
        return csv_response("interviews", columns, _csv_rows(rows), encoding=encoding)
    pager = Pager.within(asked_page(request), len(found))
    shown = found[pager.offset : pager.offset + pager.size]
    context = {
        "words": words,
        "chosen": tag,
        "rows": _rows(request, shown),
        "pager": pager,
        "tags": intake.tags_of_notes(found)[:20],
        "is_narrowed": bool(words or tag),
    }
    return render(request, "okaeri/notes/list.html", context)


def _rows(
    request: HttpRequest, found: Sequence[InquiryRecord], *, action: str = "view"
) -> list[Row]:
    owners = customers.customers_of_parties(n.party_id for n in found if n.party_id is not None)
    profiles = customers.list_profiles(owners.values())
    shown = sight.show(request, profiles, fields=_FIELDS, action=action)
    rows = []
    for one in found:
        owner = owners.get(one.party_id or 0)
        if owner is not None and owner in shown:
            rows.append(_row(request, one, profiles[owner], shown[owner]))
    return rows


def _row(
    request: HttpRequest, one: InquiryRecord, profile: CustomerProfile, shown: CustomerProfile
) -> Row:
    return Row(
        one,
        profile.id,
        display_name(shown, language_of(request)),
        sight.veil_words(request, profile, one.subject),
        sight.veil_words(request, profile, one.body),
    )


def _csv_rows(rows: list[Row]) -> Iterator[tuple[Any, ...]]:
    zone = load(ShopProfile).zone
    for row in rows:
        held_at = f"{row.note.opened_at.astimezone(zone):%Y-%m-%d %H:%M}"
        tags = " ".join(row.note.tags)
        has_file = "1" if row.note.attachment else ""
        yield (
            held_at,
            row.customer_id,
            row.name,
            row.subject,
            row.body,
            tags,
            row.note.staff,
            has_file,
        )


@needs("voices.see")
@require_GET
def note(request: HttpRequest, note_id: int) -> HttpResponse:
    """Show one interview whole."""
    rows = _rows(request, [intake.get_note(note_id)])
    if not rows:
        return redirect("notes")
    kind = intake.note_file(rows[0].note)[1] if rows[0].note.attachment else ""
    context = {
        "row": rows[0],
        "may_open": sight.sees_personal(request, rows[0].customer_id),
        "is_sound": kind.startswith("audio/"),
        "is_picture": kind.startswith("image/"),
    }
    return render(request, "okaeri/notes/note.html", context)


@needs("voices.see")
@require_GET
def file(request: HttpRequest, note_id: int) -> FileResponse:
    """Give an interview's recording or scan to whoever may see this person in full."""
    found = intake.get_note(note_id)
    owners = customers.customers_of_parties([found.party_id] if found.party_id else [])
    owner = owners.get(found.party_id or 0)
    if owner is None or not sight.sees_personal(request, owner):
        raise NotAllowedError
    path, kind = intake.note_file(found)
    sight.note(request, "view", [owner], ("interview file",))
    response = FileResponse(path.open("rb"), content_type=kind)
    response["Content-Disposition"] = f'inline; filename="interview-{note_id}{path.suffix}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@needs("voices.change")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Write down an interview with one person."""
    profile = customers.get_customer(customer_id)
    problem: Text | None = None
    if request.method == "POST":
        try:
            note_id = _store(request, profile.id)
        except InputError as error:
            problem = error.message
        else:
            tell(request, _SAVED)
            return redirect("note", note_id)
    context = {
        "profile": sight.show_one(request, profile),
        "given": request.POST,
        "problem": problem,
        "now": clock.now().astimezone(load(ShopProfile).zone),
        "tags": intake.tags_of_notes(intake.search_notes())[:12],
    }
    return render(request, "okaeri/notes/new.html", context, status=400 if problem else 200)


def _store(request: HttpRequest, customer_id: int) -> int:
    upload = request.FILES.get("file")
    given = intake.NoteIn(
        party_id=customers.parties_of([customer_id])[customer_id][-1],
        held_at=_held_at(request.POST.get("held_at", "")),
        staff=request.user.get_username(),
        subject=request.POST.get("subject", ""),
        body=request.POST.get("body", ""),
        tags=tuple(request.POST.get("tags", "").replace("、", ",").split(",")),
    )
    return intake.record_note(given, upload.chunks() if upload else None, clock.now())


def _held_at(text: str) -> datetime:
    """Read when it was; what cannot be read, or lies ahead, is now."""
    now = clock.now()
    try:
        naive = datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - the zone comes next
    except ValueError:
        return now
    held_at = naive.replace(tzinfo=load(ShopProfile).zone).astimezone(UTC)
    return min(held_at, now)
