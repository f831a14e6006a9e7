"""The part of the survival page about subscriptions: by contract, by customer, by month."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from okaeri.web.charts.catalogue import find_chart
from okaeri.web.charts.deliveries import UNITS
from okaeri.web.pages.analysis.beginnings import delivered_in, month_after
from okaeri.web.pages.csv_file import csv_response
from okaeri.web.pages.segments.addresses import address_of
from okaeri.web.reader import language_of

_STEP = (
    "unit",
    "n",
    "reached",
    "share",
    "went_on",
    "ripe",
    "rate",
    "low",
    "high",
    "lost",
    "waiting",
)
_MONTH = ("month", "people", "before", "stayed", "rate", "is_open")
SUBSCRIPTION_FILES = ("deliveries", "months")


def subscriptions_of(request: HttpRequest, payload: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give what `analysis/deliveries.html` shows: the deliveries of the unit asked for, and the months."""
    asked = request.GET.get("unit", "")
    unit = asked if asked in UNITS else "contracts"
    language = language_of(request)
    return {
        "unit": unit,
        "units": UNITS.items(),
        "deliveries": payload[unit] if payload else (),
        # A report of an earlier version knows no months yet.
        "shipped": [_shipped(row) for row in payload.get("months", ())] if payload else (),
        "deliveries_chart": find_chart("survival-deliveries", language),
        "months_chart": find_chart("survival-months", language),
    }


def _shipped(row: Mapping[str, Any]) -> dict[str, Any]:
    """Add where those become a segment who had a delivery in the month, in the one before, and in both."""
    now, then = delivered_in(row["month"]), delivered_in(month_after(row["month"], -1))
    addresses = {"people": now, "before": then, "stayed": {"all": [then, now]}}
    return {**row, "address": {name: address_of(rule) for name, rule in addresses.items()}}


def subscription_file(payload: Mapping[str, Any], of: str, encoding: str) -> HttpResponseBase:
    """Give the deliveries of both units, or the months, as a file."""
    if of == "deliveries":
        return csv_response("deliveries", _STEP, _steps(payload), encoding=encoding)
    months = (tuple(row[name] for name in _MONTH) for row in payload.get("months", ()))
    return csv_response("subscription-months", _MONTH, months, encoding=encoding)


def _steps(payload: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    for unit in UNITS:
        for step in payload[unit]:
            yield unit, *(step.get(name) for name in _STEP[1:])
