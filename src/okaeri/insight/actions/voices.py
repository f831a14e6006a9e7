"""Measure what people answer: listen and deliver stand above and hand answers and reactions in."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from okaeri.foundation.settings import load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.outside_scores import outside_scores
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
from okaeri.insight.reaction_types import REACTIONS
from okaeri.insight.store import reports
from okaeri.insight.types import LifecycleRules, SegmentAnswer
from okaeri.intake import api as intake

EXPECTATION = "expectation"
# More digits are no number of ours.
_ORDER_NO = "^order:(?P<no>[0-9]{1,18})$"
_LINES = "order_lines"
_ANSWERS = pa.schema(
    [
        ("answer_no", pa.int64()),
        ("customer_id", pa.int64()),
        ("day", pa.date32()),
        ("question", pa.string()),
        ("score", pa.int64()),
        ("order_id", pa.int64()),
        ("top", pa.int64()),
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

    `reactions` as of `insight.reaction_types`. Nothing is done before the first refresh.
    """
    if not warehouse.has(PEOPLE) or not warehouse.has(ORDERS):
        return 0
    rows = _answers(_until(answers, as_of))
    last = reports.find("loyalty")
    payloads = _voice_reports(
        rows, reactions, warehouse, as_of, before=last.payload["history"] if last else []
    )
    keep_reports(payloads, warehouse=warehouse, as_of=as_of, rules=load(LifecycleRules))
    return int(rows.num_rows)


def voice_reports(
    answers: Iterable[SegmentAnswer],
    reactions: Iterable[pa.RecordBatch],
    *,
    warehouse: Warehouse,
    as_of: date,
) -> dict[str, dict[str, Any]]:
    """Give what `measure_voices` keeps, of the people `warehouse` holds and without months before."""
    rows = _answers(_until(answers, as_of))
    return _voice_reports(rows, reactions, warehouse, as_of, before=[])


def _voice_reports(
    answers: pa.Table,
    reactions: Iterable[pa.RecordBatch],
    warehouse: Warehouse,
    as_of: date,
    *,
    before: Sequence[dict[str, Any]],
) -> dict[str, dict[str, Any]]:
    said = warehouse.stage("insight_answers", warehouse.upload(answers))
    did = warehouse.upload(pa.Table.from_batches(reactions, schema=REACTIONS))
    loyal = compute_loyalty(warehouse.table(PEOPLE), said, did, repeat_days=REPEAT_DAYS)
    return {
        "expectations": _expectations(warehouse, said, as_of, load(LifecycleRules)),
        "loyalty": loyalty_payload(warehouse.collect(loyal).to_pylist(), before, as_of),
    }


def _until(answers: Iterable[SegmentAnswer], as_of: date) -> list[SegmentAnswer]:
    """Give the shop's own answers and those of other tools, up to a day."""
    return [*(one for one in answers if one.day <= as_of), *outside_scores(as_of)]


def _answers(given: Sequence[SegmentAnswer]) -> pa.Table:
    """Give answers in columns; order_id where one is about an order, else NULL."""
    subjects = pa.array([one.subject for one in given], pa.string())
    numbers = pc.struct_field(pc.extract_regex(subjects, _ORDER_NO), "no")
    columns = [
        pa.array(range(len(given)), pa.int64()),
        pa.array([one.customer_id for one in given], pa.int64()),
        pa.array([one.day for one in given], pa.date32()),
        pa.array([one.question for one in given], pa.string()),
        pa.array([one.score for one in given], pa.int64()),
        numbers.cast(pa.int64()),
        pa.array([one.top for one in given], pa.int64()),
    ]
    return pa.Table.from_arrays(columns, schema=_ANSWERS)


def _expectations(
    warehouse: Warehouse, said: ir.Table, as_of: date, rules: LifecycleRules
) -> dict[str, Any]:
    own = said.filter(said.question == EXPECTATION)
    # Only the orders of those who answered are given their place in a life.
    orders = read_orders(warehouse, as_of, own)
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
