"""Every chart by its address: pages show them, /charts/ gives them as files."""

import json
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import ReportView
from okaeri.measure import api as measure
from okaeri.web import formats
from okaeri.web.charts import effect, history, movement, pareto, portfolio, steps, survival
from okaeri.web.charts.canvas import Chart
from okaeri.web.facet_names import FACETS

_UNKNOWN = Text(
    "その図はまだありません。集計が終わってからもう一度お試しください。",
    "There is no such chart yet. Try again after the next analysis.",
)
HISTORY_MONTHS = 13


# Charts are asked for far more often than reports change, and Altair takes long to write a spec.
_REMEMBERED = 64


def _bubble(payload: dict[str, Any], as_of: str, language: str, currency: str) -> Chart:
    return portfolio.bubble(payload, as_of=as_of, currency=currency, language=language)


def _dropoff(payload: dict[str, Any], as_of: str, language: str, _currency: str) -> Chart:
    return steps.dropoff(payload, as_of=as_of, language=language)


def _f2(payload: dict[str, Any], as_of: str, language: str, _currency: str) -> Chart:
    return steps.f2_by_month(payload, as_of=as_of, language=language)


def _freshness(payload: dict[str, Any], as_of: str, language: str, _currency: str) -> Chart:
    return steps.freshness(payload, as_of=as_of, language=language)


def _movement(payload: dict[str, Any], as_of: str, language: str, _currency: str) -> Chart:
    return movement.flow(payload, as_of=as_of, language=language)


def _pareto(payload: dict[str, Any], as_of: str, language: str, _currency: str) -> Chart:
    return pareto.pareto(payload, as_of=as_of, language=language)


def _survival(facet: str) -> Callable[[dict[str, Any], str, str, str], Chart]:
    return lambda payload, as_of, language, _currency: survival.survival(
        payload, facet, as_of=as_of, language=language
    )


_OF_REPORT: dict[str, Callable[[dict[str, Any], str, str, str], Chart]] = {
    "portfolio": _bubble,
    "dropoff": _dropoff,
    "f2": _f2,
    "freshness": _freshness,
    "movement": _movement,
    "deciles": _pareto,
    **{f"survival-{facet}": _survival(facet) for facet in FACETS},
}


@lru_cache(maxsize=_REMEMBERED)
def _of_report(name: str, payload: str, as_of: date, language: str, currency: str) -> Chart:
    return _OF_REPORT[name](json.loads(payload), formats.day(as_of, language), language, currency)


@lru_cache(maxsize=_REMEMBERED)
def _history(rows: tuple[tuple[str, str, bool, int], ...], language: str) -> Chart | None:
    return history.history(rows, language=language)


def find_chart(address: str, language: str) -> Chart | None:
    """Give a chart from the stored reports, None where there is nothing to draw yet."""
    if address == "history":
        rows = insight.portfolio_history(months=HISTORY_MONTHS)
        cells = ((f"{r.month:%Y-%m}", str(r.stage), r.is_lapsed, r.customers) for r in rows)
        return _history(tuple(cells), language)
    if address.startswith("experiment-") and address[11:].isdecimal():
        return _experiment(int(address[11:]), language)
    name = address.split("-", maxsplit=1)[0]
    report = insight.find_report(name) if address in _OF_REPORT else None
    if report is None or not _has_data(report):
        return None
    # By what it shows, not by when it was computed: a chart of the same numbers is the same chart.
    payload = json.dumps(report.payload)
    return _of_report(address, payload, report.as_of, language, load(ShopProfile).currency)


def _has_data(report: ReportView) -> bool:
    """A chart of nothing teaches nothing."""
    payload = report.payload
    counted: dict[str, Callable[[], int]] = {
        "portfolio": lambda: sum(cell["customers"] for cell in payload["cells"]),
        "dropoff": lambda: len(payload["steps"]),
        "f2": lambda: len(payload["by_month"]),
        "freshness": lambda: sum(band["customers"] for band in payload["bands"]),
        "movement": lambda: len(payload["cells"]),
        "deciles": lambda: len([r for r in payload["deciles"] if r["share"] is not None]),
        "survival": lambda: len(payload["all"]),
    }
    return bool(counted[report.name]())


def _experiment(experiment_id: int, language: str) -> Chart | None:
    evaluation = measure.find_evaluation(experiment_id)
    if evaluation is None:
        return None
    return effect.interval(
        evaluation,
        as_of=formats.day(evaluation.as_of, language),
        currency=load(ShopProfile).currency,
        language=language,
    )


def get_chart(address: str, language: str) -> Chart:
    """Give a chart or raise NotFoundError."""
    chart = find_chart(address, language)
    if chart is None:
        raise NotFoundError(_UNKNOWN)
    return chart
