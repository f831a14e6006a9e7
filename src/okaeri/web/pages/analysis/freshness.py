"""How fresh the customers are."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import BAND_NAMES, FreshnessBand
from okaeri.web import findings
from okaeri.web.access import needs
from okaeri.web.count_facet import chart_of, facet_of, report_of
from okaeri.web.narrowing import band_address
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of

_FALLS = Text(
    "下がっています: 離脱圏まで、鮮度が落ちるほど購入率が下がっています(95%区間が重なりません)。"
    "いまの減り方は実態に合っています。",
    "It falls: down to the lowest band people buy less the less fresh they are (95% intervals lie apart). "
    "The decay fits what people do.",
)
_RISES = Text(
    "下がっていません: 「{staler}」の購入率が「{fresher}」を上回っています(95%区間が重なりません)。"
    "減り方の見直しどきです。",
    "It does not fall: “{staler}” buys more than “{fresher}” (95% intervals lie apart). The decay wants "
    "another look.",
)
_UNKNOWN = Text(
    "まだ言えません: 「{fresher}」と「{staler}」の差は、偶然の範囲か、人数が足りません。",
    "Nobody can tell yet: between “{fresher}” and “{staler}” chance may explain the difference, or people "
    "are too few.",
)
_BANDS = ("band", "customers", "share")
_RATES = ("band", "customers", "buyers", "rate", "low", "high")


@needs("figures.see")
@require_GET
@with_count_facet("freshness")
def freshness(request: HttpRequest) -> HttpResponseBase:
    """Show how fresh the customers are."""
    report = report_of(request, "freshness")
    # A look back 30 days: who stood at a count then is not who stands there today.
    rates = insight.find_report("band_rates") if facet_of(request) is None else None
    encoding = asked_encoding(request)
    if encoding and report is not None and request.GET.get("of") == "bands":
        rows = [tuple(band[name] for name in _BANDS) for band in report.payload["bands"]]
        return csv_response("freshness", _BANDS, rows, encoding=encoding)
    if encoding and rates is not None and request.GET.get("of") == "rates":
        rows = [tuple(band[name] for name in _RATES) for band in rates.payload["bands"]]
        return csv_response("freshness-rates", _RATES, rows, encoding=encoding)
    return show(
        request,
        "freshness",
        report=report,
        bands=[_shown(band) for band in report.payload["bands"]] if report else (),
        rates=rates,
        verdict=_verdict(rates.payload["bands"]) if rates else None,
        chart=chart_of(request, "freshness"),
        answer=findings.freshness(report.payload) if report else None,
        definitions=definitions_for("freshness", "band_rates", "cycle_days", "recency_days"),
    )


def _verdict(bands: Sequence[Mapping[str, Any]]) -> Text:
    """Say in one line whether people buy less the less fresh they are."""
    kind, pair = insight.band_verdict(bands)
    if pair is None:
        return _FALLS
    fresher, staler = (BAND_NAMES[FreshnessBand(band)] for band in pair)
    words = _RISES if kind == "rises" else _UNKNOWN
    return words.format(fresher=fresher, staler=staler)


def _shown(band: dict[str, Any]) -> dict[str, Any]:
    """Add where the buyers of a band become a segment."""
    parts = [
        {"field": "freshness_band", "op": "=", "value": band["band"]},
        {"field": "purchase_count", "op": ">=", "value": 1},
    ]
    return {**band, "address": address_of({"all": parts}), "list": band_address(band["band"])}
