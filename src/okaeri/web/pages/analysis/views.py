"""Portfolio, drop-off and second purchases, cohorts, freshness: one question a page."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import ReportView, Stage, class_name
from okaeri.web import findings
from okaeri.web.access import needs
from okaeri.web.charts.catalogue import find_chart, get_chart
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.csv_file import asked_encoding, csv_response

TABS = (
    ("portfolio", "ポートフォリオ", "Portfolio"),
    ("dropoff", "離れる回・F2", "Drop-off and F2"),
    ("cohorts", "コホート", "Cohorts"),
    ("freshness", "鮮度", "Freshness"),
    ("segments", "セグメント", "Segments"),
)
_NO_FORMAT = Text("その形式では保存できません。", "The chart cannot be saved in that form.")


def _show(request: HttpRequest, name: str, tab: str, **context: Any) -> HttpResponse:  # noqa: ANN401 - template data
    return render(
        request, f"okaeri/analysis/{name}.html", {"tab": tab, "analysis_tabs": TABS, **context}
    )


def _language(request: HttpRequest) -> str:
    return str(request.language)  # type: ignore[attr-defined]


@needs("figures.see")
@require_GET
def portfolio(request: HttpRequest) -> HttpResponseBase:
    """Show the ten classes."""
    report = insight.find_report("portfolio")
    language = _language(request)
    encoding = asked_encoding(request)
    if report is not None and encoding:
        return _portfolio_csv(report, encoding, language)
    return _show(
        request,
        "portfolio",
        "portfolio",
        report=report,
        chart=find_chart("portfolio", language),
        history=find_chart("history", language),
        answer=findings.portfolio_answer(report.payload) if report else None,
        definitions=definitions_for(
            "portfolio", "threshold_minor", "lapsed", "tenure_days", "net_minor"
        ),
    )


def _portfolio_csv(report: ReportView, encoding: str, language: str) -> HttpResponseBase:
    keys = (
        "customers",
        "share",
        "net_minor",
        "net_12m_minor",
        "mean_tenure_days",
        "median_tenure_days",
        "mean_net_minor",
        "median_net_minor",
    )
    rows = (
        (
            class_name(Stage(cell["stage"]), is_lapsed=cell["is_lapsed"]).render(language),
            *(cell[key] for key in keys),
        )
        for cell in report.payload["cells"]
    )
    return csv_response("portfolio", ("class", *keys), rows, encoding=encoding)


@needs("figures.see")
@require_GET
def dropoff(request: HttpRequest) -> HttpResponse:
    """Show after which purchase customers stop, and how many first-time buyers come back."""
    language = _language(request)
    report, f2 = insight.find_report("dropoff"), insight.find_report("f2")
    return _show(
        request,
        "dropoff",
        "dropoff",
        report=report if report and report.payload["steps"] else None,
        f2=f2,
        chart=find_chart("dropoff", language),
        f2_chart=find_chart("f2", language),
        answer=findings.f2_answer(insight.list_findings()),
        definitions=definitions_for("dropoff", "f2_rate_90", "f2_late", "lapsed", "purchase_count"),
    )


@needs("figures.see")
@require_GET
def cohorts(request: HttpRequest) -> HttpResponseBase:
    """Show who comes back in which month after the first, as shares or as sales a person."""
    report = insight.find_report("cohorts")
    measure_name = "sales" if request.GET.get("show") == "sales" else "people"
    encoding = asked_encoding(request)
    if report is not None and encoding:
        rows = (
            (
                row["month"],
                row["size"],
                *row["buyers"],
                *[""] * (_widest(report) - len(row["buyers"])),
            )
            for row in report.payload["rows"]
        )
        columns = ("month", "size", *(f"month_{i}" for i in range(_widest(report))))
        return csv_response("cohorts", columns, rows, encoding=encoding)
    has_rows = report is not None and bool(report.payload["rows"])
    return _show(
        request,
        "cohorts",
        "cohorts",
        report=report if has_rows else None,
        show=measure_name,
        columns=range(min(13, _widest(report))) if report and has_rows else (),
        rows=_cohort_rows(report, measure_name) if report else (),
        answer=findings.cohorts(report.payload) if report else None,
        definitions=definitions_for("cohorts", "purchase_count", "net_minor"),
    )


def _widest(report: ReportView) -> int:
    return max((len(row["buyers"]) for row in report.payload["rows"]), default=0)


def _cohort_rows(report: ReportView, measure_name: str) -> list[dict[str, Any]]:
    """Give month, size and cells {value, step, is_open}; what lies ahead is None, never 0."""
    return [
        {
            "month": row["month"],
            "size": row["size"],
            "cells": [
                _cell(row, i, measure_name) if i < len(row["buyers"]) else None
                for i in range(min(13, _widest(report)))
            ],
        }
        for row in report.payload["rows"][-24:]
    ]


def _cell(row: dict[str, Any], i: int, measure_name: str) -> dict[str, Any]:
    is_open = row["is_incomplete_last"] and i == len(row["buyers"]) - 1
    share = row["buyers"][i] / row["size"]
    spent = sum(row["net_minor"][: i + 1]) / row["size"]
    first = row["net_minor"][0] / row["size"] or 1
    # Sales are shaded by how far they grew beyond the first month.
    depth = share if measure_name == "people" else max(0.0, (spent / first - 1) / 2)
    return {
        "share": share,
        "spent": round(spent),
        "step": 9 if measure_name == "people" and i == 0 else min(8, int(depth * 20)),
        "is_open": is_open,
    }


@needs("figures.see")
@require_GET
def freshness(request: HttpRequest) -> HttpResponse:
    """Show how fresh the customers are."""
    report = insight.find_report("freshness")
    return _show(
        request,
        "freshness",
        "freshness",
        report=report,
        chart=find_chart("freshness", _language(request)),
        answer=findings.freshness(report.payload) if report else None,
        definitions=definitions_for("freshness", "cycle_days", "recency_days"),
    )


@needs("figures.see")
@require_GET
def chart_file(request: HttpRequest, address: str, form: str) -> HttpResponseBase:
    """Give a chart as PNG, SVG or CSV."""
    chart = get_chart(address, _language(request))
    if form == "csv":
        return csv_response(
            address, chart.columns, chart.rows, encoding=asked_encoding(request) or "utf-8"
        )
    if form == "svg":
        response = HttpResponse(chart.svg(), content_type="image/svg+xml; charset=utf-8")
    elif form == "png":
        response = HttpResponse(chart.png(), content_type="image/png")
    else:
        raise NotFoundError(_NO_FORMAT)
    response["Content-Disposition"] = f'attachment; filename="{address}.{form}"'
    return response
