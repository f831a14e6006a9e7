"""Measure what people got back: rewards stands above and hands the points in."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from okaeri.foundation.settings import load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.reporting import keep_reports
from okaeri.insight.actions.segment_tables import PEOPLE
from okaeri.insight.actions.sync import ORDERS
from okaeri.insight.analysis_types import PerkRules
from okaeri.insight.domain.reports.perks import DAYS, MOST_PEOPLE, perks_payload
from okaeri.insight.features.perks import compute_dearest, compute_perk_classes, compute_perks
from okaeri.insight.features.purchases import counts_as_purchase
from okaeri.insight.types import LifecycleRules

_POINTS = pa.schema([("customer_id", pa.int64()), ("points_minor", pa.int64())])


def measure_perks(
    points: Mapping[int, int], *, warehouse: Warehouse, as_of: date
) -> dict[str, Any] | None:
    """Keep and give the report "perks" (`domain.reports.perks`); None before the first refresh.

    `points`: live customer → points given in the last 365 days, what was taken back already off.
    """
    if not warehouse.has(PEOPLE) or not warehouse.has(ORDERS):
        return None
    payload = perk_report(points, warehouse=warehouse, as_of=as_of)
    keep_reports({"perks": payload}, warehouse=warehouse, as_of=as_of, rules=load(LifecycleRules))
    return payload


def perk_report(points: Mapping[int, int], *, warehouse: Warehouse, as_of: date) -> dict[str, Any]:
    """Give what `measure_perks` keeps, of the people `warehouse` holds."""
    rules, perk_rules = load(LifecycleRules), load(PerkRules)
    given = [
        {"customer_id": who, "points_minor": count * perk_rules.point_minor}
        for who, count in points.items()
    ]
    orders = read_orders(warehouse, as_of)
    perks = compute_perks(
        orders.filter(counts_as_purchase(orders, as_of=as_of, rules=rules)),
        warehouse.upload(pa.Table.from_pylist(given, schema=_POINTS)),
        warehouse.table(PEOPLE),
        as_of=as_of,
        days=DAYS,
    )
    perks = warehouse.stage("insight_perks", perks)
    share = perk_rules.most_share
    return perks_payload(
        warehouse.collect(compute_perk_classes(perks, most_share=share)).to_pylist(),
        warehouse.collect(compute_dearest(perks, most_share=share, most=MOST_PEOPLE)).to_pylist(),
        share,
    )
