"""The held-out page: what was foretold at an earlier day, and what came."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.web import formats
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
            "predictions", ("kind", "group", "people", "told", "came", "low", "high"), _rows(replay, _items()),
            encoding=encoding,
        )  # fmt: skip
    return show(
        request,
        "predictions",
        report=report,
        found=found,
        replay=replay,
        off_orders=_off(replay["orders"]["told"], replay["orders"]["came"]) if replay else None,
        off_value=_off(replay["value"]["told_minor"], replay["value"]["came_minor"])
        if replay
        else None,
        items=_items(),
        hours=_hours(),
        channels=_channels(),
        cutoff=date.fromisoformat(replay["cutoff"]) if replay else None,
        models=MODELS,
        ways=WAYS,
        definitions=definitions_for(
            *("orders_365", "value_365", "p_alive", "next_on", "item_next_on"),
            *("best_hour", "lapse_risk", "importance"),
        ),
    )


def _off(told: float, came: float) -> Text:
    """Say by how much of what came a forecast was too low or too high."""
    if came <= 0:
        return Text("比べられません", "nothing to compare with")
    share = formats.percent(abs(told - came) / came, 0)
    if told < came:
        return Text("予測は{share}少なめ", "foretold {share} too low").format(share=share)
    return Text("予測は{share}多め", "foretold {share} too high").format(share=share)


def _channels() -> dict[str, Any] | None:
    """Give how the best channels of people held; None while nobody was written to."""
    measured = insight.find_report("best_channels")
    return measured.payload if measured and measured.payload["messages"] else None


def _hours() -> dict[str, Any] | None:
    """Give how the best hours of people held; None before a replay, or without times of day."""
    learned = insight.find_report("best_hours")
    return learned.payload["replay"] if learned else None


def _items() -> dict[str, Any] | None:
    """Give how the next purchase of single products held; None before a replay."""
    learned = insight.find_report("item_timing")
    return learned.payload["replay"] if learned else None


def _rows(replay: dict[str, Any], items: dict[str, Any] | None) -> list[tuple[Any, ...]]:
    # Of intervals: the share they should hold, and the share they held.
    intervals = {"next_inside": replay["next"], "item_next_inside": items}
    if items and items.get("supplied", {}).get("came"):
        intervals["item_next_supplied_inside"] = items["supplied"]
    tables = {
        "orders": replay["orders"]["tenths"],
        "value": replay["value"]["tenths"],
        "lapse": replay["lapse"]["reliability"],
        "returns": replay.get("returns", []),
    }
    rows = [
        (kind, place, row["people"], row["told"], row["came"], row.get("low"), row.get("high"))
        for kind, table in tables.items()
        for place, row in enumerate(table, 1)
    ]
    return rows + [
        (kind, 1, held["came"], 0.8, held["inside"], held.get("low"), held.get("high"))
        for kind, held in intervals.items()
        if held
    ]
