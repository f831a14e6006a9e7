"""What writing to some classes would bring: the campaign planner."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.segment_types import class_rule
from okaeri.web import formats
from okaeri.web.access import needs
from okaeri.web.count_facet import facet_of
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of
from okaeri.web.response_words import response_days_words

_ANSWER = Text(
    "選んだ{people}人に案内すると、{orders}件ほど(80%の範囲 {low}〜{high}件)の購入が見込まれます"
    "({days}以内)。",
    "Writing to the {people} chosen would be followed by about {orders} purchases (80% range {low} to {high}) "
    "within {days}.",
)


def _answer(people: int, expected: float, low: float, high: float) -> Text:
    words = response_days_words()
    values = {
        "people": formats.number(people),
        "orders": formats.number(expected, 1),
        "low": formats.number(low),
        "high": formats.number(high),
    }
    return _ANSWER.format(days=words, **values)


_COLUMNS = (
    "stage",
    "is_lapsed",
    "customers",
    "prior",
    "contacts",
    "people",
    "buyers",
    "measured",
    "rate",
    "rate_low",
    "rate_high",
    "expected",
    "expected_low",
    "expected_high",
    "per_hundred",
    "per_hundred_low",
    "per_hundred_high",
)


@needs("figures.see")
@require_GET
@with_count_facet("forecast")
def forecast(request: HttpRequest) -> HttpResponseBase:
    """Show expected purchases by class: first guess beside what was measured."""
    facet = facet_of(request)
    rows = insight.forecast(facet.token if facet else "")
    encoding = asked_encoding(request)
    if rows and encoding:
        cells = (tuple(row[name] for name in _COLUMNS) for row in rows)
        return csv_response("forecast", _COLUMNS, cells, encoding=encoding)
    asked = set(request.GET.getlist("class"))
    shown = [_shown(row, asked) for row in rows]
    chosen = [row for row in shown if row["is_chosen"]]
    people = sum(row["customers"] for row in chosen)
    expected = sum(row["expected"] for row in chosen)
    low, high = insight.forecast_range(expected, sum(row["variance"] for row in chosen), people)
    return show(
        request,
        "forecast",
        rows=shown,
        active=[row for row in shown if not row["is_lapsed"]],
        people=people,
        people_address=address_of({"any": [_rule_of(row) for row in chosen]}),
        expected=expected,
        expected_low=low,
        expected_high=high,
        useful=insight.useful_responses(),
        answer=_answer(people, expected, low, high) if rows else None,
        definitions=definitions_for("forecast", "value_in_orders", "portfolio", "lapsed"),
    )


def _shown(row: dict[str, Any], asked: set[str]) -> dict[str, Any]:
    key = f"{row['stage']}-{int(row['is_lapsed'])}"
    chosen = key in asked if asked else not row["is_lapsed"]
    return {**row, "key": key, "is_chosen": chosen, "address": address_of(_rule_of(row))}


def _rule_of(row: dict[str, Any]) -> dict[str, Any]:
    return class_rule(row["stage"], is_lapsed=row["is_lapsed"])
