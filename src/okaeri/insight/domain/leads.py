"""People the shop knows who never bought (見込み客)."""

from dataclasses import replace
from datetime import date

from okaeri.insight.domain.freshness import band_of, freshness_of
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.types import CustomerInsightView, HalfLifeBasis, Stage

# Freshness comes back from the database as a float.
_ROUNDED = 1e-6


def lead_view(
    customer_id: int, *, seen_on: date, as_of: date, bands: BandRules
) -> CustomerInsightView:
    """Give the row of somebody first seen on `seen_on`: no class but "lead", no ranks.

    A lead's interest halves in a week, unless the shop says otherwise (domain reference §2.6). Signs
    of life since then lift it: `lifted`.
    """
    days = max((as_of - seen_on).days, 0)
    freshness = freshness_of(days, bands.lead_days)
    return CustomerInsightView(
        customer_id=customer_id,
        as_of=as_of,
        stage=Stage.LEAD,
        is_lapsed=False,
        is_at_risk=False,
        is_f2_late=False,
        is_revived=False,
        purchase_count=0,
        order_count=0,
        first_on=None,
        second_on=None,
        last_on=None,
        tenure_days=None,
        recency_days=None,
        net_minor=0,
        net_12m_minor=0,
        r_rank=None,
        f_rank=None,
        m_rank=None,
        cycle_days=None,
        fresh_on=seen_on,
        half_life_days=float(bands.lead_days),
        half_life_basis=HalfLifeBasis.LEAD,
        freshness=freshness,
        freshness_band=band_of(freshness, bands),
    )


def lifted(lead: CustomerInsightView, freshness: float, bands: BandRules) -> CustomerInsightView:
    """Give the row of a lead whose signs of life made him fresher than the days alone say."""
    return replace(lead, freshness=freshness, freshness_band=band_of(freshness, bands))


def _has_signs(before: CustomerInsightView) -> bool:
    """Tell whether an analysis saw a lead fresher than the days since he was first known."""
    if before.fresh_on is None or before.half_life_days is None:
        return True
    days = max((before.as_of - before.fresh_on).days, 0)
    return before.freshness > freshness_of(days, before.half_life_days) + _ROUNDED


def faded(
    before: CustomerInsightView | None, lead: CustomerInsightView, bands: BandRules
) -> CustomerInsightView:
    """Give today's row of a lead whose signs the analysis of `before` counted; they fade since then.

    Whoever was a buyer then (his orders were cancelled) has no signs of a lead, and whoever was only
    as fresh as the days alone said has none at all: since then he may be known for longer.
    """
    if before is None or before.stage != Stage.LEAD or not _has_signs(before):
        return lead
    left = freshness_of((lead.as_of - before.as_of).days, bands.lead_days)
    freshness = before.freshness * left / 100.0
    return lifted(lead, freshness, bands) if freshness > lead.freshness else lead
