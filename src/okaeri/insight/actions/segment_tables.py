"""What segment rules read, written at each refresh and read back by pages between refreshes.

Orders and lines are the warehouse's own; the tables written here hold one row per person
(`segment_people`) and one row per thing a person did. All go by the live customer id.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, islice
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from okaeri.customers import api as customers
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.segment_forecasts import NAMES as FORECASTS
from okaeri.insight.analyses.rank_moves import find_ranks_before
from okaeri.insight.analyses.signs import TABLE as SIGNS
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.segment_rules import ATTRIBUTE_COLUMNS, FACTS, FIELDS, Field
from okaeri.insight.features.deciles import compute_customer_deciles
from okaeri.insight.features.gone import compute_gone_by
from okaeri.insight.features.purchases import compute_beginnings
from okaeri.insight.segment_types import RECENT_DAYS
from okaeri.insight.types import CustomerInsightView

PEOPLE = "segment_people"
# Fact → the table it is kept in; "order" and "item" are made from orders and lines.
FACT_TABLES = {
    "attribute": "segment_attributes",
    "subscription": "segment_subscriptions",
    "event": "segment_events",
    "answer": "segment_answers",
    "inquiry": "segment_inquiries",
    "review": "segment_reviews",
    "click": "segment_clicks",
    # Written by `interest_model`: what all the others say somebody cares for.
    "interest": "segment_interests",
}
# What carts tell of contracts, of which "subscription" is made.
CONTRACTS = "segment_contracts"
# Tables that say more of a person than numbers: erasing him empties them of him at once.
PERSONAL_TABLES = (PEOPLE, SIGNS, CONTRACTS, *FACT_TABLES.values())
_PAGE = 10_000
_KINDS: dict[str, pa.DataType] = {
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "text": pa.string(),
    "choice": pa.string(),
    "birthday": pa.int64(),
}
_PROFILE = ("birthday", "age_band", "prefecture", "known_on", "mail_consent")
_BEGAN = (
    *("first_kind", "first_sku", "first_media", "first_source"),
    *("first_day_orders", "first_day_trials"),
)
_RANKED = ("r_rank_before", "f_rank_before")
_ADDED = (*_PROFILE, *FORECASTS, *_BEGAN, *_RANKED, "decile", "is_gone", "gone_by_sku", "as_of")


def _schema(columns: dict[str, Field] | Iterable[tuple[str, Field]]) -> pa.Schema:
    pairs = columns.items() if isinstance(columns, dict) else columns
    own = [(name, _KINDS[field.kind]) for name, field in pairs]
    return pa.schema([("customer_id", pa.int64()), ("day", pa.date32()), *own])


SCHEMAS = {name: _schema(dict(fact.columns)) for name, fact in FACTS.items()}
SCHEMAS["attribute"] = _schema(ATTRIBUTE_COLUMNS)
# The day a visit became known as this person's; None: at once. No rule asks for it.
SCHEMAS["event"] = SCHEMAS["event"].append(pa.field("identified_on", pa.date32()))


def write_people(
    sources: Sources,
    buyers: ir.Table,
    leads: Sequence[CustomerInsightView],
    forecasts: pa.Table,
) -> None:
    """Write who people are anew; `buyers` has the columns of CustomerInsight but as_of.

    `forecasts` is what `forecast_rows` gives. What people did is written by `segment_doings`.
    """
    warehouse, as_of = sources.warehouse, sources.as_of
    people = _people(sources, buyers, leads)
    foretold = people.left_join(warehouse.upload(forecasts), "customer_id")
    warehouse.replace(PEOPLE, foretold.drop("customer_id_right"))
    everyone = warehouse.table(PEOPLE).select("customer_id")
    ids: list[int] = warehouse.collect(everyone)["customer_id"].to_pylist()
    write_fact(warehouse, "attribute", _attributes(ids, as_of))


def write_fact(warehouse: Warehouse, fact: str, rows: Iterator[dict[str, Any]]) -> None:
    """Write one table of FACT_TABLES anew."""
    name, batches = FACT_TABLES[fact], batches_of(rows, SCHEMAS[fact])
    first = next(batches, None)
    # A shop without any needs no table, unless there is an older one to empty.
    if first is not None or warehouse.has(name):
        every = chain([first] if first else [], batches)
        warehouse.replace(name, pa.RecordBatchReader.from_batches(SCHEMAS[fact], every))


def find_fact(warehouse: Warehouse, fact: str) -> ir.Table | None:
    """Give what people did of one kind; None in a shop that never had any."""
    name = FACT_TABLES[fact]
    return warehouse.table(name) if warehouse.has(name) else None


def find_recent_events(warehouse: Warehouse, as_of: date) -> ir.Table | None:
    """Give visits of the last RECENT_DAYS days; None in a shop that never had any."""
    rows = find_fact(warehouse, "event")
    if rows is None:
        return None
    return rows.filter(rows.day >= ibis.date(as_of - timedelta(days=RECENT_DAYS)))


def batches_of(rows: Iterator[dict[str, Any]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Give rows as batches of one schema; what a row does not say is NULL."""
    while some := list(islice(rows, _PAGE)):
        yield pa.RecordBatch.from_pylist(some, schema=schema)


def _people(sources: Sources, buyers: ir.Table, leads: Sequence[CustomerInsightView]) -> ir.Table:
    names = [name for name in FIELDS if name not in _ADDED]
    schema = pa.schema([(name, _KINDS[FIELDS[name].kind]) for name in names])
    rows = [{name: getattr(lead, name) for name in names} for lead in leads]
    others = sources.warehouse.upload(pa.Table.from_pylist(rows, schema=schema))
    kinds = ibis.schema(others.schema())
    known = buyers.select(*names).cast(dict(kinds.items()))
    everyone = known.union(others.cast(dict(kinds.items())))
    joined = everyone.left_join(sources.traits, "customer_id").drop("customer_id_right")
    deciles = compute_customer_deciles(known).select("customer_id", "decile")
    began = compute_beginnings(sources.begun).select("customer_id", *_BEGAN)
    gone = compute_gone_by(sources.gone, sources.waits)
    for further in (deciles, gone, began, find_ranks_before(sources)):
        joined = joined.left_join(further, "customer_id").drop("customer_id_right")
    # Who never bought is not gone.
    joined = joined.mutate(is_gone=joined.is_gone.fill_null(ibis.literal(False)))
    return joined.mutate(as_of=ibis.literal(sources.as_of, "date"))


def _attributes(ids: Sequence[int], as_of: date) -> Iterator[dict[str, Any]]:
    if not customers.list_attributes():
        return
    for start in range(0, len(ids), _PAGE):
        found = customers.attributes_of(ids[start : start + _PAGE], as_of)
        for number, values in found.items():
            for value in values:
                answers = value.value if isinstance(value.value, tuple) else (value.value,)
                for answer in answers:
                    yield _attribute(number, value.key, value.kind.value, answer)


def _attribute(number: int, key: str, kind: str, answer: str | float) -> dict[str, Any]:
    is_number, is_day = kind == "number", kind == "date"
    return {
        "customer_id": number,
        "key": key,
        "text": None if is_number or is_day else str(answer),
        "number": float(answer) if is_number else None,
        "on": date.fromisoformat(str(answer)) if is_day else None,
    }
