"""What a customer brings within 90, 180 and 365 days."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.web import formats
from okaeri.web.access import needs
from okaeri.web.facet_names import FACETS, value_name
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.cohorts import people_of_month
from okaeri.web.pages.analysis.frame import language_of, show
from okaeri.web.pages.csv_file import asked_encoding, csv_response

_FACETS = {
    "cohort": Text("初回購入月", "Cohort"),
    "media": FACETS["media"],
    "product": FACETS["product"],
}
_COLUMNS = ("value", "days", "customers", "ltv_minor", "margin_minor", "is_ripe")
_MONTHS = 24
_ANSWER = Text(
    "1人のお客様が初回から{days}日間に買う金額は、平均{money}です({people})。",
    "A customer spends {money} on average in the first {days} days ({people}).",
)


@needs("figures.see")
@require_GET
def lifetime_value(request: HttpRequest) -> HttpResponseBase:
    """Show LTV at 90, 180 and 365 days, split by cohort, media or first product."""
    report, language = insight.find_report("lifetime_value"), language_of(request)
    asked = request.GET.get("by", "")
    facet = asked if asked in _FACETS else "cohort"
    parts = report.payload[facet][-_MONTHS:] if report else []
    if facet == "cohort":
        parts = parts[::-1]
    encoding = asked_encoding(request)
    if parts and encoding:
        rows = (
            (part["label"], *(window[name] for name in _COLUMNS[1:]))
            for part in parts
            for window in part["windows"]
        )
        return csv_response("ltv", _COLUMNS, rows, encoding=encoding)
    whole = report.payload["all"][0] if report and report.payload["all"] else None
    return show(
        request,
        "lifetime_value",
        report=report if parts else None,
        whole=whole,
        facet=facet,
        facets=_FACETS.items(),
        has_margin=any(w["margin_minor"] is not None for p in parts for w in p["windows"]),
        parts=[
            {**part, "name": _name(facet, part, language), "address": _address(facet, part)}
            for part in parts
        ],
        answer=_answer(whole, language) if whole else None,
        definitions=definitions_for("ltv", "ltv_margin", "net_minor"),
    )


def _name(facet: str, part: Mapping[str, Any], language: str) -> str:
    if facet == "cohort":
        return formats.month(part["value"], language)
    return value_name(facet, part).render(language)


def _address(facet: str, part: Mapping[str, Any]) -> str:
    """Give where the people of a month become a segment; first products and sources are no rule."""
    return people_of_month(part["value"]) if facet == "cohort" else ""


def _answer(whole: Mapping[str, Any], language: str) -> str:
    window = [one for one in whole["windows"] if one["customers"]][-1]
    return _ANSWER.render(language).format(
        days=window["days"],
        money=formats.money(window["ltv_minor"], load(ShopProfile).currency, language),
        people=formats.people(window["customers"], language),
    )
