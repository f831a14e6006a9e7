"""Price and discount dependence: by class, over first orders, and who buys in campaigns alone."""

from typing import Any

from okaeri.foundation.settings import load
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.reports.prices import prices_payload
from okaeri.insight.features.prices import (
    compute_campaign_buyers,
    compute_discount_bands,
    compute_first_discounts,
    compute_list_amounts,
    compute_price_classes,
)
from okaeri.insight.price_types import PriceRules


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.prices`."""
    rules = load(PriceRules)
    listed = compute_list_amounts(
        sources.counted,
        sources.order_lines,
        sources.item_names,
        as_of=sources.as_of,
        active_days=sources.rules.active_days,
    )
    classes = compute_price_classes(
        sources.price_habits,
        listed,
        sources.customers,
        dependent_share=rules.dependent_share,
        fewest_orders=rules.fewest_orders,
    )
    bands = compute_discount_bands(sources.price_habits, fewest_orders=rules.fewest_orders)
    campaign = compute_campaign_buyers(
        sources.price_habits,
        sources.customers,
        campaign_share=rules.campaign_share,
        fewest_orders=rules.fewest_orders,
    )
    return prices_payload(
        sources.rows(classes),
        sources.rows(bands),
        sources.rows(compute_first_discounts(sources.purchases)),
        sources.rows(campaign)[0],
        rules=rules,
    )
