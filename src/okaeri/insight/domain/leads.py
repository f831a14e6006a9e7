"""People the shop knows who never bought (見込み客)."""

from datetime import date

from okaeri.insight.domain.freshness import band_of
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.types import CustomerInsightView, HalfLifeBasis, Stage


def lead_view(
    customer_id: int, *, seen_on: date, as_of: date, bands: BandRules
) -> CustomerInsightView:
    """Give the row of somebody first seen on `seen_on`: no class but "lead", no ranks.

    A lead's interest halves in a week, unless the shop says otherwise (domain reference §2.6).
    """
    days = max((as_of - seen_on).days, 0)
    freshness = 100.0 * 2.0 ** (-days / bands.lead_days)
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
