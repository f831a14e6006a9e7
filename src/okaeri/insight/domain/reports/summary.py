"""The headline numbers."""

from collections.abc import Mapping
from typing import Any

from okaeri.insight.domain.shares import share_of
from okaeri.insight.domain.unit_price import UnitPrice


def summary_payload(
    totals: Mapping[str, Any],
    *,
    leads: int,
    price: UnitPrice,
    portfolio: Mapping[str, Any],
    f2: Mapping[str, Any],
    cycle_median_days: float | None,
    suggested_lapse_days: int | None,
    f2_own_days: int | None,
) -> dict[str, Any]:
    """Give one flat document; amounts in the smallest unit, rates as shares, days as ISO text.

    customers (buyers and leads), leads, buyers, orders, net_minor, net_12m_minor, aov_minor (net ÷
    orders of all time; None without orders), unit_price_minor and threshold_minor (frozen for the
    month), active_365, prime_active, at_risk, at_risk_prime, f2_late, f2_rate_90 with f2_low,
    f2_high, f2_n, f2_k (those who became 90 days old in the last 90 days), f2_prev_rate_90 (in the
    90 days before), first_on, last_on, cycle_median_days, suggested_lapse_days,
    f2_own_days (`domain.f2_late`). A refresh adds left_out, the counts of `features.left_out`.
    """
    cells = portfolio["cells"]
    prime = next(cell for cell in cells if cell["stage"] == "prime" and not cell["is_lapsed"])
    recent = f2["recent"]
    aov = share_of(totals["net_minor"] or 0, totals["orders"] or 0)
    return {
        "customers": totals["buyers"] + leads,
        "leads": leads,
        "buyers": totals["buyers"],
        "orders": totals["orders"] or 0,
        "net_minor": totals["net_minor"] or 0,
        "net_12m_minor": totals["net_12m_minor"] or 0,
        "aov_minor": None if aov is None else round(aov),
        "unit_price_minor": price.price_minor,
        "threshold_minor": price.threshold_minor,
        "active_365": totals["active"] or 0,
        "prime_active": prime["customers"],
        "at_risk": sum(cell["at_risk"] for cell in cells),
        "at_risk_prime": prime["at_risk"],
        "f2_late": sum(cell["f2_late"] for cell in cells),
        "f2_rate_90": recent["rate"],
        "f2_low": recent["low"],
        "f2_high": recent["high"],
        "f2_n": recent["eligible"],
        "f2_k": recent["converted"],
        "f2_prev_rate_90": f2["previous"]["rate"],
        "first_on": _iso(totals["first_on"]),
        "last_on": _iso(totals["last_on"]),
        "cycle_median_days": cycle_median_days,
        "suggested_lapse_days": suggested_lapse_days,
        "f2_own_days": f2_own_days,
    }


def _iso(day: Any) -> str | None:  # noqa: ANN401 - a date or NULL from the engine
    return None if day is None else day.isoformat()
