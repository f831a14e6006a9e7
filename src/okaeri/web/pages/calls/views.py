"""The call list: whom to telephone now, whose turn it is, what to say, and what came of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.insight.types import Stage, class_name
from okaeri.intake import api as intake
from okaeri.listen import api as listen
from okaeri.listen.types import CALL_RESULT_NAMES, CallResult, CallRules, CallTaskView
from okaeri.plan import api as plan
from okaeri.web import sight
from okaeri.web.access import needs, require
from okaeri.web.pages.calls.rows import Row, rows_of
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.customers.happening import whose
from okaeri.web.pages.customers.sources_voice import calls as past_calls
from okaeri.web.pages.paging import Pager, asked_page
from okaeri.web.reader import language_of, tell

_PAST = 5
_FILLED = Text("リストを更新しました。新しく{n}人です。", "The list is up to date; {n} new.")
_NOBODY = Text("いま電話を待っている方はいません。", "Nobody waits for a call now.")
_ASKED = Text("架電リストに入れました。", "Put on the call list.")
_LISTED = Text("もう架電リストに入っています。", "Already on the call list.")
_NO_CALLS = Text("この番号には電話しません。", "This number is never called again.")
_RELEASED = Text("担当から外しました。", "The person is free again.")
_SAVED = Text("「{result}」を記録しました。", "Recorded: {result}.")
_NO_RESULT = Text("結果を1つ選んでください。", "Choose one result.")
_HINTS = {
    CallResult.REFUSED: Text("この番号には二度とかけません", "this number is never called again"),
    CallResult.WRONG_NUMBER: Text(
        "この番号は以後リストに載りません", "this number is listed no more"
    ),
}
_COLUMNS = (
    Text("優先順位", "priority"), Text("優先度", "level"), Text("理由", "reason"),
    Text("内容", "why"), Text("顧客ID", "customer_id"), Text("姓", "family_name"),
    Text("名", "given_name"), Text("セイ", "family_kana"), Text("メイ", "given_kana"),
    Text("電話番号", "phone"), Text("クラス", "class"), Text("最終注文日", "last_order_on"),
    Text("最終注文番号", "last_order_no"), Text("つながらなかった回数", "tries"),
    Text("次の架電", "due_at"), Text("担当", "held_by"), Text("メモ", "memo"),
    Text("話し方", "script"),
)  # fmt: skip


@needs("calls.make")
@require_GET
def call_list(request: HttpRequest) -> HttpResponseBase:
    """List people to telephone, the most urgent first."""
    now = clock.now()
    tasks = listen.list_calls(now)
    encoding = asked_encoding(request)
    if encoding:
        require(request.user, "customers.export")
        return _csv(request, tasks, now, encoding)
    is_later = request.GET.get("show") == "later"
    staff = request.user.get_username()
    chosen = [task for task in tasks if (task.due_at > now) == is_later]
    pager = Pager.within(asked_page(request), len(chosen))
    rows = rows_of(request, chosen[pager.offset : pager.offset + pager.size], now)
    context = {
        "tab": "calls",
        "rows": rows,
        "pager": pager,
        "is_later": is_later,
        "staff": staff,
        "due": sum(task.due_at <= now for task in tasks),
        "later": sum(task.due_at > now for task in tasks),
        "mine": next((task for task in tasks if task.held_by == staff), None),
        "rules": load(CallRules),
    }
    return render(request, "okaeri/calls/list.html", context)


@needs("calls.make")
@require_GET
def call(request: HttpRequest, task_id: int) -> HttpResponse:
    """Show one person with what to say, what was said before, and the result codes."""
    return _call_page(request, task_id)


def _call_page(
    request: HttpRequest, task_id: int, problem: Text | None = None, status: int = 200
) -> HttpResponse:
    now = clock.now()
    task = listen.get_call(task_id, now)
    rows = rows_of(request, [task], now)
    if not rows or not task.is_open:
        messages.info(request, _NOBODY_HERE.render(language_of(request)))
        return redirect("calls")
    person = whose(task.customer_id, load(ShopProfile).currency)
    profile = customers.get_customer(task.customer_id)
    past = past_calls(person, None, _PAST)
    context = {
        "tab": "calls",
        "row": rows[0],
        "is_mine": task.held_by == request.user.get_username(),
        "is_masked": not sight.sees_personal(request, task.customer_id),
        "note": sight.veil_words(request, profile, task.note),
        "past": [(one, sight.veil_text(request, profile, one.note)) for one in past],
        "voices": [
            (one, sight.veil_words(request, profile, one.body))
            for one in intake.inquiries_of(person.parties)[:_PAST]
        ],
        "results": [(code, name, _HINTS.get(code)) for code, name in CALL_RESULT_NAMES.items()],
        "reasons": customers.lapse_reasons(),
        "problem": problem,
        "given": request.POST,
        "most_tries": load(CallRules).most_tries,
    }
    return render(request, "okaeri/calls/call.html", context, status=status)


_NOBODY_HERE = Text(
    "この方への架電は終わっています。", "This person does not wait for a call any more."
)


@needs("calls.make")
@require_POST
def take(request: HttpRequest, task_id: int) -> HttpResponse:
    """Take a person: from here on nobody else calls him."""
    return _taken(request, listen.take_call(task_id, request.user.get_username(), clock.now()))


@needs("calls.make")
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Take the most urgent person whom nobody has."""
    task = listen.take_next_call(request.user.get_username(), clock.now())
    if task is None:
        messages.info(request, _NOBODY.render(language_of(request)))
        return redirect("calls")
    return _taken(request, task)


def _taken(request: HttpRequest, task: CallTaskView) -> HttpResponse:
    # Whoever is to call somebody has to read his number; the log says that he did.
    if not sight.sees_personal(request, task.customer_id):
        sight.reveal(request, task.customer_id)
    return redirect("call", task.id)


@needs("calls.make")
@require_POST
def release(request: HttpRequest, task_id: int) -> HttpResponse:
    """Give a person back to the list without a call."""
    if listen.let_go_of_call(task_id, request.user.get_username()):
        tell(request, _RELEASED)
    return redirect("calls")


@needs("calls.make")
@require_POST
def result(request: HttpRequest, task_id: int) -> HttpResponse:
    """Write what one call came to."""
    code = request.POST.get("result", "")
    if code not in list(CallResult):
        return _call_page(request, task_id, _NO_RESULT, 400)
    try:
        listen.record_call_result(
            task_id,
            request.user.get_username(),
            CallResult(code),
            note=request.POST.get("note", ""),
            call_back_at=_read_instant(request.POST.get("call_back_at", "")),
            lapse_reason=request.POST.get("lapse_reason", ""),
            now=clock.now(),
        )
    except InputError as error:
        if listen.get_call(task_id, clock.now()).held_by != request.user.get_username():
            raise
        return _call_page(request, task_id, error.message, 400)
    name = CALL_RESULT_NAMES[CallResult(code)].render(language_of(request))
    tell(request, _SAVED.format(result=name))
    return redirect("calls")


def _read_instant(text: str) -> datetime | None:
    """Read a day and time of the shop; None for anything else."""
    try:
        naive = datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - the zone comes next
    except ValueError:
        return None
    return naive.replace(tzinfo=load(ShopProfile).zone)


@needs("calls.make")
@require_POST
def fill(request: HttpRequest) -> HttpResponse:
    """Look for people to call now; every night it happens by itself."""
    count = listen.fill_call_list(clock.now(), leave_out=plan.left_out)
    tell(request, _FILLED.format(n=count))
    return redirect("calls")


@needs("calls.make")
@require_POST
def ask(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Put a person on the list at the wish of staff."""
    is_new = listen.ask_for_call(
        customer_id,
        note=request.POST.get("note", ""),
        by=request.user.get_username(),
        now=clock.now(),
    )
    tell(request, _ASKED if is_new else _LISTED)
    return redirect("customer", customer_id)


@needs("calls.make")
@require_POST
def no_calls(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Note that a person wants no calls: his number is closed for good."""
    listen.refuse_calls(customer_id, clock.now())
    tell(request, _NO_CALLS)
    return redirect("customer", customer_id)


def _csv(
    request: HttpRequest, tasks: list[CallTaskView], now: datetime, encoding: str
) -> HttpResponseBase:
    columns = [column.render(language_of(request)) for column in _COLUMNS]
    rows = rows_of(request, tasks, now, action="export")
    return csv_response("call-list", columns, _csv_rows(request, rows), encoding=encoding)


def _csv_rows(request: HttpRequest, rows: list[Row]) -> Iterator[tuple[Any, ...]]:
    zone, language = load(ShopProfile).zone, language_of(request)
    for place, row in enumerate(rows, 1):
        who, standing, last = row.profile, row.standing, row.last
        yield (
            place,
            row.level.render(language),
            row.reason.render(language),
            row.why.render(language),
            who.id,
            *(who.family_name, who.given_name, who.family_kana, who.given_kana, who.phone),
            ""
            if standing is None
            else class_name(Stage(standing.stage), is_lapsed=standing.is_lapsed).render(language),
            last.ordered_on if last else "",
            last.order_no if last else "",
            row.task.tries,
            f"{row.task.due_at.astimezone(zone):%Y-%m-%d %H:%M}",
            row.task.held_by,
            sight.veil_words(request, who, row.task.note),
            row.script.render(language),
        )
