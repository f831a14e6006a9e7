"""VIP treatment: loyal customers, and for a while those who were (domain reference §1.3 #31)."""

from datetime import date, timedelta

from okaeri.insight.types import CustomerInsightView, Stage
from okaeri.insight.vip_types import VipRules


def last_vip_day(standing: CustomerInsightView, rules: VipRules) -> date | None:
    """Give the last day of VIP treatment of somebody who is loyal no more (a refund, a higher bar).

    None for who is loyal, never was, or has lapsed: nothing is kept for whoever went away.
    """
    ended = standing.prime_ended_on
    if ended is None or standing.is_lapsed or standing.stage is Stage.PRIME:
        return None
    return ended + timedelta(days=rules.grace_days - 1)
