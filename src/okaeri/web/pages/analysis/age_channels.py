"""年代 × チャネル: on which channel people of each age answer, and where they buy."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.analysis_types import AgeRules
from okaeri.web.access import needs
from okaeri.web.channel_names import channel_name
from okaeri.web.count_facet import report_of
from okaeri.web.facet_names import FACETS
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of

_UNKNOWN = Text("不明", "Unknown")
_NONE = Text("記録なし", "None recorded")
_OTHERS = Text("そのほか", "Others")
_CSV = (
    *("band", "way", "value", "people", "sent", "opened", "clicked", "rate", "low", "high"),
    *("orders", "net_minor", "share"),
)


@needs("figures.see")
@require_GET
@with_count_facet("age_channels")
def age_channels(request: HttpRequest) -> HttpResponseBase:
    """Show answers by age and channel, the suggested channel of each age, and where it buys."""
    report = report_of(request, "age_channels")
    found = report.payload if report and _has_ages(report.payload) else None
    encoding = asked_encoding(request)
    if found and encoding:
        return csv_response("age-channels", _CSV, _cells(found["bands"]), encoding=encoding)
    rules = load(AgeRules)
    told = found["bands"] if found else []
    is_heard = any(row["clicked"] for band in told for row in band["channels"])
    young = [band for band in told if band["band"] in insight.YOUNG_BANDS]
    bands = [
        _shown(band, rules, young if band in young else [band], is_heard=is_heard) for band in told
    ]
    channels = sorted({row["channel"] for band in bands for row in band["channels"]})
    for band in bands:
        by_channel = {row["channel"]: row for row in band["channels"]}
        band["cells"] = [(channel_name(one), by_channel.get(one)) for one in channels]
    return show(
        request,
        "age_channels",
        report=report,
        bands=bands,
        is_heard=is_heard,
        channels=[channel_name(one) for one in channels],
        ways=[_way(way, told) for way in ("source", "media") if len(_values(way, told)) > 1],
        young=next((band for band in bands if band["is_young"]), None),
        definitions=definitions_for("age_channels", "age_best_channel", "age_ways"),
    )


def _has_ages(payload: Mapping[str, Any]) -> bool:
    """Where no age is known at all the page says how to learn it."""
    return any(band["band"] for band in payload["bands"])


def _values(way: str, bands: Sequence[Mapping[str, Any]]) -> list[str | None]:
    """Give the values of a split, most orders first; those not named and the rest come last."""
    orders: Counter[str | None] = Counter()
    for band in bands:
        for row in band["ways"][way]:
            orders[row["value"]] += row["orders"]
    return sorted(orders, key=lambda value: (not value, value is None, -orders[value], value or ""))


def _way(way: str, bands: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give one split as a table: a row per shop or source, a cell per age (None: no order)."""
    cells = [{row["value"]: row for row in band["ways"][way]} for band in bands]
    return {
        "name": FACETS[way],
        "rows": [(_value(one), [by.get(one) for by in cells]) for one in _values(way, bands)],
    }


def _shown(
    band: Mapping[str, Any], rules: AgeRules, peers: Sequence[Mapping[str, Any]], *, is_heard: bool
) -> dict[str, Any]:
    """Add the channel to suggest: none where nobody (not `is_heard`) ever pressed a link.

    `answers`: links pressed by the ages that count together (`peers`); `is_of_all`: nobody of them
    pressed one on the suggested channel, so the answers of all ages speak for it.
    """
    is_young = band["band"] in insight.YOUNG_BANDS
    name = insight.AGE_BAND_NAMES.get(band["band"], _UNKNOWN)
    is_default = is_young and band["young_sent"] < rules.fewest_messages
    best = band["best"] if is_heard else ""
    suggested = rules.young_channel if is_default else best
    pressed = [row for peer in peers for row in peer["channels"] if row["clicked"]]
    return {
        **band,
        "name": name,
        "address": address_of({"field": "age_band", "op": "=", "value": band["band"] or None}),
        "is_young": is_young,
        "is_default": is_default,
        "is_of_all": not is_default and suggested not in {row["channel"] for row in pressed},
        "suggested": channel_name(suggested) if suggested else None,
        "answers": sum(row["clicked"] for row in pressed),
    }


def _value(value: str | None) -> Text:
    if value is None:
        return _OTHERS
    return Text(value, value) if value else _NONE


def _cells(bands: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
    for band in bands:
        age = band["band"] or "unknown"
        for row in band["channels"]:
            counts = (row[name] for name in ("people", "sent", "opened", "clicked"))
            rates = (row["rate"], row["low"], row["high"])
            yield (age, "channel", row["channel"], *counts, *rates, None, None, None)
        for way, rows in band["ways"].items():
            for row in rows:
                value = "others" if row["value"] is None else row["value"]
                bought = (row["orders"], row["net_minor"], row["share"])
                yield (age, way, value, row["people"], *(None,) * 6, *bought)
