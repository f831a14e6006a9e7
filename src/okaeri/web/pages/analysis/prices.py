"""Who depends on discounts, and what discounts cost."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.settings import load
from okaeri.insight.price_types import PriceRules
from okaeri.insight.segment_types import class_rule
from okaeri.web.access import needs
from okaeri.web.count_facet import report_of
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of

_DEFINED = (
    "discount_share",
    "discount_rate",
    "margin_share",
    "discount_dependent",
    "campaign_only",
)
_CSV = ("stage", "customers", "discount_share", "discount_rate", "limit", "margin_share")


@needs("figures.see")
@require_GET
@with_count_facet("prices")
def prices(request: HttpRequest) -> HttpResponseBase:
    """Show discounts and margin by class, the split of trend customers, and first orders."""
    report = report_of(request, "prices")
    found = report.payload if report and report.payload["customers"] else None
    encoding = asked_encoding(request)
    if found and encoding:
        cells = (tuple(row[column] for column in _CSV) for row in found["classes"])
        return csv_response("prices", _CSV, cells, encoding=encoding)
    rules = load(PriceRules)
    return show(
        request,
        "prices",
        report=report if found else None,
        found=found,
        classes=[
            {**row, "address": address_of(_all(_of_stage(row["stage"])))}
            for row in (found["classes"] if found else ())
        ],
        bands=_bands(found, rules) if found else (),
        firsts=found["firsts"][:-14:-1] if found else (),
        over=[row for row in (found["classes"] if found else ()) if row["is_over"]],
        dependent=address_of(_all(_of_stage("trend"), *_habit(rules.dependent_share, rules))),
        normal=address_of(
            _all(_of_stage("trend"), {"not": _all(*_habit(rules.dependent_share, rules))})
        ),
        campaign=address_of(_all(*_habit(rules.campaign_share, rules))),
        definitions=definitions_for(*_DEFINED),
    )


def _bands(found: dict[str, Any], rules: PriceRules) -> list[dict[str, Any]]:
    """Add bounds in percent and how long each bar is beside the longest."""
    most = max(row["customers"] for row in found["bands"]) or 1
    return [
        {
            **row,
            "from": max(0, row["band"] * 10 - 10),
            "to": row["band"] * 10,
            "length": row["customers"] / most,
            "address": address_of(_of_band(row["band"], rules)),
        }
        for row in found["bands"]
    ]


def _of_band(band: int, rules: PriceRules) -> dict[str, Any]:
    upper = {"field": "discount_share", "op": "<=", "value": band / 10}
    lower = {"field": "discount_share", "op": ">", "value": (band - 1) / 10}
    often = {"field": "order_count", "op": ">=", "value": rules.fewest_orders}
    return _all(upper, *([lower] if band else []), often)


def _all(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"all": list(parts)}


def _of_stage(stage: str) -> dict[str, Any]:
    return class_rule(stage, is_lapsed=False)


def _habit(share: float, rules: PriceRules) -> tuple[dict[str, Any], ...]:
    return (
        {"field": "discount_share", "op": ">=", "value": share},
        {"field": "order_count", "op": ">=", "value": rules.fewest_orders},
    )
