"""Who comes back in which month after the first."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.insight import api as insight
from okaeri.insight.types import ReportView
from okaeri.web import findings
from okaeri.web.access import needs
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response


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
    return show(
        request,
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
