"""The ten classes beside those of a month's end: how many came and went, and how their part of sales moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest

from okaeri.insight import api as insight
from okaeri.insight.types import PortfolioRow
from okaeri.web.charts.catalogue import HISTORY_MONTHS


@dataclass(frozen=True, slots=True)
class Compared:
    """The month's end a page compares with (None: there is none yet), and those one may choose."""

    month: date | None
    months: tuple[date, ...]
    cells: Mapping[tuple[str, bool], PortfolioRow]


def asked_month(request: HttpRequest) -> Compared:
    """Read the month of ?compare=2026-04; without a word of it, or an unknown one, the newest."""
    rows = insight.portfolio_history(months=HISTORY_MONTHS)
    months = tuple(sorted({row.month for row in rows}, reverse=True))
    asked = request.GET.get("compare", "")
    month = next((one for one in months if f"{one:%Y-%m}" == asked), months[0] if months else None)
    cells = {(row.stage, row.is_lapsed): row for row in rows if row.month == month}
    return Compared(month, months, cells)


def with_change(cells: Sequence[Mapping[str, Any]], compared: Compared) -> list[dict[str, Any]]:
    """Add to each cell what it was: customers_before, customers_change, sales_share_before,
    sales_share_change (points of percent); None without a month to compare with.
    """
    sales = sum(row.net_12m_minor for row in compared.cells.values())
    return [_changed(cell, compared, sales) for cell in cells]


def _changed(cell: Mapping[str, Any], compared: Compared, sales: int) -> dict[str, Any]:
    before = compared.cells.get((cell["stage"], cell["is_lapsed"]))
    share = before.net_12m_minor / sales if before is not None and sales else None
    return {
        **cell,
        "customers_before": before.customers if before else None,
        "customers_change": cell["customers"] - before.customers if before else None,
        "sales_share_before": share,
        "sales_share_change": None if share is None else 100 * (cell["sales_share_12m"] - share),
    }
