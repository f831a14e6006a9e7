"""Measure what people answer: listen and deliver stand above and hand answers and reactions in."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from okaeri.foundation.settings import load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.ages import REACTIONS
from okaeri.insight.actions.reporting import keep_reports
from okaeri.insight.actions.segment_tables import PEOPLE
from okaeri.insight.actions.sync import ORDERS
from okaeri.insight.domain.reports.expectations import expectations_payload
from okaeri.insight.domain.reports.loyalty import REPEAT_DAYS, loyalty_payload
from okaeri.insight.features.expectations import (
    compute_asked_orders,
    compute_gap_by_media,
    compute_gap_by_product,
)
from okaeri.insight.features.loyalty import compute_loyalty
from okaeri.insight.features.purchases import compute_purchases
from okaeri.insight.store import reports
from okaeri.insight.types import LifecycleRules, SegmentAnswer
from okaeri.intake import api as intake

EXPECTATION = "expectation"
_OF_ORDER = "order:"
_LINES = "order_lines"
_ANSWERS = pa.schema(
    [
        ("answer_no", pa.int64()),
        ("customer_id", pa.int64()),
        ("day", pa.date32()),
        ("question", pa.string()),
        ("score", pa.int64()),
        ("order_id", pa.int64()),
    ]
)


def measure_voices(
    answers: Iterable[SegmentAnswer],
    reactions: Iterable[pa.RecordBatch],
    *,
    warehouse: Warehouse,
    as_of: date,
) -> int:
    """Keep the reports "expectations" and "loyalty" (`domain.reports`); gives how many answers count.

    `reactions` as of `measure_ages`. Nothing is done before the first refresh.
    """
    if not warehouse.has(PEOPLE) or not warehouse.has(ORDERS):
        return 0
    rows = [_row(number, one) for number, one in enumerate(answers) if one.day <= as_of]
    said = warehouse.stage(
        "insight_answers", warehouse.upload(pa.Table.from_pylist(rows, schema=_ANSWERS))
    )
    did = warehouse.upload(pa.Table.from_batches(reactions, schema=REACTIONS))
    loyal = compute_loyalty(warehouse.table(PEOPLE), said, did, repeat_days=REPEAT_DAYS)
    last = reports.find("loyalty")
    before = last.payload["history"] if last else []
    rules = load(LifecycleRules)
    keep_reports(
        {
            "expectations": _expectations(warehouse, said, as_of, rules),
            "loyalty": loyalty_payload(warehouse.collect(loyal).to_pylist(), before, as_of),
        },
        warehouse=warehouse,
        as_of=as_of,
        rules=rules,
    )
    return len(rows)


def _row(number: int, one: SegmentAnswer) -> dict[str, Any]:
    order = one.subject.removeprefix(_OF_ORDER)
    is_order = one.subject.startswith(_OF_ORDER) and order.isascii() and order.isdigit()
    return {
        "answer_no": number,
        "customer_id": one.customer_id,
        "day": one.day,
        "question": one.question,
        "score": one.score,
        "order_id": int(order) if is_order else None,
    }


def _expectations(
    warehouse: Warehouse, said: ir.Table, as_of: date, rules: LifecycleRules
) -> dict[str, Any]:
    own = said.filter(said.question == EXPECTATION)
    # Only the orders of those who answered are given their place in a life.
    orders = warehouse.table(ORDERS).semi_join(own, "customer_id")
    purchases = warehouse.stage(
        "insight_asked_purchases", compute_purchases(orders, as_of=as_of, rules=rules)
    )
    asked = warehouse.stage("insight_asked", compute_asked_orders(own, purchases))
    everybody = asked.aggregate(
        answers=asked.count(),
        score=asked.score.sum(),
        below=(asked.score <= 2).ifelse(1, 0).sum(),
    )
    products: list[dict[str, Any]] = []
    if warehouse.has(_LINES):
        lines = warehouse.table(_LINES)
        products = warehouse.collect(compute_gap_by_product(asked, lines)).to_pylist()
    names = {sku: one.name for sku, one in intake.list_products().items()}
    media = warehouse.collect(compute_gap_by_media(asked, purchases, orders)).to_pylist()
    return expectations_payload(warehouse.collect(everybody).to_pylist()[0], products, media, names)
