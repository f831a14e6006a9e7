"""Forms: which there are and how they do, one of them with its entries, the editor with its preview."""

import io

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.form_types import FormView
from okaeri.plan import api as plan
from okaeri.web.access import needs, require
from okaeri.web.pages.csv_file import asked_encoding
from okaeri.web.pages.forms import editing
from okaeri.web.pages.forms.entries import download, list_rows
from okaeri.web.pages.paging import PAGE_SIZE, read_slice
from okaeri.web.public.forms_fields import list_fields
from okaeri.web.reader import tell

_SAVED = Text("保存しました。", "Saved.")
_OPENED = Text("フォームを公開しました。", "The form is open.")
_CLOSED = Text("フォームの受け付けを終了しました。", "The form is closed.")
BLOCKED_NAMES = {
    "trap": Text("自動送信のわな", "Trap for machines"),
    "too_fast": Text("速すぎる送信", "Too fast"),
    "stale": Text("古い・不明なページ", "Old or unknown page"),
    "too_often": Text("短時間の連続送信", "Too many at once"),
    "address_limit": Text("同じ接続元の上限", "Limit of a connection"),
    "email_limit": Text("同じアドレスの上限", "Limit of an address"),
}


@needs("forms.see")
@require_GET
def forms(request: HttpRequest) -> HttpResponse:
    """List the forms with how they do."""
    rows = [(form, editing.KIND_NAMES[form.kind]) for form in intake.list_forms()]
    return render(request, "okaeri/forms/list.html", {"tab": "forms", "rows": rows})


@needs("forms.see")
@require_GET
def form(request: HttpRequest, key: str) -> HttpResponseBase:
    """Show one form: its address, snippet and code, where people came from, what they wrote."""
    found = intake.get_form(key)
    encoding = asked_encoding(request)
    if encoding:
        require(request.user, "customers.export")
        return download(request, found, encoding)
    entries, pager = read_slice(
        request, lambda offset: intake.list_entries(key, offset=offset, limit=PAGE_SIZE)
    )
    blocked = [(BLOCKED_NAMES.get(k, Text(k, k)), n) for k, n in sorted(found.blocked.items())]
    context = {
        "tab": "forms",
        "form": found,
        "kind": editing.KIND_NAMES[found.kind],
        "address": _address(found),
        "snippet": _snippet(found),
        "media": intake.media_of(key),
        "blocked": blocked,
        "code_media": request.GET.get("media", "").strip()[:80] or "qr",
        "advertising": plan.advertising_words(*_told_by_mail(found)),
        "rows": list_rows(request, entries),
        "pager": pager,
    }
    return render(request, "okaeri/forms/form.html", context)


def _told_by_mail(form: FormView) -> tuple[str, ...]:
    """Give what the thanks by mail repeat, which also whoever agreed to nothing gets."""
    words = form.definition
    return words.title.ja, words.title.en, words.thanks.ja, words.thanks.en


def _address(form: FormView) -> str:
    return f"{settings.OKAERI.base_url}/f/{form.key}/"


def _snippet(form: FormView) -> str:
    mode = ' data-mode="popup" data-delay="10" data-days="7"' if form.kind == "popup" else ""
    source = f"{settings.OKAERI.base_url}/static/okaeri/form-embed.js"
    return f'<script async src="{source}" data-form="{form.key}"{mode}></script>'


@needs("forms.change")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a form; it stays closed until somebody opens it."""
    return _edit(request, editing.blank(), is_new=True)


@needs("forms.change")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change a form; what differs is a new version, and entries keep theirs."""
    return _edit(request, editing.draft_of(intake.get_form(key)), is_new=False)


def _edit(request: HttpRequest, before: editing.Draft, *, is_new: bool) -> HttpResponse:
    draft, problems = before, []
    if request.method == "POST":
        try:
            draft = editing.read_draft(request, before)
            problems = intake.problems_of(draft.key, draft.kind, draft.definition)
            if not problems:
                intake.save_form(draft.key, draft.kind, draft.definition, is_new=is_new)
                tell(request, _SAVED)
                return redirect("form", draft.key)
        except InputError as error:
            problems = [error.message]
    file = draft.definition.file
    context = {
        "tab": "forms",
        "is_new": is_new,
        "draft": draft,
        "definition": draft.definition,
        "problems": problems,
        "kinds": editing.KIND_NAMES.items(),
        "needs": editing.NEED_NAMES.items(),
        "question_kinds": editing.QUESTION_KINDS.items(),
        "file": editing.file_in_words(file) if file else "",
    }
    return render(request, "okaeri/forms/edit.html", context, status=400 if problems else 200)


@needs("forms.change")
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Give the form in the editor as people would see it, in a frame that may do nothing."""
    draft = editing.read_draft(request, editing.blank())
    shown = {
        "form": {"kind": draft.kind},
        "definition": draft.definition,
        "fields": list_fields(draft.definition, {}, {}),
    }
    page = render_to_string("okaeri/public/forms/form.html", shown, request=request)
    return render(request, "okaeri/forms/preview.html", {"page": page})


@needs("forms.change")
@require_POST
def switch(request: HttpRequest, key: str) -> HttpResponse:
    """Open a form to everybody, or close it."""
    is_open = request.POST.get("open") == "1"
    intake.switch_form(key, is_open=is_open)
    said = _OPENED if is_open else _CLOSED
    tell(request, said)
    return redirect("form", key)


@needs("forms.see")
@require_GET
def code(request: HttpRequest, key: str) -> HttpResponse:
    """Give the form's address as a QR code to print; entries by it say its source, "qr" at first."""
    out = io.BytesIO()
    media = request.GET.get("media", "").strip()[:80] or "qr"
    address = f"{_address(intake.get_form(key))}?{urlencode({'media': media})}"
    segno.make_qr(address, error="m").save(out, kind="svg", scale=8, xmldecl=False)
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")
