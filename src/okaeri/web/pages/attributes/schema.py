"""The schema editor: which questions the shop keeps answers to, in which order, with which choices."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okaeri.customers import api as customers
from okaeri.customers.attribute_types import (
    AttributeIn,
    AttributeKind,
    AttributeView,
    Choice,
)
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.text import Text
from okaeri.plan import api as plan
from okaeri.web.access import needs
from okaeri.web.reader import tell

KIND_NAMES = {
    AttributeKind.CHOICE: Text("一つ選ぶ", "One of several"),
    AttributeKind.TAGS: Text("いくつでも選ぶ", "Any of several"),
    AttributeKind.TEXT: Text("文章", "Text"),
    AttributeKind.NUMBER: Text("数字", "Number"),
    AttributeKind.DATE: Text("日付", "Day"),
}
_SAVED = Text("保存しました。", "Saved.")
_UNKNOWN = Text("項目「{key}」は存在しません。", 'There is no attribute "{key}".')
_BAD_LINE = Text(
    "選択肢の「{line}」が読めません。dry=乾燥肌/Dry のように書いてください。",
    'The choice "{line}" cannot be read; write it as dry=乾燥肌/Dry.',
)
_ASKED = Text(
    "稼働中のシナリオ「{names}」がこの項目で分かれています。止めると、全員が「いいえ」に進みます。"
    "それでも止めるときは、下の確認に印を付けてください。",
    "Live journeys branch on this: {names}. Switched off, everybody goes the way of “no”. "
    "To do so anyway, tick the box below.",
)
_EXISTS = Text(
    "キー「{key}」はすでにあります。別のキーにしてください。",
    'There is already a key "{key}"; choose another.',
)


@needs("settings.see")
@require_GET
def attributes(request: HttpRequest) -> HttpResponse:
    """List the questions with their holders, and the suggestions not taken yet."""
    known = customers.list_attributes(with_holders=True)
    keys = {one.key for one in known}
    context = {
        "tab": "attributes",
        "rows": [(one, KIND_NAMES[one.kind]) for one in known],
        "suggested": [one for one in customers.SUGGESTED_ATTRIBUTES if one.key not in keys],
    }
    return render(request, "okaeri/attributes/list.html", context)


@needs("settings.change")
@require_POST
def take_suggested(request: HttpRequest) -> HttpResponse:
    """Take one suggestion over as it is, or all of them."""
    known = {one.key for one in customers.list_attributes()}
    wanted = request.POST.get("key", "")
    for one in customers.SUGGESTED_ATTRIBUTES:
        if one.key not in known and wanted in (one.key, "*"):
            customers.save_attribute(one)
    return _done(request)


@needs("settings.change")
@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Move one question up or down by one place."""
    keys = [one.key for one in customers.list_attributes()]
    key = request.POST.get("key", "")
    if key in keys:
        place = keys.index(key)
        keys.remove(key)
        keys.insert(max(place + (-1 if request.POST.get("to") == "up" else 1), 0), key)
        customers.order_attributes(keys)
    return redirect("attributes")


@needs("settings.see", to_post="settings.change")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a new question, and keep it."""
    empty = AttributeIn("", Text("", ""), AttributeKind.CHOICE)
    return _form(request, empty, is_new=True, holders=0)


@needs("settings.see", to_post="settings.change")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change a question; its key stays."""
    found = _get(key)
    return _form(request, found, is_new=False, holders=found.holders)


def _get(key: str) -> AttributeView:
    for one in customers.list_attributes(with_holders=True):
        if one.key == key:
            return one
    raise NotFoundError(_UNKNOWN.format(key=key))


def _form(request: HttpRequest, before: AttributeIn, *, is_new: bool, holders: int) -> HttpResponse:
    problem, shown = None, before
    choices = "\n".join(
        f"{c.value}={c.name.ja}" + (f"/{c.name.en}" if c.name.en != c.name.ja else "")
        for c in before.choices
    )
    if request.method == "POST":
        choices = request.POST.get("choices", "")
        try:
            shown = _read(request, before, is_new=is_new)
            shown = replace(shown, choices=_read_choices(choices, shown.kind))
            if is_new and any(one.key == shown.key for one in customers.list_attributes()):
                raise InputError(_EXISTS.format(key=shown.key))
            if before.is_active and not shown.is_active:
                _check_unused(request, before.key)
            customers.save_attribute(shown)
            return _done(request)
        except InputError as error:
            problem = error.message
    context = {
        "tab": "attributes",
        "one": shown,
        "kind": shown.kind.value,
        "choices": choices,
        "kinds": [(kind.value, name) for kind, name in KIND_NAMES.items()],
        "is_new": is_new,
        "holders": holders,
        "problem": problem,
        "asked_by": [] if is_new else plan.live_journeys_asking(before.key),
    }
    status = 400 if problem else 200
    return render(request, "okaeri/attributes/edit.html", context, status=status)


def _check_unused(request: HttpRequest, key: str) -> None:
    """Ask once more before a question is switched off that live journeys branch on."""
    asking = plan.live_journeys_asking(key)
    if asking and request.POST.get("off_anyway") != "on":
        names = "、".join(name.ja for _, name in asking), ", ".join(name.en for _, name in asking)
        raise InputError(Text(_ASKED.ja.format(names=names[0]), _ASKED.en.format(names=names[1])))


def _read(request: HttpRequest, before: AttributeIn, *, is_new: bool) -> AttributeIn:
    ja = request.POST.get("ja", "").strip()
    kind = request.POST.get("kind", before.kind.value)
    return AttributeIn(
        key=request.POST.get("key", "").strip() if is_new else before.key,
        name=Text(ja, request.POST.get("en", "").strip() or ja),
        kind=AttributeKind(kind) if kind in set(AttributeKind) else before.kind,
        is_in_header=request.POST.get("is_in_header") == "on",
        is_active=is_new or request.POST.get("is_active") == "on",
        place=before.place,
    )


def _read_choices(lines: str, kind: AttributeKind) -> tuple[Choice, ...]:
    """Read `dry=乾燥肌/Dry`, one a line."""
    if kind not in (AttributeKind.CHOICE, AttributeKind.TAGS):
        return ()
    found = []
    for line in filter(None, (line.strip() for line in lines.splitlines())):
        value, sign, names = line.partition("=")
        ja, _, en = names.partition("/")
        if not sign or not ja.strip():
            raise InputError(_BAD_LINE.format(line=line[:40]))
        found.append(Choice(value.strip(), Text(ja.strip(), en.strip() or ja.strip())))
    return tuple(found)


def _done(request: HttpRequest) -> HttpResponse:
    tell(request, _SAVED)
    return redirect("attributes")
