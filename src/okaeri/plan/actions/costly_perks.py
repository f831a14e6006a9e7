"""Who gets no costly perks: trend customers who depend on discounts (row C-08)."""

from collections.abc import Sequence
from datetime import datetime

from okaeri.customers import api as customers
from okaeri.insight import api as insight
from okaeri.plan.domain.entry import Entry
from okaeri.plan.store import kept_out
from okaeri.plan.store.rows import LiveJourney

DISCOUNT_DEPENDENT = "discount_dependent"


def without_discount_dependent(
    journey: LiveJourney, entries: Sequence[Entry], now: datetime
) -> Sequence[Entry]:
    """Leave out, and count, who looks like one of the best and buys cheap things only.

    Journeys that give nothing dear ask nobody. Whoever is left out gets no arm either.
    """
    if not entries or not journey.definition.header.costly_perks:
        return entries
    live = customers.roots_of({entry.customer_id for entry in entries})
    dependent = insight.list_discount_dependent(set(live.values()))
    out = {who for who, root in live.items() if root in dependent}
    kept_out.note(journey.id, {live[who] for who in out}, DISCOUNT_DEPENDENT, now)
    return [entry for entry in entries if entry.customer_id not in out]
