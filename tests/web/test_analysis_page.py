"""The page `okaeri analyse` writes: whole in itself."""

import re

import pytest

from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import Analysis, Finding
from okaeri.web.charts.analysis_page import render_analysis_page

pytestmark = pytest.mark.django_db
NAMES = ("summary", "portfolio", "dropoff", "f2", "cohorts", "freshness", "rfm")


@pytest.fixture
def analysis(small_shop: None) -> Analysis:
    reports = {name: insight.find_report(name) for name in NAMES}
    summary = reports["summary"]
    assert summary is not None
    return Analysis(
        as_of=summary.as_of,
        currency="JPY",
        rule_version=summary.rule_version,
        engine="duckdb",
        reports={name: report.payload for name, report in reports.items() if report},
        findings=tuple(insight.list_findings()),
        next_steps=tuple(insight.list_next_steps()),
        definitions=insight.definitions(),
    )


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_fetches_nothing_and_runs_nothing(analysis: Analysis, language: str) -> None:
    html = render_analysis_page(analysis, language)
    assert "<script" not in html
    outside = re.findall(r'(?:src|href)="(?!#)([^"]+)"', html)
    assert outside == []
    assert not re.findall(r"url\((?!#)", html)
    assert html.count("<figure") == 4


def test_the_english_page_holds_no_japanese(analysis: Analysis) -> None:
    html = render_analysis_page(analysis, "en")
    assert re.findall(r"[぀-ヿ一-鿿]+", html) == []


def test_an_analysis_of_nothing_is_still_a_page(analysis: Analysis) -> None:
    nothing = {
        "summary": {**analysis.reports["summary"], "f2_n": 0, "f2_rate_90": None},
        "portfolio": {
            **analysis.reports["portfolio"],
            "cells": [
                {**cell, "customers": 0, "net_12m_minor": 0, "mean_net_minor": None}
                for cell in analysis.reports["portfolio"]["cells"]
            ],
        },
        "dropoff": {**analysis.reports["dropoff"], "steps": [], "bottleneck_n": None},
        "f2": {**analysis.reports["f2"], "by_month": []},
        "freshness": {
            **analysis.reports["freshness"],
            "bands": [{"band": b, "customers": 0, "share": 0.0} for b in ("fresh", "care")],
        },
    }
    said = Finding("empty", "summary", Text("まだいません。", "Nobody yet."))
    empty = Analysis(
        analysis.as_of, "JPY", "v", "duckdb", {**analysis.reports, **nothing}, (said,), (), {}
    )
    html = render_analysis_page(empty, "ja")
    assert "<figure" not in html
    assert "まだいません。" in html
