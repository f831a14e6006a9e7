"""Who may not take part in a test of full prices: people who buy at a discount only (row H-11)."""

from collections.abc import Sequence
from datetime import datetime

from okaeri.customers import api as customers
from okaeri.insight import api as insight
from okaeri.plan.domain.entry import Entry
from okaeri.plan.store import kept_out
from okaeri.plan.store.rows import LiveJourney

SALE_ONLY = "sale_only"


def without_sale_only(
    journey: LiveJourney, entries: Sequence[Entry], now: datetime
) -> Sequence[Entry]:
    """Leave out, and count, whom a full-price test would tell nothing of; other journeys ask nobody.

    They get no arm either, so that neither side of the comparison holds them.
    """
    if not entries or not journey.definition.header.full_price_test:
        return entries
    live = customers.roots_of({entry.customer_id for entry in entries})
    at_sales = insight.list_sale_only(set(live.values()))
    out = {who for who, root in live.items() if root in at_sales}
    kept_out.note(journey.id, {live[who] for who in out}, SALE_ONLY, now)
    return [entry for entry in entries if entry.customer_id not in out]
