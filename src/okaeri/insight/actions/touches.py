"""Measure touches: deliver stands above and hands in what left, intake knows the calls."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from okaeri.customers import api as customers
from okaeri.foundation.clock import local_day
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.reporting import keep_reports
from okaeri.insight.actions.sync import ORDERS
from okaeri.insight.care_types import SPENT, CareRules
from okaeri.insight.domain.kpis.days import points_of
from okaeri.insight.domain.kpis.touches import touch_rows
from okaeri.insight.domain.months import month_end
from okaeri.insight.features.purchases import counts_as_purchase
from okaeri.insight.features.touches import compute_care_gaps, compute_touch_months
from okaeri.insight.reaction_types import MailMonth
from okaeri.insight.types import LifecycleRules
from okaeri.intake import api as intake

REPORT = "touches"
_PAGE = 1_000
_CALLS = pa.schema([("customer_id", pa.int64()), ("touched_on", pa.date32())])


def measure_touches(
    mails: Iterable[MailMonth],
    sent: Iterable[pa.RecordBatch],
    *,
    warehouse: Warehouse,
    as_of: date,
) -> dict[str, Any] | None:
    """Keep and give the report "touches" {kpis: rows of `domain.kpis.touches`}; None without orders.

    `sent`: messages that left as `insight.care_types.SPENT`, since `touches_begin` at least.
    """
    if not warehouse.has(ORDERS):
        return None
    rules, points = load(LifecycleRules), points_of(as_of)
    since = touches_begin(as_of)
    touches = warehouse.stage("touches", _touches(warehouse, sent, since, as_of))
    orders = read_orders(warehouse, as_of)
    gaps = compute_care_gaps(
        orders.filter(counts_as_purchase(orders, as_of=as_of, rules=rules)),
        touches,
        days=points.all,
        active_days=rules.active_days,
        gap_days=load(CareRules).gap_days,
    )
    rows = touch_rows(
        mails,
        warehouse.collect(compute_touch_months(touches)).to_pylist(),
        warehouse.collect(gaps).to_pylist()[0],
        points=points,
    )
    payload = {"kpis": rows}
    keep_reports({REPORT: payload}, warehouse=warehouse, as_of=as_of, rules=rules)
    return payload


def touches_begin(as_of: date) -> date:
    """Give the first day whose touches are looked at: of the first month shown, or of its gap."""
    first = points_of(as_of).all[0]
    month = month_end(first, 1).replace(day=1)
    return min(month, first - timedelta(days=load(CareRules).gap_days))


def _touches(
    warehouse: Warehouse, sent: Iterable[pa.RecordBatch], since: date, until: date
) -> ir.Table:
    """One row per message that left or call the staff made: customer_id, touched_on, is_staff."""
    given = warehouse.upload(pa.Table.from_batches(sent, schema=SPENT))
    messages = given.select("customer_id", touched_on="spent_on", is_staff=ibis.literal(False))
    made = warehouse.upload(pa.Table.from_pylist(list(_calls()), schema=_CALLS))
    calls = made.select("customer_id", "touched_on", is_staff=ibis.literal(True))
    rows = ibis.union(messages, calls, distinct=False)
    return rows.filter((rows.touched_on >= since) & (rows.touched_on <= until))


def _calls() -> Iterator[dict[str, Any]]:
    """Give the calls the staff made to people that are known."""
    zone, after = load(ShopProfile).zone, 0
    while page := intake.list_calls_after(after, _PAGE):
        after = page[-1].change_no
        made = [one for one in page if one.direction == "out" and one.party_id is not None]
        owners = customers.customers_of_parties([one.party_id for one in made if one.party_id])
        for one in made:
            owner = owners.get(one.party_id) if one.party_id else None
            if owner is not None:
                yield {"customer_id": owner, "touched_on": local_day(one.started_at, zone)}
