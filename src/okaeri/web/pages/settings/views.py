"""Settings: one form for any rules dataclass, and the definitions of all numbers."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from okaeri.customers.preference_types import TopicRules
from okaeri.customers.types import MatchingRules, RightsRules
from okaeri.deliver.tracking_types import TrackingRules
from okaeri.deliver.types import ContactRules
from okaeri.foundation.errors import ConfigurationError, NotFoundError
from okaeri.foundation.settings import SettingSpec, ShopProfile, Value, load, save, specs_of
from okaeri.foundation.text import Text
from okaeri.foundation.work.jobs import submit_job
from okaeri.insight.analysis_types import AgeRules, ChurnRules, ForecastRules, PerkRules
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.media_types import MediaRules
from okaeri.insight.prediction_types import PredictionRules
from okaeri.insight.price_types import PriceRules
from okaeri.insight.recommend_types import RecommendRules
from okaeri.insight.timing_types import TimingRules
from okaeri.insight.types import LifecycleRules, RankRules
from okaeri.intake.event_types import TagRules
from okaeri.intake.form_types import FormRules
from okaeri.intake.types import LiveRules
from okaeri.listen.types import CallRules
from okaeri.plan.types import CartRules, JourneyRules, OfferRules
from okaeri.rewards.types import MyPageRules
from okaeri.web.access import needs
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.settings.preview import preview_classes

GROUPS: dict[str, tuple[type, ...]] = {
    "shop": (ShopProfile,),
    "classes": (LifecycleRules, RankRules),
    "contact": (ContactRules, JourneyRules, CartRules, OfferRules, MyPageRules, TopicRules),
    "calls": (CallRules,),
    "forms": (FormRules,),
    "analysis": (
        AgeRules,
        ChurnRules,
        CycleRules,
        ForecastRules,
        MediaRules,
        PerkRules,
        PredictionRules,
        PriceRules,
        RecommendRules,
        TimingRules,
    ),
    "tag": (TagRules, TrackingRules),
    "live": (LiveRules,),
    "people": (MatchingRules, RightsRules),
}
# Saving one of these has everything counted anew.
_ANALYSED = ("classes", "analysis")
_NO_GROUP = Text("そのような設定はありません。", "There are no such settings.")
_SAVED = Text("保存しました。", "Saved.")
_SAVED_CLASSES = Text(
    "保存しました。新しい決まりで集計し直しています。",
    "Saved. The analysis is being redone under the new rules.",
)
_NOT_A_NUMBER = Text("数字で入力してください。", "Give a number.")
_CHOICE_NAMES = {
    "elapsed": Text("初回購入から今日まで", "First purchase until today"),
    "span": Text("初回から最終購入まで", "First to last purchase"),
    "aov_all": Text("全期間の注文単価", "Per order, all time"),
    "aov_12m": Text("直近12か月の注文単価", "Per order, 12 months"),
    "per_customer": Text("1人当たり購入額", "Per customer"),
    "fixed": Text("固定の単価", "Fixed price"),
    "repeat": Text("同じ品の買い足し", "Repeat purchases of one product"),
    "ad_hoc": Text("都度買い", "Ad-hoc purchases"),
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
    if request.method == "POST":
        values, problems = _read(request, known)
        is_preview = group == "classes" and "preview" in request.POST
        if is_preview and not problems:
            preview = {"is_preview": True, "class_preview": preview_classes(values)}
        elif not problems:
            save(known, values)
            if group in _ANALYSED:
                submit_job("refresh", {})
            text = _SAVED_CLASSES if group in _ANALYSED else _SAVED
            messages.success(request, text.render(request.language))  # type: ignore[attr-defined]
            return redirect("settings", group)
        fields = [
            _field(spec, request.POST.get(spec.key, ""), problems.get(spec.key))
            for spec in known.values()
        ]
        status = 400 if problems else 200
    else:
        fields = [_field(spec, _as_text(value), None) for spec, value in _stored(group)]
    context = {"tab": group, "fields": fields, "group": group, **preview}
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
        (str(choice), _CHOICE_NAMES.get(str(choice), Text(str(choice), str(choice))))
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
