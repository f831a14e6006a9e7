"""The held-out page: what was foretold at an earlier day, and what came."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.web.access import needs
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response

MODELS = {
    "rule": Text("規則(MBG/NBD の確率)", "Rule (chance under MBG/NBD)"),
    "logistic": Text("ロジスティック回帰", "Logistic regression"),
    "boosting": Text("勾配ブースティング", "Gradient boosting"),
}
WAYS = {
    "rhythm": Text("本人の間隔から", "by own intervals"),
    "rate": Text("本人の購入の頻度から", "by own rate of buying"),
}


@needs("figures.see")
@require_GET
def predictions(request: HttpRequest) -> HttpResponseBase:
    """Show every prediction beside what came, by tenths and with its coverage."""
    report = insight.find_report("predictions")
    found = report.payload if report and report.payload["people"] else None
    replay = found["replay"] if found else None
    encoding = asked_encoding(request)
    if replay and encoding:
        return csv_response(
            "predictions", ("kind", "group", "people", "told", "came"), _rows(replay),
            encoding=encoding,
        )  # fmt: skip
    return show(
        request,
        "predictions",
        report=report,
        found=found,
        replay=replay,
        cutoff=date.fromisoformat(replay["cutoff"]) if replay else None,
        models=MODELS,
        ways=WAYS,
        definitions=definitions_for(
            "orders_365", "value_365", "p_alive", "next_on", "lapse_risk", "importance"
        ),
    )


def _rows(replay: dict[str, Any]) -> list[tuple[Any, ...]]:
    tables = {
        "orders": replay["orders"]["tenths"],
        "value": replay["value"]["tenths"],
        "lapse": replay["lapse"]["reliability"],
    }
    return [
        (kind, place, row["people"], row["told"], row["came"])
        for kind, table in tables.items()
        for place, row in enumerate(table, 1)
    ]
