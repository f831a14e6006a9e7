"""Where customers stand as of the last analysis: class, freshness, what they buy at which price."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from okaeri.foundation.settings import load
from okaeri.insight.domain import vip
from okaeri.insight.domain.leads import faded, lead_view
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.price_types import PriceRules
from okaeri.insight.store import insights
from okaeri.insight.types import CustomerInsightView, FreshnessBand, Stage
from okaeri.insight.vip_types import VipRules


def find_insight(customer_id: int) -> CustomerInsightView | None:
    """Give one customer's standing, or None before a refresh saw him."""
    return insights.views([customer_id]).get(customer_id)


def last_vip_day(standing: CustomerInsightView) -> date | None:
    """Give the last day of VIP treatment of somebody who is loyal no more; None where there is none."""
    return vip.last_vip_day(standing, load(VipRules))


def list_sale_only(customer_ids: Iterable[int]) -> set[int]:
    """Give those of these people who buy at a discount or in campaigns only (セール時のみ購入).

    By default 8 of 10 orders or more, from two orders on (settings `price.campaign_share` and
    `price.fewest_orders`).
    """
    rules = load(PriceRules)
    return insights.buying_at_discounts(customer_ids, rules.campaign_share, rules.fewest_orders)


def list_discount_dependent(customer_ids: Iterable[int]) -> set[int]:
    """Give those of these people who are trend customers and depend on discounts (流行客・値引き依存).

    They look like the best by amount and buy what is let off (row C-08). By default half of the orders
    or more, from two orders on (settings `price.dependent_share` and `price.fewest_orders`).
    """
    rules = load(PriceRules)
    return insights.buying_at_discounts(
        customer_ids, rules.dependent_share, rules.fewest_orders, stage=Stage.TREND
    )


def lead_standing(
    customer_id: int, seen_on: date, as_of: date, before: CustomerInsightView | None = None
) -> CustomerInsightView:
    """Give where somebody stands who never bought and was first known on `seen_on`.

    `before` is how the last analysis saw him: it counted his signs of life, which fade since then.
    """
    bands = load(BandRules)
    lead = lead_view(customer_id, seen_on=seen_on, as_of=as_of, bands=bands)
    return faded(before, lead, bands)


def lost_among(customer_ids: Collection[int]) -> dict[int, date]:
    """Give those of these buyers whose freshness is in its lowest band → the day of that analysis.

    Of somebody who never bought there is nothing to win back.
    """
    return insights.in_band(customer_ids, FreshnessBand.LOST)


def list_recency_reached(
    day: date, recency_days: int, *, within_days: int | None = None
) -> list[tuple[int, date]]:
    """Give (customer, day of last purchase) of those silent for `recency_days` or more on `day`.

    With `within_days` only those who reached it in the last so many days (1: exactly on `day`).
    """
    last = day - timedelta(days=recency_days)
    first = None if within_days is None else last - timedelta(days=within_days - 1)
    return insights.last_on_between(first, last)
