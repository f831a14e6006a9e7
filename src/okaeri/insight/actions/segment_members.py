"""Who is in which segment: many rules at once over the warehouse, or one over plain columns."""

from array import array
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from pyroaring import BitMap64

from okaeri.customers import api as customers
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.segment_tables import (
    FACT_TABLES,
    PEOPLE,
    SCHEMAS,
    find_recent_events,
)
from okaeri.insight.actions.sync import AREAS, LINES, ORDERS
from okaeri.insight.analyses.source_schemas import AREA
from okaeri.insight.domain.segment_rules import Doing, Person, Rule
from okaeri.insight.features.segment_facts import (
    PLACES,
    compute_item_rows,
    compute_known_texts,
    compute_order_rows,
    skus_asked,
)
from okaeri.insight.features.segment_flags import Parts, compute_segment_flags, parts_of
from okaeri.intake import api as intake

_NOT_YET = Text(
    "この条件を数えるには、まず集計が必要です。「設定」の「集計」を実行してからもう一度お試しください。",
    "To count this rule the shop must be analysed first; run the refresh and try again.",
)
_PRODUCT = pa.schema([("sku", pa.string()), ("category", pa.string())])


def find_members(warehouse: Warehouse, rules: Sequence[Rule], as_of: date) -> list[BitMap64]:
    """Give whom each resolved rule means; every table is read once for all rules together."""
    if not rules:
        return []
    people, facts = read_tables(warehouse, parts_of(rules), as_of)
    flags = compute_segment_flags(people, facts, rules, warehouse.stage)
    found = [BitMap64() for _ in rules]
    for batch in warehouse.stream(flags):
        ids = batch.column("customer_id").to_numpy().astype(np.uint64)
        # A bitmap grows fastest from rising numbers.
        rising = None if (ids[1:] > ids[:-1]).all() else np.argsort(ids)
        ids = ids if rising is None else ids[rising]
        for place in range(len(found)):
            flags_of = batch.column(f"s{place}").to_numpy(zero_copy_only=False)
            chosen = flags_of if rising is None else flags_of[rising]
            # An array of Python's own goes into the bitmap three times as fast as one of numpy.
            found[place] |= BitMap64(array("Q", ids[chosen].tobytes()))
    # Orders of somebody erased are still counted, but nobody stands behind them.
    gone = BitMap64(customers.erased_ids())
    return [members - gone for members in found]


def read_tables(
    warehouse: Warehouse, parts: Parts, as_of: date, who: ir.Table | None = None
) -> tuple[ir.Table, Mapping[str, ir.Table]]:
    """Give people and the facts that `parts` name; with `who` (customer_id) orders of theirs alone.

    Raises NotFoundError before a first refresh, of a column too that the last one did not know.
    """
    if not warehouse.has(PEOPLE) or not parts.fields <= set(warehouse.table(PEOPLE).columns):
        raise NotFoundError(_NOT_YET)
    wanted = parts.facts()
    for fact, name in FACT_TABLES.items():
        if warehouse.has(name) and not parts.columns(fact) <= set(warehouse.table(name).columns):
            raise NotFoundError(_NOT_YET)
    facts = {
        fact: warehouse.table(name)
        if warehouse.has(name)
        else warehouse.upload(_nothing(SCHEMAS[fact]))
        for fact, name in FACT_TABLES.items()
        if fact in wanted
    }
    if "event" in wanted and (recent := find_recent_events(warehouse, as_of)) is not None:
        facts["event"] = recent
    if wanted & {"order", "item"}:
        facts |= _order_facts(warehouse, parts, as_of, who)
    known = {fact: compute_known_texts(rows, fact) for fact, rows in facts.items()}
    return warehouse.table(PEOPLE), known


def _order_facts(
    warehouse: Warehouse, parts: Parts, as_of: date, who: ir.Table | None
) -> dict[str, ir.Table]:
    if not warehouse.has(ORDERS):
        return {fact: warehouse.upload(_nothing(SCHEMAS[fact])) for fact in ("order", "item")}
    areas = _areas(warehouse) if parts.columns("order") & set(PLACES) else None
    orders = compute_order_rows(read_orders(warehouse, as_of, who), areas, as_of)
    doings: list[Doing] = [
        # Who asks for a share asks of everything.
        Doing(did.doing.fact) if did.measure == "share" else did.doing
        for did in parts.dids
    ]
    doings += [doing for one in parts.follows for doing in (one.start, one.then)]
    asked = [doing for doing in doings if doing.fact == "item"]
    if not asked:
        return {"order": orders}
    lines, known = warehouse.table(LINES), _products()
    skus = skus_asked(asked, dict(zip(*known.to_pydict().values(), strict=True)))
    items = compute_item_rows(lines, orders, warehouse.upload(known), skus)
    # Read for what was counted and again for what came after it.
    return {"order": orders, "item": warehouse.stage("segment_items", items)}


def _areas(warehouse: Warehouse) -> ir.Table:
    known = warehouse.has(AREAS)
    return warehouse.table(AREAS) if known else warehouse.upload(AREA.empty_table())


def _nothing(schema: pa.Schema) -> pa.Table:
    return pa.Table.from_batches([], schema=schema)


def _products() -> pa.Table:
    known = intake.list_products()
    rows = [{"sku": sku, "category": one.category} for sku, one in known.items()]
    return pa.Table.from_pylist(rows, schema=_PRODUCT)


def last_day(warehouse: Warehouse) -> date | None:
    """Give the day of analysis that rules are asked on; None where nobody is known yet."""
    if not warehouse.has(PEOPLE):
        return None
    people = warehouse.table(PEOPLE)
    found: date | None = warehouse.collect(people.aggregate(as_of=people.as_of.max()))["as_of"][
        0
    ].as_py()
    return found


def read_persons(
    warehouse: Warehouse, customer_ids: Sequence[int], rule: Rule, as_of: date
) -> dict[int, Person]:
    """Give what a resolved rule needs to know of a few people, for the interpreter in Python."""
    who = warehouse.upload(pa.table({"customer_id": pa.array(customer_ids, pa.int64())}))
    people, facts = read_tables(warehouse, parts_of([rule]), as_of, who)
    columns = _rows(warehouse, people, customer_ids)
    done = {fact: _rows(warehouse, table, customer_ids) for fact, table in facts.items()}
    found: dict[int, Person] = {}
    for row in columns:
        number = row["customer_id"]
        mine = {
            fact: [one for one in rows if one["customer_id"] == number]
            for fact, rows in done.items()
        }
        found[number] = Person(row, mine)
    return found


def _rows(warehouse: Warehouse, table: ir.Table, ids: Sequence[int]) -> list[dict[str, Any]]:
    if not ids:
        return []
    rows: list[dict[str, Any]] = warehouse.collect(
        table.filter(table.customer_id.isin(list(ids)))
    ).to_pylist()
    return rows
