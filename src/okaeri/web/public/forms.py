"""Forms people fill in, the page behind the mail that asks to confirm, and the file they asked for.

No cookie and no session: the form carries a signed word, so that it works inside a shop's own page.
Opening a page never changes anything: scanners open all.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.settings import load, shop_day
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.form_types import (
    EntryRecord,
    FormDefinition,
    FormProof,
    FormRules,
    FormView,
    WrongAnswersError,
)
from okaeri.web.access import open_to_all
from okaeri.web.middleware import POLICY
from okaeri.web.public.forms_fields import list_fields
from okaeri.web.public.not_found import link_not_found
from okaeri.web.rate import PerMinute
from okaeri.web.reader import language_of

TRAP = "website"
# A page may lie open this long before it is sent.
OPEN_AT_MOST = timedelta(hours=12)
_PER_MINUTE = 30
_MOST_FIELDS = 200
_posts = PerMinute()

_CAUGHT: Mapping[str, Text] = {
    "trap": Text(
        "自動送信を防ぐ欄に文字が入っていたため、送信を止めました。お手数ですが、そのままもう一度送信してください。",
        "A box that only machines fill in was not empty, so we stopped. Please send it once more.",
    ),
    "too_fast": Text(
        "表示からすぐに送信されたため、念のため止めました。もう一度ボタンを押してください。",
        "That was faster than people usually type, so we stopped. Please press the button once more.",
    ),
    "stale": Text(
        "ページを開いてから時間がたっていました。内容はそのままです。もう一度ボタンを押してください。",
        "The page had been open for long. What you typed is still here; please press the button again.",
    ),
    "changed": Text(
        "フォームの内容が新しくなりました。ご確認のうえ、もう一度送信してください。",
        "The form has changed in the meantime. Please look it over and send it again.",
    ),
    "too_often": Text(
        "送信が続いたため、しばらく受け付けを止めています。1時間ほどあけてからお試しください。お急ぎの方は下のお問い合わせ先へご連絡ください。",
        "There were many entries from your connection. Please try again in an hour, or write to the "
        "contact below.",
    ),
}
_CLOSED = Text(
    "このフォームの受け付けは終了しました。ご用の方は下のお問い合わせ先へご連絡ください。",
    "This form is closed. If you need us, please use the contact below.",
)
_FILE_OVER = Text(
    "資料のリンクの期限が切れました。お手数ですが、もう一度フォームからお申し込みください。",
    "The link to the document is no longer good. Please fill in the form once more.",
)
_SENT_AGAIN = Text(
    "確認のメールをもう一度お送りしました。", "We have sent the confirmation mail again."
)
_NO_MORE_MAILS = Text(
    "確認のメールは何度かお送りしました。届かないときは、もう一度フォームからお申し込みください。",
    "We have sent several mails already. If none arrives, please fill in the form once more.",
)


@open_to_all
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, key: str) -> HttpResponse:
    """Show a form; POST takes what was written, or shows it again with what is wrong."""
    try:
        found = intake.get_form(key)
    except NotFoundError:
        return link_not_found(request)
    if not found.is_open:
        return _framed(_say(request, _CLOSED, 410), found.definition)
    response = _take(request, found) if request.method == "POST" else _show(request, found)
    return _framed(response, found.definition)


def _framed(response: HttpResponse, definition: FormDefinition) -> HttpResponse:
    """Let the form's own origins embed it, and nobody else."""
    ancestors = " ".join(["frame-ancestors 'self'", *definition.origins])
    response.headers["Content-Security-Policy"] = POLICY.replace(
        "frame-ancestors 'self'", ancestors
    )
    response.xframe_options_exempt = True
    return response


def _take(request: HttpRequest, found: FormView) -> HttpResponse:
    caught = _find_machine(request, found)
    if caught:
        if caught != "changed":
            intake.note_refusal(found.key, caught)
        return _show(request, found, caught=caught)
    language = _language(request)
    today = shop_day(clock.now())
    try:
        filled = intake.read_answers(found.definition, _typed(request), today, language)
    except WrongAnswersError as error:
        return _show(request, found, problems=error.problems)
    proof = FormProof(
        page=request.POST.get("page", "") or request.headers.get("Referer", ""),
        address_mark=intake.mark_of_request(_address(request)),
        browser=request.headers.get("User-Agent", ""),
        language=language,
        purpose=purpose.sha256 if (purpose := customers.find_purpose()) else "",
    )
    taken = intake.record_form_entry(
        found.key,
        filled,
        proof,
        media_code=request.POST.get("media", "").strip()[:80],
        page_version=found.version,
    )
    if taken.outcome in ("closed", "too_often"):
        return _show(request, found, caught="too_often")
    is_done = taken.outcome == "confirmed"
    return render(request, "okaeri/public/forms/sent.html", _words(request, found, is_done=is_done))


def _find_machine(request: HttpRequest, found: FormView) -> str:
    """Give why an entry looks like a machine's; "" for a person's."""
    if not _posts.allow(_address(request), _PER_MINUTE):
        return "too_often"
    if request.POST.get(TRAP, ""):
        return "trap"
    shown = intake.read_shown(request.POST.get("shown", ""), found.key)
    now = clock.now()
    if shown is None or now - shown.at > OPEN_AT_MOST:
        return "stale"
    if now - shown.at < timedelta(seconds=load(FormRules).least_seconds):
        return "too_fast"
    return "changed" if shown.version != found.version else ""


def _show(
    request: HttpRequest,
    found: FormView,
    *,
    problems: Mapping[str, Text] | None = None,
    caught: str = "",
) -> HttpResponse:
    typed = _typed(request)
    # Whoever was only too fast is let through by the same word at the second press.
    shown = request.POST.get("shown", "") if caught == "too_fast" else ""
    given = request.POST if request.method == "POST" else request.GET
    context = {
        **_words(request, found),
        "fields": list_fields(found.definition, typed, problems or {}),
        "problems": problems or {},
        "agree_problem": (problems or {}).get(intake.AGREED),
        "has_agreed": typed.get(intake.AGREED) == ["yes"],
        "caught": _CAUGHT.get(caught),
        "shown": shown or intake.shown_token(found.key, found.version, clock.now()),
        "media": (given.get("media") or given.get("utm_source") or "")[:80],
        "page": given.get("page", "")[:500],
        "trap": TRAP,
    }
    status = 429 if caught == "too_often" else 400 if problems or caught else 200
    return render(request, "okaeri/public/forms/form.html", context, status=status)


def _words(request: HttpRequest, found: FormView, *, is_done: bool = False) -> dict[str, Any]:
    return {
        "form": found,
        "definition": found.definition,
        "is_framed": "frame" in request.GET,
        "is_done": is_done,
        "hours": load(FormRules).confirm_hours,
        "has_purpose": customers.find_purpose() is not None,
    }


def _typed(request: HttpRequest) -> Mapping[str, Sequence[str]]:
    return dict(list(request.POST.lists())[:_MOST_FIELDS])


def _language(request: HttpRequest) -> str:
    """Give the language of the words that stood on the page when it was sent."""
    shown: str = request.POST.get("lang", "")
    return shown if shown in ("ja", "en") else language_of(request)


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _say(request: HttpRequest, message: Text, status: int) -> HttpResponse:
    context = {"message": message, "is_framed": "frame" in request.GET}
    response = render(request, "okaeri/public/forms/say.html", context, status=status)
    response.is_error_page = True  # type: ignore[attr-defined]
    return response


@open_to_all
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show whose entry this is and a button; POST lets it count, or sends the mail once more."""
    entry = intake.find_by_confirm_link(token)
    if entry is None or entry.status == "expired":
        return link_not_found(request)
    found = intake.get_form(entry.form_key)
    said: Text | None = None
    if request.method == "POST" and request.POST.get("again") == "1":
        said = _SENT_AGAIN if intake.ask_to_confirm_again(token) else _NO_MORE_MAILS
    elif request.method == "POST":
        proof = FormProof(
            address_mark=intake.mark_of_request(_address(request)),
            browser=request.headers.get("User-Agent", ""),
        )
        entry = intake.confirm_entry(token, proof) or entry
    is_waiting = entry.status == "waiting"
    is_over = is_waiting and entry.expires_at <= clock.now()
    context = {
        **_words(request, found, is_done=not is_waiting),
        "masked": customers.mask_address(entry.email),
        "is_over": is_over and said is None,
        "said": said,
        "file_url": _file_url(entry, found),
    }
    status = 410 if is_over and said is None else 200
    return render(request, "okaeri/public/forms/confirm.html", context, status=status)


def _file_url(entry: EntryRecord, found: FormView) -> str:
    if found.definition.file is None or entry.confirmed_at is None:
        return ""
    return intake.file_url(entry, "", settings.SECRET_KEY)


@open_to_all
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show which file it is and a button; POST hands it out and counts it."""
    entry = intake.find_by_file_link(token)
    if entry is None:
        return link_not_found(request)
    found = intake.get_form(entry.form_key)
    until, given = intake.file_until(entry), found.definition.file
    if until is None or given is None:
        return link_not_found(request)
    if clock.now() > until:
        return _say(request, _FILE_OVER, 410)
    if request.method != "POST":
        context = {**_words(request, found), "file": given, "until": until}
        return render(request, "okaeri/public/forms/file.html", context)
    path = intake.path_of_form_file(given)
    intake.count_form_download(entry.id)
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=given.name,
        content_type=given.media_type,
    )
