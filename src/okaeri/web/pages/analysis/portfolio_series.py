"""Month ends as earlier rules told them: a change of rules begins a new series (再集計, §1.3 #33)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from okaeri.foundation.settings import load, specs_of
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.rank_types import RankRules
from okaeri.insight.types import (
    TEN_CLASSES,
    LifecycleRules,
    PortfolioRow,
    PortfolioSeries,
)
from okaeri.intake.counting_types import CountingRules
from okaeri.web.charts.catalogue import HISTORY_MONTHS
from okaeri.web.pages.csv_file import csv_response
from okaeri.web.setting_words import value_words

_COLUMNS = ("customers", "net_minor", "net_12m_minor", "threshold_minor")


@dataclass(frozen=True, slots=True)
class RuleThen:
    """One setting that was another in the days of a series."""

    label: Text
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """The series of earlier rules one may choose, and the one that is chosen."""

    series: Sequence[PortfolioSeries]
    chosen: PortfolioSeries | None


def earlier_series(request: HttpRequest) -> Earlier:
    """Read the series of ?rules=<version>; an unknown one chooses none."""
    series = [one for one in insight.list_portfolio_series() if not one.is_present]
    asked = request.GET.get("rules", "")
    return Earlier(series, next((one for one in series if one.rule_version == asked), None))


def rules_then(series: PortfolioSeries, language: str) -> list[RuleThen] | None:
    """Give the settings that were others then; None where nobody wrote them down."""
    if series.settings is None:
        return None
    found = []
    for kind in (LifecycleRules, RankRules, CountingRules):
        present = load(kind)
        for name, spec in specs_of(kind).items():
            now = getattr(present, name)
            then = series.settings.get(spec.key, spec.default)
            if then != now:
                words = (value_words(spec, value, language) for value in (then, now))
                found.append(RuleThen(spec.label, *words))
    return found


def month_table(series: PortfolioSeries) -> dict[str, Any]:
    """Give {months, rows}: per class its people at each month's end, and as today's rules tell it.

    `present` is None in months today's rules have not told.
    """
    then, now = _counts(series.rule_version), _counts("")
    months = sorted({month for month, *_ in then})
    rows = [
        {
            "stage": one.stage.value,
            "is_lapsed": one.is_lapsed,
            "cells": [
                {"month": month, "customers": then.get(key, 0), "present": now.get(key)}
                for month in months
                for key in ((month, one.stage.value, one.is_lapsed),)
            ],
        }
        for one in TEN_CLASSES
    ]
    return {"months": months, "rows": rows}


def _counts(version: str) -> dict[tuple[Any, str, bool], int]:
    rows = _rows(version)
    return {(row.month, row.stage, row.is_lapsed): row.customers for row in rows}


def _rows(version: str) -> list[PortfolioRow]:
    return insight.portfolio_history(months=HISTORY_MONTHS, version=version)


def series_csv(series: PortfolioSeries, encoding: str) -> HttpResponseBase:
    """Give every month end of a series with the version of its rules."""
    version = series.rule_version
    rows = (
        (
            version,
            f"{row.month:%Y-%m}",
            row.stage,
            row.is_lapsed,
            *(getattr(row, n) for n in _COLUMNS),
        )
        for row in insight.portfolio_history(months=len(series.months), version=version)
    )
    columns = ("rule_version", "month", "stage", "is_lapsed", *_COLUMNS)
    return csv_response(f"portfolio-{version}", columns, rows, encoding=encoding)
