"""What segment rules read, written at each refresh and read back by pages between refreshes.

Orders and lines are the warehouse's own; the tables written here hold one row per person
(`segment_people`) and one row per thing a person did. All go by the live customer id.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, timedelta
from itertools import chain, islice
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from okaeri.customers import api as customers
from okaeri.insight.actions.segment_forecasts import NAMES as FORECASTS
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.segment_rules import ATTRIBUTE_COLUMNS, FACTS, FIELDS, Field
from okaeri.insight.features.deciles import compute_customer_deciles
from okaeri.insight.types import CustomerInsightView, SegmentAnswer
from okaeri.intake import api as intake
from okaeri.intake.types import SubscriptionRecord

PEOPLE = "segment_people"
# Fact → the table it is kept in; "order" and "item" are made from orders and lines.
FACT_TABLES = {
    "attribute": "segment_attributes",
    "subscription": "segment_subscriptions",
    "event": "segment_events",
    "answer": "segment_answers",
}
# Tables that say more of a person than numbers: erasing him empties them of him at once.
PERSONAL_TABLES = (PEOPLE, *FACT_TABLES.values())
# Older visits tell little of today's interest, and there are many.
EVENT_DAYS = 400
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
_PROFILE = ("birthday", "prefecture", "known_on")
_ADDED = (*_PROFILE, *FORECASTS, "decile", "as_of")
Answers = Callable[[], Iterable[SegmentAnswer]]


def _schema(columns: dict[str, Field] | Iterable[tuple[str, Field]]) -> pa.Schema:
    pairs = columns.items() if isinstance(columns, dict) else columns
    own = [(name, _KINDS[field.kind]) for name, field in pairs]
    return pa.schema([("customer_id", pa.int64()), ("day", pa.date32()), *own])


SCHEMAS = {name: _schema(dict(fact.columns)) for name, fact in FACTS.items()}
SCHEMAS["attribute"] = _schema(ATTRIBUTE_COLUMNS)


def write_tables(
    sources: Sources,
    buyers: ir.Table,
    leads: Sequence[CustomerInsightView],
    answers: Answers | None,
    forecasts: pa.Table,
) -> None:
    """Write every table anew; `buyers` has the columns of CustomerInsight but as_of.

    `forecasts` is what `forecast_rows` gives.
    """
    warehouse, as_of = sources.warehouse, sources.as_of
    people = _people(sources, buyers, leads)
    foretold = people.left_join(warehouse.upload(forecasts), "customer_id")
    warehouse.replace(PEOPLE, foretold.drop("customer_id_right"))
    everyone = warehouse.table(PEOPLE).select("customer_id")
    ids: list[int] = warehouse.collect(everyone)["customer_id"].to_pylist()
    rows: dict[str, Iterator[dict[str, Any]]] = {
        "attribute": _attributes(ids, as_of),
        "subscription": _subscriptions(),
        "event": _events(as_of),
        "answer": _answers(answers),
    }
    for fact, found in rows.items():
        name, batches = FACT_TABLES[fact], _batches(found, SCHEMAS[fact])
        first = next(batches, None)
        # A shop without any needs no table, unless there is an older one to empty.
        if first is not None or warehouse.has(name):
            every = chain([first] if first else [], batches)
            warehouse.replace(name, pa.RecordBatchReader.from_batches(SCHEMAS[fact], every))


def _batches(rows: Iterator[dict[str, Any]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
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
    joined = joined.left_join(deciles, "customer_id").drop("customer_id_right")
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


def _subscriptions() -> Iterator[dict[str, Any]]:
    after = 0
    while page := intake.list_subscriptions_after(after, 1000):
        owners = customers.customers_of_parties(
            [one.party_id for one in page if one.party_id is not None]
        )
        for one in page:
            owner = owners.get(one.party_id or 0)
            if owner is not None:
                yield from ({"customer_id": owner, **row} for row in contract_rows(one))
        after = page[-1].change_no


def contract_rows(one: SubscriptionRecord) -> Iterator[dict[str, Any]]:
    """Give what happened to a contract, each with the deliveries up to and on that day.

    Of a source that says only when the contract began and ended, two rows are made.
    """
    plain = {"sku": one.sku, "is_active": one.status == "active"}
    happened = {(event.kind, event.occurred_on): event for event in one.events}
    days = sorted(event.occurred_on for event in one.events if event.kind == "delivered")
    told = [(kind, day, event.delivery_no, event.reason) for (kind, day), event in happened.items()]
    for kind, day, reason in (
        ("started", one.started_on, ""),
        ("cancelled", one.cancelled_on, one.cancel_reason),
    ):
        if day is not None and not any(event.kind == kind for event in one.events):
            told.append((kind, day, None, reason))
    for kind, day, delivery_no, reason in told:
        so_far = delivery_no if kind == "delivered" and delivery_no else _up_to(days, day)
        yield {**plain, "kind": kind, "day": day, "delivery_no": so_far, "reason": reason}


def _up_to(days: Sequence[date], day: date) -> int:
    return sum(1 for one in days if one <= day)


def _events(as_of: date) -> Iterator[dict[str, Any]]:
    if intake.last_event_at() is None:
        return
    since = as_of - timedelta(days=EVENT_DAYS)
    for batch in intake.read_event_batches(0):
        rows = [row for row in batch.to_pylist() if since <= row["occurred_on"] <= as_of]
        named = customers.customers_of_parties(
            [row["party_id"] for row in rows if row["party_id"] is not None]
        )
        places = {
            (row["device_id"], row["occurred_at"].replace(tzinfo=UTC))
            for row in rows
            if row["party_id"] is None
        }
        owners = customers.customers_of_devices(places)
        for row in rows:
            if row["party_id"] is None:
                owner = owners.get((row["device_id"], row["occurred_at"].replace(tzinfo=UTC)))
            else:
                owner = named.get(row["party_id"])
            if owner is not None:
                columns = {name: row[name] for name in FACTS["event"].columns}
                yield {"customer_id": owner, "day": row["occurred_on"], **columns}


def _answers(answers: Answers | None) -> Iterator[dict[str, Any]]:
    for one in answers() if answers else ():
        yield {
            "customer_id": one.customer_id,
            "day": one.day,
            "question": one.question,
            "score": one.score,
        }
