"""Signs of life of people who never bought: a visit or a click lifts a lead as it lifts a buyer (§2.6)."""

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.analyses.signs import find_day_points
from okaeri.insight.domain.leads import lifted
from okaeri.insight.features.bumps import compute_lifted
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.types import CustomerInsightView

# What `compute_lifted` asks of a person; days are counted from the first sight instead of a purchase.
_STANDING = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("last_on", pa.date32()),
        ("recency_days", pa.int64()),
        ("fresh_on", pa.date32()),
        ("half_life_days", pa.float64()),
    ]
)


def lift_leads(
    warehouse: Warehouse, leads: Sequence[CustomerInsightView], *, as_of: date, bands: BandRules
) -> list[CustomerInsightView]:
    """Give the same leads, lifted by what they did since the shop first knew them."""
    standing = warehouse.upload(_standing(leads, as_of))
    points = find_day_points(warehouse, as_of, who=standing)
    if not leads or points is None:
        return list(leads)
    found = warehouse.collect(compute_lifted(standing, points))
    columns = (found[name].to_pylist() for name in ("customer_id", "lifted"))
    by_lead = dict(zip(*columns, strict=True))
    return [
        lifted(one, by_lead[one.customer_id], bands) if one.customer_id in by_lead else one
        for one in leads
    ]


def _standing(leads: Sequence[CustomerInsightView], as_of: date) -> pa.Table:
    seen = [one.fresh_on or as_of for one in leads]
    return pa.Table.from_arrays(
        [
            pa.array([one.customer_id for one in leads], pa.int64()),
            pa.array(seen, pa.date32()),
            pa.array([(as_of - day).days for day in seen], pa.int64()),
            pa.array(seen, pa.date32()),
            pa.array([one.half_life_days for one in leads], pa.float64()),
        ],
        schema=_STANDING,
    )
