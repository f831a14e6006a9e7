"""`okaeri analyse` as one HTML page: styles and pictures inside, no script, nothing fetched."""

from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from okaeri.foundation.settings import ShopProfile
from okaeri.insight.types import Analysis
from okaeri.web import findings, formats
from okaeri.web.charts import portfolio, steps
from okaeri.web.charts.canvas import Chart
from okaeri.web.left_out import reasons_of
from okaeri.web.numbers import split_definition

_STYLES = Path(__file__).resolve().parent.parent / "static" / "okaeri"


def render_analysis_page(analysis: Analysis, language: str) -> str:
    """Give a whole analysis as one self-contained HTML document in `language`."""
    reports = analysis.reports
    context = {
        "language": language,
        "shop": ShopProfile(currency=analysis.currency),
        "is_offline": True,
        "styles": mark_safe(_styles()),  # noqa: S308 - our own files
        "analysis": analysis,
        "summary": reports["summary"],
        "reasons": reasons_of(reports["summary"].get("left_out", {})),
        "cells": reports["portfolio"]["cells"],
        "dropoff": reports["dropoff"],
        "f2": reports["f2"],
        "answer": findings.f2_answer(analysis.findings),
        "portfolio_answer": findings.portfolio_answer(reports["portfolio"]),
        "charts": _charts(analysis, language),
        "definitions": [split_definition(text) for text in analysis.definitions.values()],
    }
    return render_to_string("okaeri/analysis_page.html", context)


render = render_analysis_page


def _styles() -> str:
    names = ("tokens.css", "base.css", "components.css")
    return "\n".join((_STYLES / name).read_text(encoding="utf-8") for name in names)


def _charts(analysis: Analysis, language: str) -> dict[str, Chart]:
    """Draw what there is to draw."""
    reports: dict[str, dict[str, Any]] = analysis.reports
    as_of = formats.day(analysis.as_of, language)
    drawn: dict[str, Chart] = {}
    if any(cell["customers"] for cell in reports["portfolio"]["cells"]):
        drawn["portfolio"] = portfolio.bubble(
            reports["portfolio"],
            as_of=as_of,
            currency=analysis.currency,
            language=language,
            linked=False,
        )
    if reports["dropoff"]["steps"]:
        drawn["dropoff"] = steps.dropoff(
            reports["dropoff"], as_of=as_of, language=language, linked=False
        )
    if reports["f2"]["by_month"]:
        drawn["f2"] = steps.f2_by_month(reports["f2"], as_of=as_of, language=language)
    if any(band["customers"] for band in reports["freshness"]["bands"]):
        drawn["freshness"] = steps.freshness(
            reports["freshness"], as_of=as_of, language=language, linked=False
        )
    return drawn
