"""What a customer brings within the shop's windows of days."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text, day_in_words
from okaeri.insight import api as insight
from okaeri.insight.analysis_types import LtvRules
from okaeri.web import formats
from okaeri.web.access import needs
from okaeri.web.count_facet import facet_of, report_of
from okaeri.web.facet_names import FACETS, value_name
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.beginnings import Part, began_by, began_in, began_with
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of
from okaeri.web.reader import language_of

_FACETS = {
    "cohort": Text("初回購入月", "Cohort"),
    "media": FACETS["media"],
    "product": FACETS["product"],
}
_COLUMNS = (
    "value",
    "days",
    "customers",
    "ltv_minor",
    "low_minor",
    "high_minor",
    "margin_minor",
    "is_ripe",
)
_MONTHS = 24
_NOT_YET = Text(
    "初回購入から{days}日たった方がまだいません。最初の方が{days}日になるのは{day}です。",
    "Nobody's first purchase is {days} days old yet; the first one will be on {day}.",
)
_ANSWER = Text(
    "1人のお客様が初回から{days}日間に買う金額は、平均{money}(区間 {low}〜{high})です({people})。",
    "A customer spends {money} on average ({low} to {high}) in the first {days} days ({people}).",
)
# Of amounts that are not above zero nothing is known but their mean.
_ANSWER_ALONE = Text(
    "1人のお客様が初回から{days}日間に買う金額は、平均{money}です({people})。区間はまだ出せません。",
    "A customer spends {money} on average in the first {days} days ({people}); how sure that is cannot "
    "be told yet.",
)
_FEW = Text(
    "人数が少ないため、区間はとても広い目安です。",
    "With so few people the interval is very wide.",
)
# Under so many people the interval rests more on what such amounts are usually like.
_FEWEST = 10


@needs("figures.see")
@require_GET
@with_count_facet("lifetime_value")
def lifetime_value(request: HttpRequest) -> HttpResponseBase:
    """Show LTV within each window of days, split by cohort, media or first product."""
    report, language = report_of(request, "lifetime_value"), language_of(request)
    asked = request.GET.get("by", "")
    facet = asked if asked in _FACETS else "cohort"
    parts = report.payload[facet][-_MONTHS:] if report else []
    if facet == "cohort":
        parts = parts[::-1]
    encoding = asked_encoding(request)
    if parts and encoding:
        rows = (
            (part["label"], *(window.get(name) for name in _COLUMNS[1:]))
            for part in parts
            for window in part["windows"]
        )
        return csv_response("ltv", _COLUMNS, rows, encoding=encoding)
    whole = report.payload["all"][0] if report and report.payload["all"] else None
    if whole and not any(window["customers"] for window in whole["windows"]):
        # Nobody's first purchase is as old as the shortest of the shop's own windows.
        whole = None
    return show(
        request,
        "lifetime_value",
        report=report if whole else None,
        whole={**whole, "windows": _windows(whole, [], report.as_of)} if report and whole else None,
        not_yet=None if facet_of(request) else _not_yet(),
        facet=facet,
        facets=_FACETS.items(),
        has_margin=any(w["margin_minor"] is not None for p in parts for w in p["windows"]),
        parts=_with_addresses(facet, parts, report.as_of, language) if report else [],
        answer=_answer(whole, language) if whole else None,
        definitions=definitions_for("ltv", "ltv_margin", "net_minor"),
    )


def _not_yet() -> Text | None:
    """Say from which day on somebody is old enough; None without buyers."""
    summary = insight.find_report("summary")
    first_on = summary.payload["first_on"] if summary else None
    if first_on is None:
        return None
    youngest = load(LtvRules).days[0]
    day = day_in_words(date.fromisoformat(first_on) + timedelta(days=youngest))
    return _NOT_YET.format(days=youngest, day=day)


def _name(facet: str, part: Mapping[str, Any], language: str) -> str:
    if facet == "cohort":
        return formats.month(part["value"], language)
    return value_name(facet, part).render(language)


def _with_addresses(
    facet: str, parts: Sequence[Mapping[str, Any]], as_of: date, language: str
) -> list[dict[str, Any]]:
    """Add names, and where the people of a part and of each of its windows become a segment."""
    named = [part["value"] for part in parts]
    found = []
    for part in parts:
        began = (
            began_in(part["value"])
            if facet == "cohort"
            else began_with(facet, part["value"], named)
        )
        windows = _windows(part, began, as_of)
        address = address_of({"all": began})
        found.append(
            {**part, "name": _name(facet, part, language), "windows": windows, "address": address}
        )
    return found


def _windows(part: Mapping[str, Any], began: Sequence[Part], as_of: date) -> list[dict[str, Any]]:
    """Add where those old enough for each window become a segment."""
    old = {one["days"]: began_by(as_of - timedelta(days=one["days"])) for one in part["windows"]}
    return [
        {**one, "address": address_of({"all": [*began, old[one["days"]]]})}
        for one in part["windows"]
    ]


def _answer(whole: Mapping[str, Any], language: str) -> str:
    known = [one for one in whole["windows"] if one["customers"]]
    # Of the longest window that enough people have passed.
    told = [one for one in known if one["customers"] >= _FEWEST]
    window = (told or known or whole["windows"])[-1]
    currency = load(ShopProfile).currency
    is_told = window.get("low_minor") is not None
    said = (
        (_ANSWER if is_told else _ANSWER_ALONE)
        .render(language)
        .format(
            days=window["days"],
            money=formats.money(window["ltv_minor"], currency, language),
            low=formats.money(window.get("low_minor"), currency, language),
            high=formats.money(window.get("high_minor"), currency, language),
            people=formats.people(window["customers"], language),
        )
    )
    is_wide = is_told and window["customers"] < _FEWEST
    few = _FEW.render(language) if is_wide else ""
    return f"{said} {few}".strip() if language == "en" else said + few
