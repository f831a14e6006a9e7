"""Measure where people of each age answer and buy: deliver stands above and hands the reactions in."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from okaeri.customers import api as customers
from okaeri.foundation.settings import load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.reporting import keep_reports
from okaeri.insight.actions.sync import ORDERS
from okaeri.insight.analysis_types import AgeRules
from okaeri.insight.domain.age_bands import BANDS, UNKNOWN, YOUNG, band_of
from okaeri.insight.domain.best_channel import (
    Counts,
    Sureness,
    best_channel,
    default_channel,
    sureness,
)
from okaeri.insight.domain.reports.age_channels import DAYS, age_channels_payload, band_counts
from okaeri.insight.features.age_channels import (
    compute_age_bands,
    compute_age_reactions,
    compute_age_ways,
)
from okaeri.insight.features.purchases import counts_as_purchase
from okaeri.insight.reaction_types import REACTIONS
from okaeri.insight.store import reports
from okaeri.insight.types import LifecycleRules

REPORT = "age_channels"
_PAGE = 10_000
_PEOPLE = pa.schema([("customer_id", pa.int64()), ("birth_on", pa.date32()), ("said", pa.string())])


def measure_ages(
    reactions: Iterable[pa.RecordBatch], *, warehouse: Warehouse, as_of: date
) -> dict[str, Any]:
    """Keep and give the report "age_channels" (`domain.reports.age_channels`).

    `reactions`: a year's marketing as of `insight.reaction_types`.
    """
    payload = age_report(reactions, warehouse=warehouse, as_of=as_of)
    keep_reports({REPORT: payload}, warehouse=warehouse, as_of=as_of, rules=load(LifecycleRules))
    return payload


def age_report(
    reactions: Iterable[pa.RecordBatch],
    *,
    warehouse: Warehouse,
    as_of: date,
    people: ir.Table | None = None,
) -> dict[str, Any]:
    """Give what `measure_ages` keeps, of everybody or of `people` (customer_id), whom `warehouse` holds."""
    rules = load(LifecycleRules)
    years = {band: first for band, (first, _) in BANDS.items()}
    known = warehouse.upload(pa.Table.from_batches(_people(as_of), schema=_PEOPLE))
    did = warehouse.upload(pa.Table.from_batches(reactions, schema=REACTIONS))
    if people is not None:
        known, did = (rows.semi_join(people, "customer_id") for rows in (known, did))
    bands = warehouse.stage("insight_ages", compute_age_bands(known, as_of=as_of, bands=years))
    ways: list[dict[str, Any]] = []
    if warehouse.has(ORDERS):
        orders = read_orders(warehouse, as_of)
        orders = orders.filter(counts_as_purchase(orders, as_of=as_of, rules=rules))
        found = compute_age_ways(orders, bands, as_of=as_of, days=DAYS)
        ways = warehouse.collect(found).to_pylist()
    counted = warehouse.collect(bands.group_by("band").agg(people=bands.count())).to_pylist()
    of_age = {row["band"]: row["people"] for row in counted}
    everybody = customers.count_customers() if people is None else warehouse.count(people)
    of_age[UNKNOWN] = max(everybody - sum(of_age.values()), 0)
    return age_channels_payload(
        of_age, warehouse.collect(compute_age_reactions(did, bands)).to_pylist(), ways
    )


def _people(as_of: date) -> Iterator[pa.RecordBatch]:
    """Give everybody whose birthday or age group is known."""
    said = {
        who: str(one.value) for who, one in customers.iter_answers_to(customers.AGE_GROUP, as_of)
    }
    rows = (
        {"customer_id": one.id, "birth_on": one.birth_on, "said": said.get(one.id)}
        for one in customers.iter_traits()
        if one.birth_on is not None or one.id in said
    )
    while some := list(islice(rows, _PAGE)):
        yield pa.RecordBatch.from_pylist(some, schema=_PEOPLE)


def age_band(customer_id: int, on: date) -> str:
    """Give the age band of a person; "" where neither birthday nor age group is known."""
    found = customers.attributes_of([customer_id], on, keys=[customers.AGE_GROUP])
    said = str(found[customer_id][0].value) if customer_id in found else ""
    return band_of(customers.get_customer(customer_id).birth_on, said, on)


def channel_sureness(
    channel: str,
    band: str,
    own: Mapping[str, Counts],
    shop: Mapping[str, Counts],
    allowed: Collection[str],
) -> Sureness:
    """Say how sure a channel is for a person of an age; the arguments as of `channel_for`."""
    report = reports.find(REPORT)
    counts = band_counts(report.payload, band) if report is not None and band else None
    return sureness(channel, own, shop, allowed, age=counts)


def channel_for(
    band: str, own: Mapping[str, Counts], shop: Mapping[str, Counts], allowed: Collection[str]
) -> str | None:
    """Give the best allowed channel for a person of an age; None where none is allowed.

    Under 30 the shop's default holds until that age is measured (`AgeRules`).
    """
    report = reports.find(REPORT)
    counts = band_counts(report.payload, band) if report is not None and band else {}
    if band in YOUNG:
        rules = load(AgeRules)
        default = default_channel(
            own, counts, allowed, default=rules.young_channel, fewest=rules.fewest_messages
        )
        if default is not None:
            return default
    return best_channel(own, shop, allowed, age=counts if band else None)
