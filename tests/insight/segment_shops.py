"""Random people who do random things, and random rules about them, for Hypothesis."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
from hypothesis import strategies as st

from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.domain.segment_rules import ATTRIBUTE_COLUMNS, FACTS, FIELDS, Field, Person
from okaeri.insight.types import FreshnessBand, Stage

DAY = date(2026, 3, 1)
_TYPES = {
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "text": pa.string(),
    "choice": pa.string(),
    "birthday": pa.int64(),
}
# A little of everything: few values, so that rules often meet somebody.
_INT, _FLOAT = st.integers(-1, 4), st.sampled_from([0.0, 0.5, 1.0, 2.0])
_TEXT = st.sampled_from(["A", "B", "AB"])
_DATE = st.integers(-4, 8).map(lambda n: DAY - timedelta(days=n))
PERSON_KINDS: dict[str, str] = {
    "stage": "choice",
    "is_lapsed": "bool",
    "first_kind": "choice",
    "first_sku": "text",
    "first_day_orders": "int",
    "second_on": "date",
    "recency_days": "int",
    "net_minor": "int",
    "cycle_days": "float",
    "freshness_band": "choice",
    "birthday": "birthday",
    "prefecture": "text",
    "p_alive": "float",
    "value_365_minor": "int",
    "next_on": "date",
    "best_hour": "int",
}
_CHOICES: dict[str, list[str]] = {
    "stage": [one.value for one in Stage],
    "first_kind": list(FIELDS["first_kind"].choices),
    "freshness_band": [one.value for one in FreshnessBand],
}


def _values(kind: str, choices: Sequence[str]) -> st.SearchStrategy[Any]:
    if kind == "choice":
        return st.sampled_from(list(choices))
    if kind == "birthday":
        return st.sampled_from([228, 229, 301, 302, 615])
    plain: dict[str, st.SearchStrategy[Any]] = {
        "int": _INT,
        "float": _FLOAT,
        "bool": st.booleans(),
        "text": _TEXT,
        "date": _DATE,
    }
    return plain[kind]


def _column(field: Field) -> st.SearchStrategy[Any]:
    return st.none() | _values(field.kind, list(field.choices))


def _rows_of(columns: Mapping[str, Field]) -> st.SearchStrategy[list[dict[str, Any]]]:
    row = {name: _column(field) for name, field in columns.items()}
    return st.lists(st.fixed_dictionaries({"day": _DATE, **row}), max_size=4)


ALL_FACTS = {name: fact.columns for name, fact in FACTS.items()} | {"attribute": ATTRIBUTE_COLUMNS}
PEOPLE = st.lists(
    st.builds(
        Person,
        st.fixed_dictionaries(
            {
                name: st.none() | _values(kind, _CHOICES.get(name, []))
                for name, kind in PERSON_KINDS.items()
            }
        ),
        st.fixed_dictionaries({name: _rows_of(columns) for name, columns in ALL_FACTS.items()}),
    ),
    min_size=1,
    max_size=8,
)


def upload(warehouse: Warehouse, people: Sequence[Person]) -> tuple[ir.Table, dict[str, ir.Table]]:
    """Make the same people tables, as bulk rules read them; a person's id is his place from 1."""
    numbered = [{"customer_id": n, **one.columns} for n, one in enumerate(people, start=1)]
    schema = pa.schema(
        [("customer_id", pa.int64()), *((n, _TYPES[k]) for n, k in PERSON_KINDS.items())]
    )
    facts = {}
    for name, columns in ALL_FACTS.items():
        rows = [
            {"customer_id": number, **row}
            for number, one in enumerate(people, start=1)
            for row in one.facts[name]
        ]
        types = [(column, _TYPES[field.kind]) for column, field in columns.items()]
        kinds = pa.schema([("customer_id", pa.int64()), ("day", pa.date32()), *types])
        facts[name] = warehouse.upload(pa.Table.from_pylist(rows, schema=kinds))
    return warehouse.upload(pa.Table.from_pylist(numbered, schema=schema)), facts


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _comparison(name: str, kind: str, choices: Sequence[str]) -> st.SearchStrategy[dict[str, Any]]:
    def said(
        op: st.SearchStrategy[str], value: st.SearchStrategy[Any]
    ) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries({"field": st.just(name), "op": op, "value": value})

    value = _values(kind, choices).map(_json)
    equal = st.sampled_from(["=", "!="])
    if kind == "birthday":
        return (
            said(st.just("next_days"), st.integers(0, 3))
            | said(st.just("month"), st.integers(2, 3))
            | said(equal, st.none())
        )
    found = said(equal, st.none() | value) | said(
        st.just("in"), st.lists(value, min_size=1, max_size=3)
    )
    if kind == "text":
        found |= said(st.just("contains"), value)
    if kind in ("int", "float", "date"):
        found |= said(st.sampled_from(["<", "<=", ">", ">="]), value)
    if kind == "date":
        relative = st.sampled_from(["last_days", "before_days", "next_days"])
        found |= said(relative, st.integers(0, 4))
    return found


def _of_columns(columns: Mapping[str, Field]) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(sorted(columns)).flatmap(
        lambda name: _comparison(name, columns[name].kind, list(columns[name].choices))
    )


def _plain(fact: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    # A thing's own day is asked by the period; relative days are for columns of people.
    return st.lists(_of_columns(FACTS[fact].columns), max_size=2)


_FACT = st.sampled_from(sorted(FACTS))
# What holds now has no period and no order.
_TIMED = st.sampled_from(sorted(name for name, fact in FACTS.items() if not fact.is_standing))


@st.composite
def _dids(draw: st.DrawFn) -> dict[str, Any]:
    fact = draw(_FACT)
    sums = [f"sum:{n}" for n, c in FACTS[fact].columns.items() if c.kind == "int"]
    measure = draw(st.sampled_from(["rows", "days", "share", *sums]))
    rule: dict[str, Any] = {"did": fact, "where": draw(_plain(fact)), "measure": measure}
    rule["op"] = draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]))
    rule["value"] = draw(_FLOAT if measure == "share" else st.integers(0, 3))
    if FACTS[fact].is_standing:
        return rule
    if draw(st.booleans()):
        rule["last_days"] = draw(st.integers(1, 6))
    else:
        days = sorted(draw(st.lists(_DATE, min_size=2, max_size=2)))
        rule |= {"since": days[0].isoformat(), "until": days[1].isoformat()}
    return rule


@st.composite
def _follows(draw: st.DrawFn) -> dict[str, Any]:
    start, then = draw(_TIMED), draw(_TIMED)
    rule: dict[str, Any] = {
        draw(st.sampled_from(["first", "last"])): {"did": start, "where": draw(_plain(start))},
        "then": {"did": then, "where": draw(_plain(then))},
        "happened": draw(st.booleans()),
    }
    if draw(st.booleans()):
        rule["within_days"] = draw(st.integers(1, 4))
    return rule


def _fields() -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(sorted(PERSON_KINDS)).flatmap(
        lambda name: _comparison(name, PERSON_KINDS[name], _CHOICES.get(name, []))
    )


def _attributes() -> st.SearchStrategy[dict[str, Any]]:
    kinds = {"attribute:A": "text", "attribute:B": "float", "attribute:AB": "date"}
    return st.sampled_from(sorted(kinds)).flatmap(lambda name: _comparison(name, kinds[name], []))


TREES = st.recursive(
    _fields() | _dids() | _follows() | _attributes() | st.just({"segment": 1}),
    lambda part: (
        st.fixed_dictionaries({"all": st.lists(part, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"any": st.lists(part, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"not": part})
    ),
    max_leaves=6,
)
