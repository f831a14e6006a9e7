"""Entries of the content calendar: written, changed, put away, brought back, drafted as a sending."""

from dataclasses import replace
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.settings import shop_day
from okaeri.foundation.text import Text
from okaeri.insight.types import TEN_CLASSES
from okaeri.plan import api as plan
from okaeri.plan.calendar_types import CHANNELS, ITEM_KIND_NAMES, EntryIn, EntryView, ItemKind
from okaeri.web.access import needs
from okaeri.web.channel_names import channel_name
from okaeri.web.reader import language_of, tell

_SAVED = Text("予定を保存しました。", "The entry was saved.")
_NO_DAY = Text("日付を 2000年から2100年の間で入れてください。", "Give a day between 2000 and 2100.")
# What a new entry proposes: a week is enough to write a letter.
_LEAD = timedelta(days=7)
_YEARS = range(2000, 2101)


@needs("journeys.change")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for an entry; the address may say for which class (?class=) and day (?day=)."""
    if request.method == "POST":
        return _save(request, None)
    asked = request.GET
    classes = tuple(one.key for one in TEN_CLASSES if one.key in asked.getlist("class"))
    said = EntryIn("", _asked_day(asked.get("day", "")), classes, "useful", "email")
    return _page(request, said, None)


def _asked_day(text: str) -> date:
    try:
        return _day(text)
    except InputError:
        return shop_day(clock.now()) + _LEAD


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputError(_NO_DAY) from None
    if day.year not in _YEARS:
        raise InputError(_NO_DAY)
    return day


@needs("journeys.see", to_post="journeys.change")
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Show one entry, and keep what was changed."""
    view = plan.get_entry(entry_id)
    return _save(request, view) if request.method == "POST" else _page(request, view.said, view)


def _save(request: HttpRequest, view: EntryView | None) -> HttpResponse:
    posted = request.POST
    said = EntryIn(
        title=_text(request, "title"),
        day=view.said.day if view else _asked_day(""),
        classes=tuple(posted.getlist("class")),
        kind=posted.get("kind", ""),
        channel=posted.get("channel", ""),
        template_key=posted.get("template", ""),
        note=_text(request, "note"),
    )
    try:
        said = replace(said, day=_day(posted.get("day", "")))
        number = plan.save_entry(said, view.id if view else None, now=clock.now())
    except InputError as error:
        return _page(request, said, view, error.message)
    tell(request, _SAVED)
    return redirect("calendar_entry", number)


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\0", "").replace("\r\n", "\n")


def _page(
    request: HttpRequest, said: EntryIn, view: EntryView | None, problem: Text | None = None
) -> HttpResponse:
    contents = plan.list_contents_for_anyone()
    context = {
        "tab": "calendar",
        "entry": view,
        "said": said,
        "problem": problem,
        "classes": TEN_CLASSES,
        "kinds": ITEM_KIND_NAMES.items(),
        "channels": [(key, channel_name(key)) for key in CHANNELS],
        "contents": [(key, name, ITEM_KIND_NAMES[ItemKind(kind)]) for key, name, kind in contents],
        "could_send": said.template_key in {key for key, _, _ in contents},
    }
    status = 400 if problem else 200
    return render(request, "okaeri/calendar/entry.html", context, status=status)


@needs("journeys.change")
@require_POST
def delete(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Put an entry away; its page offers to bring it back."""
    plan.delete_entry(entry_id, now=clock.now())
    return redirect("calendar_entry", entry_id)


@needs("journeys.change")
@require_POST
def restore(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Bring an entry back."""
    plan.restore_entry(entry_id)
    return redirect("calendar_entry", entry_id)


@needs("journeys.change")
@require_POST
def draft(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Draft a journey that sends an entry's content to its classes; its page starts it."""
    key = plan.draft_for_entry(entry_id, language_of(request), now=clock.now())
    return redirect("journey", key)
