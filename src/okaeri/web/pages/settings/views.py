"""Settings: one form for any rules dataclass, and the definitions of all numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from okaeri.foundation.errors import ConfigurationError, NotFoundError
from okaeri.foundation.settings import (
    SettingSpec,
    Value,
    examine,
    find_contradictions,
    load,
    save,
    specs_of,
)
from okaeri.foundation.text import Text
from okaeri.foundation.work.jobs import submit_job
from okaeri.insight.job_types import REFRESH
from okaeri.web.access import needs
from okaeri.web.channel_names import channel_name
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.settings.currency import CURRENCY, why_currency_stays
from okaeri.web.pages.settings.preview import (
    find_own_f2,
    name_movers,
    preview_classes,
    propose_thresholds,
)
from okaeri.web.pages.settings.statuses import STATUSES, preview_words, why_words_are_unknown
from okaeri.web.reader import tell
from okaeri.web.setting_groups import GROUPS
from okaeri.web.setting_words import CHOICE_NAMES

# Saving one of these has everything counted anew.
_ANALYSED = ("classes", "analysis")
_NO_GROUP = Text("そのような設定はありません。", "There are no such settings.")
_SAVED = Text("保存しました。", "Saved.")
_SAVED_CLASSES = Text(
    "保存しました。新しい決まりで集計し直しています。",
    "Saved. The analysis is being redone under the new rules.",
)
_NOT_A_NUMBER = Text("数字で入力してください。", "Give a number.")


# Group → what its preview button shows of values that are not saved.
def _try_classes(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    found = preview_classes(values)
    movers = name_movers(request, found.movers) if found else []
    return {"is_preview": True, "class_preview": found, "movers": movers}


def _try_words(_request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    return {"is_word_preview": True, "words": preview_words(values)}


_PREVIEWS: dict[str, Callable[[HttpRequest, dict[str, Any]], dict[str, Any]]] = {
    "classes": _try_classes,
    "analysis": _try_words,
}


@dataclass(frozen=True, slots=True)
class FormField:
    """One setting on the form: `value` as text, `problem` when it cannot be used."""

    spec: SettingSpec
    value: str
    choices: tuple[tuple[str, Text], ...] = ()
    problem: Text | None = None

    @property
    def kind(self) -> str:
        if self.choices:
            return "choice"
        return {bool: "flag", int: "number", float: "number"}.get(type(self.spec.default), "text")


@needs("settings.see", to_post="settings.change")
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, group: str = "shop") -> HttpResponse:
    """Show and keep one group of settings."""
    if group not in GROUPS:
        raise NotFoundError(_NO_GROUP)
    known = {spec.key: spec for rules in GROUPS[group] for spec in specs_of(rules).values()}
    status, preview = 200, {}
    proposal = propose_thresholds() if group == "classes" else {}
    if request.method == "POST":
        values, problems = _read(request, known)
        if "preview" in request.POST and group in _PREVIEWS and not problems:
            preview = _PREVIEWS[group](request, values)
        elif not problems:
            save(known, values)
            if group in _ANALYSED:
                submit_job(REFRESH, {})
            text = _SAVED_CLASSES if group in _ANALYSED else _SAVED
            tell(request, text)
            return redirect("settings", group)
        fields = [
            _field(spec, request.POST.get(spec.key, ""), problems.get(spec.key))
            for spec in known.values()
        ]
        status = 400 if problems else 200
    else:
        unused = examine(GROUPS[group])
        tried: dict[str, Value] = {**proposal} if "propose" in request.GET else {}
        if "own_f2" in request.GET:
            tried["cpm.f2_late_mode"] = "own_days"
        fields = [
            _field(spec, _as_text(tried.get(spec.key, value)), unused.get(spec.key))
            for spec, value in _stored(group)
        ]
    context = {
        "tab": group,
        "fields": fields,
        "group": group,
        "has_preview": group in _PREVIEWS,
        "proposed_lapse": proposal.get("cpm.lapse_days"),
        "own_f2": find_own_f2() if group == "classes" else None,
        **preview,
    }
    return render(request, "okaeri/settings/form.html", context, status=status)


def _stored(group: str) -> list[tuple[SettingSpec, Value]]:
    return [
        (spec, getattr(load(rules), name))
        for rules in GROUPS[group]
        for name, spec in specs_of(rules).items()
    ]


def _as_text(value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _field(spec: SettingSpec, value: str, problem: Text | None) -> FormField:
    choices = tuple(
        (str(choice), CHOICE_NAMES.get(str(choice)) or channel_name(str(choice)))
        for choice in spec.choices
    )
    return FormField(spec, value, choices, problem)


def _read(
    request: HttpRequest, known: dict[str, SettingSpec]
) -> tuple[dict[str, Any], dict[str, Text]]:
    values: dict[str, Any] = {}
    problems: dict[str, Text] = {}
    for key, spec in known.items():
        text = request.POST.get(key, "").strip()
        try:
            values[key] = spec.check(_typed(spec, text))
        except ValueError:
            problems[key] = _NOT_A_NUMBER
        except ConfigurationError as error:
            problems[key] = error.message
    problems = problems or find_contradictions(known, values)
    if not problems and (stays := why_currency_stays(values)) is not None:
        problems[CURRENCY] = stays
    if not problems and (unknown := why_words_are_unknown(values)) is not None:
        problems[STATUSES] = unknown
    return values, problems


def _typed(spec: SettingSpec, text: str) -> Value:
    kind = type(spec.default)
    if kind is bool:
        return text == "on"
    if kind in (int, float):
        return int(text.replace(",", "")) if kind is int else float(text.replace(",", ""))
    return text


@needs("figures.see")
@require_GET
def definitions(request: HttpRequest) -> HttpResponse:
    """Show what every number means, with the shop's own settings filled in."""
    context = {"tab": "definitions", "definitions": definitions_for()}
    return render(request, "okaeri/settings/definitions.html", context)
