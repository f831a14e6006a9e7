"""ライフイベント推定: how many people an event is likely for, and the shop's table of signals."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.foundation.work.jobs import submit_job
from okaeri.insight import api as insight
from okaeri.insight.job_types import REFRESH
from okaeri.insight.life_types import FIRST_TABLE, LifeEventRules
from okaeri.web.access import needs
from okaeri.web.count_facet import report_of
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import day_of, frame
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of
from okaeri.web.reader import language_of, tell

_SAVED = Text("保存しました。集計し直しています。", "Saved. The analysis is being redone.")
_LIKELY = Text("{event}の確率が50%以上", "{event}: 50% or more")
_CSV = ("key", "prior", "people", "likely", "possible")


@needs("figures.see", to_post="settings.change")
@require_http_methods(["GET", "POST"])
@with_count_facet("life_events")
def life_events(request: HttpRequest) -> HttpResponseBase:
    """Show every event with its people; keep the table of signals, all of it or nothing."""
    table, problems = load(LifeEventRules).table, list[Text]()
    if request.method == "POST":
        table = request.POST.get("table", "").replace("\r\n", "\n")
        problems = insight.save_life_events(table)
        if not problems:
            return _saved(request)
    report = report_of(request, "life_events")
    language, encoding = language_of(request), asked_encoding(request)
    found = report.payload["events"] if report else []
    if found and encoding:
        cells = (tuple(row[column] for column in _CSV) for row in found)
        return csv_response("life-events", _CSV, cells, encoding=encoding)
    context = {
        **frame("life_events"),
        **day_of(request),
        "rows": [_row(row, language) for row in found],
        "table": table or FIRST_TABLE,
        "is_first": not table,
        "problems": problems[:20],
        "definitions": definitions_for("life_events", "life_use"),
    }
    status = 400 if problems else 200
    return render(request, "okaeri/analysis/life_events.html", context, status=status)


def _saved(request: HttpRequest) -> HttpResponse:
    submit_job(REFRESH, {})
    tell(request, _SAVED)
    return redirect("life_events")


def _row(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    name = Text.from_json(row["name"])
    rule = {"all": [{"field": f"attribute:{row['attribute']}", "op": ">=", "value": 50}]}
    title = _LIKELY.render(language).format(event=name.render(language))
    return {**row, "name": name, "address": address_of(rule, title)}
