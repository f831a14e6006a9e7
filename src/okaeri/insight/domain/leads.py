"""People the shop knows who never bought (見込み客)."""

from datetime import date

from okaeri.insight.domain.freshness import band_of
from okaeri.insight.types import CustomerInsightView, HalfLifeBasis, Stage

# A lead's interest halves in a week (domain reference §2.6).
LEAD_HALF_LIFE_DAYS = 7.0


def lead_view(customer_id: int, *, seen_on: date, as_of: date) -> CustomerInsightView:
    """Give the row of somebody first seen on `seen_on`: no class but "lead", no ranks."""
    days = max((as_of - seen_on).days, 0)
    freshness = 100.0 * 2.0 ** (-days / LEAD_HALF_LIFE_DAYS)
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
        half_life_days=LEAD_HALF_LIFE_DAYS,
        half_life_basis=HalfLifeBasis.LEAD,
        freshness=freshness,
        freshness_band=band_of(freshness),
    )
