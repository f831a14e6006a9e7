"""The ten-cell table."""

from collections.abc import Iterable, Mapping
from typing import Any

from okaeri.insight.domain.shares import share_of
from okaeri.insight.domain.unit_price import UnitPrice
from okaeri.insight.types import STAGES, Stage

_ZEROS = {
    "customers": 0,
    "net_minor": 0,
    "net_12m_minor": 0,
    "at_risk": 0,
    "f2_late": 0,
    "at_risk_net_12m_minor": 0,
}


def portfolio_payload(rows: Iterable[Mapping[str, Any]], price: UnitPrice) -> dict[str, Any]:
    """Give {threshold_minor, aov_minor, is_fixed_price, cells}; always ten cells in fixed order.

    Cell: stage, is_lapsed, customers, share (of all buyers), net_minor, net_12m_minor,
    sales_share_12m (of the last 12 months' net sales, §1.3 #34), at_risk, f2_late,
    mean_tenure_days, median_tenure_days, mean_net_minor, median_net_minor (None in an empty cell).
    """
    by_class = {(row["stage"], row["is_lapsed"]): row for row in rows}
    buyers = sum(row["customers"] for row in by_class.values())
    sales = sum(row["net_12m_minor"] for row in by_class.values())
    cells = [
        _cell(stage, is_lapsed, by_class.get((stage.value, is_lapsed), _ZEROS), buyers, sales)
        for stage in STAGES
        for is_lapsed in (False, True)
    ]
    return {
        "threshold_minor": price.threshold_minor,
        "aov_minor": price.price_minor,
        "is_fixed_price": price.is_fixed,
        "cells": cells,
    }


def _cell(
    stage: Stage,
    is_lapsed: bool,
    row: Mapping[str, Any],
    buyers: int,
    sales: int,
) -> dict[str, Any]:
    return {
        "stage": stage.value,
        "is_lapsed": is_lapsed,
        **{name: row[name] for name in _ZEROS},
        "share": share_of(row["customers"], buyers) or 0.0,
        "sales_share_12m": share_of(row["net_12m_minor"], sales) or 0.0,
        "mean_tenure_days": _rounded(row.get("mean_tenure_days")),
        "median_tenure_days": _rounded(row.get("median_tenure_days")),
        "mean_net_minor": _rounded(row.get("mean_net_minor")),
        "median_net_minor": _rounded(row.get("median_net_minor")),
    }


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)
