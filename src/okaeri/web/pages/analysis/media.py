"""What a new customer costs by source, what he brings, and when he has paid back."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import LifecycleRules
from okaeri.web.access import needs
from okaeri.web.channel_names import channel_name
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.beginnings import Part, began_with, none_of, one_of
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.analysis.pivot import by_count
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of

Payload = Mapping[str, Any]
KIND_NAMES = {
    "ads": Text("広告(費用のある媒体)", "Ads (sources with a cost)"),
    "organic": Text("自然検索", "Organic"),
    "referral": Text("紹介", "Referral"),
    "direct": Text("媒体の記録なし(直接)", "None recorded (direct)"),
    "other": Text("そのほか", "Other"),
}
_CSV = (
    *(
        "media",
        "customers",
        "cost_minor",
        "cost_customers",
        "cpa_minor",
        "cpo_minor",
        "cpr_minor",
        "cpo_sub_minor",
        "sales_minor",
    ),
    *(
        "roas",
        "payback_month",
        "ltv_365_minor",
        "ltv_365_low_minor",
        "ltv_365_high_minor",
        "margin_365_minor",
        "allowable_cpo_minor",
    ),
    *("f2_rate", "f2_low", "f2_high"),
)
_FIRST = "first_media"
_CARE = ("kind", "people", "units", "unit_minor", "cost_minor", "unknown")
_DEFINITIONS = (
    "media_attribution",
    "cpa",
    "cpr",
    "roas",
    "payback_month",
    "allowable_cpo",
    "inflow_mix",
    "cost_ratio",
    "care_cost",
    "f_number",
)
_GIVEN = {
    "coupon": Text("使われたクーポン", "Coupons used"),
    "points": Text("お渡ししたポイント", "Points given"),
}


def _came_by(media: str, named: Sequence[str]) -> str:
    """Give where those whose first order came by a source become a segment; "": by none of `named`."""
    return address_of({"all": began_with("media", media, named)})


def _came_in(row: Mapping[str, Any], inflow: Mapping[str, Any], as_of: date) -> str:
    """Give where the people of one way in become a segment; "" for a report of an earlier version."""
    codes, since = inflow.get("codes"), inflow.get("since_days")
    if codes is None or since is None or not row["customers"]:
        return ""
    named = [code for one in codes.values() for code in one]
    ways: dict[str, list[Part]] = {
        "direct": [{"field": _FIRST, "op": "=", "value": None}],
        "other": [{"field": _FIRST, "op": "!=", "value": None}, *none_of(_FIRST, named)],
    }
    way = ways.get(row["kind"]) or [one_of(_FIRST, codes[row["kind"]])]
    recent = {"field": "first_on", "op": ">", "value": (as_of - timedelta(days=since)).isoformat()}
    return address_of({"all": [recent, *way]})


def _part_name(kind: str) -> Text:
    return _GIVEN.get(kind) or channel_name(kind)


@needs("figures.see")
@require_GET
def media(request: HttpRequest) -> HttpResponseBase:
    """Show cost and return by source, the inflow, and the cost of new beside existing orders."""
    report = insight.find_report("media")
    found: dict[str, Any] | None = report.payload if report else None
    has_people = found is not None and any(row["customers"] for row in found["media"])
    care_report = insight.find_report("care_cost")
    care = care_report.payload if care_report else None
    file = _file(request, found if has_people else None, care)
    if file is not None:
        return file
    rows = found["media"] if found else []
    return show(
        request,
        "media",
        report=report,
        active_days=load(LifecycleRules).active_days,
        found=found if has_people else None,
        **_sources(rows),
        **_care(care),
        costs=insight.compare_costs(found["orders_cost"], care) if found else None,
        by_count=by_count(),
        kinds=_kinds(found["inflow"], report.as_of) if found and report else [],
        definitions=definitions_for(*_DEFINITIONS),
    )


def _file(
    request: HttpRequest, found: Payload | None, care: Payload | None
) -> HttpResponseBase | None:
    """Give what is asked for as a file: what existing orders cost, or the sources; None for the page."""
    encoding = asked_encoding(request)
    if encoding is None:
        return None
    if care and request.GET.get("of") == "existing":
        cells = (tuple(row[column] for column in _CARE) for row in care["parts"])
        return csv_response("existing-orders", _CARE, cells, encoding=encoding)
    if found is None:
        return None
    cells = (tuple(row.get(column) for column in _CSV) for row in found["media"])
    return csv_response("media", _CSV, cells, encoding=encoding)


def _sources(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the sources with the way to their people, the dearest, and those that brought nobody."""
    named = [row["media"] for row in rows]
    paid = [row for row in rows if row["cpa_minor"] is not None]
    return {
        "media": [{**row, "address": _came_by(row["media"], named)} for row in rows],
        "dearest": max(paid, key=lambda row: row["cost_minor"]) if paid else None,
        "fruitless": [row for row in rows if row["cost_minor"] and not row["cost_customers"]],
    }


def _care(care: Payload | None) -> dict[str, Any]:
    """Give what existing orders cost, since when, and of which parts; what nobody measured, by name."""
    if not care:
        return {"care": care, "since": None, "parts": [], "missing": []}
    return {
        "care": care,
        "since": date.fromisoformat(care["since"]),
        "parts": [{**part, "name": _part_name(part["kind"])} for part in care["parts"]],
        "missing": [channel_name(kind) for kind in care["missing"]],
    }


def _kinds(inflow: Payload, as_of: date) -> list[dict[str, Any]]:
    """Give the ways in with their names and the way to their people."""
    return [
        {**row, "name": KIND_NAMES[row["kind"]], "address": _came_in(row, inflow, as_of)}
        for row in inflow.get("kinds", ())
    ]
