"""What a customer's class alone does not say: the curve of freshness, and marks about prices."""

from datetime import date
from typing import Any

from okaeri.customers import api as customers
from okaeri.insight import api as insight
from okaeri.insight.types import CustomerInsightView, Stage
from okaeri.web.charts.freshness_curve import freshness_curve
from okaeri.web.signs import signs_above


def marks_of(standing: CustomerInsightView | None, *, today: date, language: str) -> dict[str, Any]:
    """Give curve (SVG or None) and the marks beside the class, for the template."""
    if standing is None:
        return {"curve": None}
    return {
        "curve": _curve(standing, today, language),
        "buys_at_sales_only": bool(insight.list_sale_only([standing.customer_id])),
        "is_high_first": standing.stage is Stage.FIRST and standing.net_minor >= _bar(),
        "may_depend_on_discounts": standing.stage is Stage.TREND,
    }


def _bar() -> float:
    report = insight.find_report("portfolio")
    return float(report.payload["threshold_minor"]) if report else float("inf")


def _curve(standing: CustomerInsightView, today: date, language: str) -> Any:  # noqa: ANN401 - safe markup or None
    report = insight.find_report("freshness")
    if report is None or standing.fresh_on is None:
        return None
    lifts = insight.day_points_of([standing.customer_id], today, signs_above)
    return freshness_curve(
        # Somebody who never bought was freshest when the shop first knew him.
        [standing.fresh_on] if standing.last_on is None else _touches(standing.customer_id),
        today=today,
        half_life_days=standing.half_life_days or report.payload["half_life_days"],
        language=language,
        lifts=lifts.get(standing.customer_id),
    )


def _touches(customer_id: int) -> list[date]:
    history = customers.purchase_history([customer_id]).get(customer_id, ())
    return [
        day
        for one in history
        if one.is_purchase
        for day in (one.ordered_on, one.shipped_on, one.delivered_on)
        if day is not None
    ]
