"""What is foretold of each buyer, as the columns segment rules ask for."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from okaeri.insight.domain.segment_rules import FIELDS, FORECAST
from okaeri.insight.store import predictions

NAMES = tuple(name for name, field in FIELDS.items() if field.group == FORECAST)
_KINDS = {"int": pa.int64(), "float": pa.float64(), "date": pa.date32()}
_SCHEMA = pa.schema(
    [("customer_id", pa.int64()), *((name, _KINDS[FIELDS[name].kind]) for name in NAMES)]
)


def forecast_rows(computed: Mapping[str, Sequence[Any]] | None) -> pa.Table:
    """Give one row per foretold buyer: customer_id and `NAMES`.

    `computed` is what this refresh has foretold, not yet written down; None where it foretold
    nothing anew and the rows that pages show still hold.
    """
    if computed is None:
        batches = [_batch(rows) for rows in predictions.iter_columns(_SCHEMA.names)]
    else:
        batches = [_batch(computed)] if computed else []
    return pa.Table.from_batches(batches, schema=_SCHEMA)


def _batch(columns: Mapping[str, Sequence[Any]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [_array(columns[one.name], one) for one in _SCHEMA], schema=_SCHEMA
    )


def _array(values: Sequence[Any], field: pa.Field) -> pa.Array:
    # Days just computed are in the driver's form: text.
    if field.type == pa.date32() and values and isinstance(values[0], str):
        return pa.array(values, pa.string()).cast(field.type)
    return pa.array(values, field.type)
