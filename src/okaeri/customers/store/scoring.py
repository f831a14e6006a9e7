"""The model of `domain.matching` over many customers: Splink on an in-memory DuckDB, no pandas."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from okaeri.customers.domain.matching import (
    BLOCKS,
    COLUMNS,
    DOUBLES_PER_CUSTOMER,
    LEVELS,
    MOST_ALIKE,
)
from okaeri.foundation.warehouse import duckdb_settings

SCHEMA = pa.schema([("id", pa.int64()), *((column, pa.string()) for column in COLUMNS)])
_NOT_TRAINED_ON_PURPOSE = "never"
_HIGHEST_PRIOR = 0.001


class Scored(NamedTuple):
    """One pair (left < right) with what the model says, per field the level that held and its bits."""

    left: int
    right: int
    probability: float
    agreements: dict[str, str]
    weights: dict[str, float]


def score(people: pa.Table, at_least: float) -> Iterator[Scored]:
    """Give every pair whose probability is `at_least`; `people` in the form of `SCHEMA`."""
    if people.num_rows < 2:
        return
    # Splink takes half a second to import, and only this job needs it.
    from splink import DuckDBAPI, Linker  # noqa: PLC0415

    with (
        tempfile.TemporaryDirectory(prefix="okaeri-matching-") as scratch,
        duckdb.connect(":memory:", config=duckdb_settings(Path(scratch))) as connection,
    ):
        database = DuckDBAPI(connection=connection)
        rows = database.register(_with_hints(connection, people))
        linker = Linker(rows, _settings(people.num_rows), log_level="ERROR")
        found = linker.inference.predict(
            threshold_match_probability=at_least, warning_mode=_NOT_TRAINED_ON_PURPOSE
        )
        reader = connection.sql(f"SELECT * FROM {found.physical_name}").to_arrow_reader(50_000)  # noqa: S608
        for batch in reader:
            yield from (_scored(row) for row in batch.to_pylist())


def _with_hints(connection: duckdb.DuckDBPyConnection, people: pa.Table) -> pa.Table:
    """Add per block whether what a person has there is a hint: shared by few (`MOST_ALIKE`)."""
    connection.register("people", people)
    told = []
    for number, block in enumerate(BLOCKS):
        columns = ", ".join(block)
        known = " AND ".join(f"{column} IS NOT NULL" for column in block)
        connection.execute(
            f"CREATE TEMP TABLE crowd_{number} AS SELECT {columns} FROM people WHERE {known} "  # noqa: S608
            f"GROUP BY {columns} HAVING count(*) > {MOST_ALIKE}"
        )
        same = " AND ".join(f"crowd.{column} = people.{column}" for column in block)
        told.append(
            f"NOT EXISTS (SELECT 1 FROM crowd_{number} AS crowd WHERE {same}) AS hint_{number}"  # noqa: S608
        )
    found = connection.sql(f"SELECT *, {', '.join(told)} FROM people")  # noqa: S608
    return found.to_arrow_table()


def _scored(row: dict[str, Any]) -> Scored:
    agreements, weights = {}, {}
    for field, (_, levels) in LEVELS.items():
        gamma = row[f"gamma_{field}"]
        if gamma < 0:
            agreements[field], weights[field] = "missing", 0.0
        else:
            level = levels[len(levels) - 1 - gamma]
            agreements[field] = level.agreement
            weights[field] = row[f"mw_{field}"]
    left, right = sorted((row["id_l"], row["id_r"]))
    return Scored(left, right, row["match_probability"], agreements, weights)


def _settings(customers: int) -> dict[str, Any]:
    prior = min(_HIGHEST_PRIOR, 2 * DOUBLES_PER_CUSTOMER / customers)
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": prior,
        "blocking_rules_to_generate_predictions": [
            {
                "blocking_rule": " and ".join(
                    [*(f"l.{c} = r.{c}" for c in block), f"l.hint_{number}"]
                )
            }
            for number, block in enumerate(BLOCKS)
        ],
        "comparisons": [_comparison(field, *LEVELS[field]) for field in LEVELS],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
    }


def _comparison(field: str, missing: str, levels: Sequence[Any]) -> dict[str, Any]:
    return {
        "output_column_name": field,
        "comparison_levels": [
            {"sql_condition": missing, "label_for_charts": "missing", "is_null_level": True},
            *(
                {
                    "sql_condition": level.sql,
                    "label_for_charts": level.agreement,
                    "m_probability": level.m,
                    "u_probability": level.u,
                }
                for level in levels
            ),
        ],
    }
