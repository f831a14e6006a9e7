"""Every chart by its address: pages show them, /charts/ gives them as files."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
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
from okaeri.web.charts import (
    deliveries,
    effect,
    history,
    movement,
    pareto,
    portfolio,
    steps,
    survival,
)
from okaeri.web.charts.canvas import Chart
from okaeri.web.facet_names import FACETS
from okaeri.web.narrowing import narrowed_to

_UNKNOWN = Text(
    "その図はまだありません。集計が終わってからもう一度お試しください。",
    "There is no such chart yet. Try again after the next analysis.",
)
HISTORY_MONTHS = 13


# Between the address of a chart and the token of a purchase count: portfolio--shop-3.
_FACET = "--"
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


def _deliveries(payload: dict[str, Any], as_of: str, language: str, _currency: str) -> Chart:
    return deliveries.deliveries(payload, as_of=as_of, language=language)


def _shipped_months(payload: dict[str, Any], as_of: str, language: str, _currency: str) -> Chart:
    return deliveries.months(payload, as_of=as_of, language=language)


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
    "survival-deliveries": _deliveries,
    "survival-months": _shipped_months,
}


@lru_cache(maxsize=_REMEMBERED)
def _of_report(
    name: str, payload: str, as_of: date, language: str, currency: str, rule: str
) -> Chart:
    # Its marks lead to people: to those for whom the rule holds ("null": everybody).
    with narrowed_to(json.loads(rule)):
        day = formats.day(as_of, language)
        return _OF_REPORT[name](json.loads(payload), day, language, currency)


@lru_cache(maxsize=_REMEMBERED)
def _history(rows: tuple[tuple[str, str, bool, int], ...], language: str) -> Chart | None:
    return history.history(rows, language=language)


@lru_cache(maxsize=_REMEMBERED)
def _sales_history(
    rows: tuple[tuple[str, str, bool, int], ...], currency: str, language: str
) -> Chart | None:
    return history.sales(rows, currency=currency, language=language)


def find_chart(address: str, language: str, token: str = "") -> Chart | None:
    """Give a chart from the stored reports, None where there is nothing to draw yet.

    `token` (`insight.count_types.CountFacet`) asks for the people of one purchase count; of the history
    of month ends it names an earlier series (`insight.types.PortfolioSeries`).
    """
    if address in ("history", "history-sales"):
        chart = _of_months(address, language, token)
        return replace(chart, address=f"{address}{_FACET}{token}") if chart and token else chart
    if address in ("balance-same", "balance-none"):
        return _balance(address, language)
    if address == "movement" and token:
        return _between(token, language)
    if address.startswith("experiment-") and address[11:].isdecimal() and len(address) < 30:
        return _experiment(int(address[11:]), language)
    name = address.split("-", maxsplit=1)[0]
    if address not in _OF_REPORT:
        return None
    report = insight.find_count_report(name, token) if token else insight.find_report(name)
    if report is None or not _has_data(report, name, address):
        return None
    chart = _drawn(address, report, language, insight.find_count_rule(token) if token else None)
    return replace(chart, address=f"{address}{_FACET}{token}") if token else chart


def _balance(address: str, language: str) -> Chart | None:
    report = insight.find_balance()
    if report is None:
        return None
    plan = address.removeprefix("balance-")
    return history.ahead(report.payload, plan, language=language)


def _between(token: str, language: str) -> Chart | None:
    """Give the flow between two days ("2026-01-31_2026-03-31"), of what is counted already."""
    try:
        before, after = map(date.fromisoformat, token.split("_"))
    except ValueError:
        return None
    report = insight.find_movement_between(before, after)
    if report is None or not report.payload["cells"]:
        return None
    days = (formats.day(before, language), formats.day(after, language))
    chart = movement.flow(report.payload, as_of=days[1], language=language, since=days[0])
    return replace(chart, address=f"{address_of_movement(before, after)}")


def address_of_movement(before: date, after: date) -> str:
    """Give the address of the flow between two days."""
    return f"movement{_FACET}{before.isoformat()}_{after.isoformat()}"


def _of_months(address: str, language: str, version: str) -> Chart | None:
    rows = insight.portfolio_history(months=HISTORY_MONTHS, version=version)
    cells = ((f"{r.month:%Y-%m}", str(r.stage), r.is_lapsed, r) for r in rows)
    if address == "history":
        return _history(tuple((*cell, r.customers) for *cell, r in cells), language)
    sales = tuple((*cell, r.net_12m_minor) for *cell, r in cells)
    return _sales_history(sales, load(ShopProfile).currency, language)


def draw_portfolio(
    report: ReportView, language: str, rule: Mapping[str, Any], query: str
) -> Chart | None:
    """Give the chart of the ten classes of those a rule means; `query` asks for it as a file."""
    if not _has_data(report, "portfolio"):
        return None
    return replace(_drawn("portfolio", report, language, rule), query=f"?{query}")


def _drawn(
    address: str, report: ReportView, language: str, rule: Mapping[str, Any] | None
) -> Chart:
    # By what it shows, not by when it was computed: a chart of the same numbers is the same chart.
    payload, currency = json.dumps(report.payload), load(ShopProfile).currency
    return _of_report(address, payload, report.as_of, language, currency, json.dumps(rule))


def _has_data(report: ReportView, name: str, address: str = "") -> bool:
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
        "survival-deliveries": lambda: len(payload["contracts"]),
        # A report of an earlier version knows no months yet.
        "survival-months": lambda: len(payload.get("months", ())),
    }
    return bool(counted.get(address, counted[name])())


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
    plain, _, token = address.partition(_FACET)
    chart = find_chart(plain, language, token)
    if chart is None:
        raise NotFoundError(_UNKNOWN)
    return chart
