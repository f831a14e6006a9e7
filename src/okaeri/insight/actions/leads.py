"""Everybody known who never bought: a row of his own beside those of buyers."""

from datetime import date

import ibis.expr.types as ir

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.lead_signs import lift_leads
from okaeri.insight.domain.leads import lead_view
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.types import CustomerInsightView

_PAGE = 10_000


def find_leads(warehouse: Warehouse, buyers: ir.Table, as_of: date) -> list[CustomerInsightView]:
    """Give a row for everybody known who is not among `buyers` (customer_id), signs of life included."""
    column = warehouse.collect(buyers.select("customer_id"))["customer_id"]
    bought = set(column.to_pylist())
    zone, bands = load(ShopProfile).zone, load(BandRules)
    found: dict[int, CustomerInsightView] = {}
    for start in range(1, customers.highest_id() + 1, _PAGE):
        asked = [number for number in range(start, start + _PAGE) if number not in bought]
        for profile in customers.list_profiles(asked).values():
            if profile.id not in bought:
                seen_on = clock.local_day(profile.known_at, zone)
                found[profile.id] = lead_view(profile.id, seen_on=seen_on, as_of=as_of, bands=bands)
    return lift_leads(warehouse, list(found.values()), as_of=as_of, bands=bands)
