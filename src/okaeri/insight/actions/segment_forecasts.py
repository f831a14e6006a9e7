"""What is foretold of each buyer, as the columns segment rules ask for."""

import pyarrow as pa

from okaeri.insight.domain.segment_rules import FIELDS, FORECAST
from okaeri.insight.store import predictions

NAMES = tuple(name for name, field in FIELDS.items() if field.group == FORECAST)
_KINDS = {"int": pa.int64(), "float": pa.float64(), "date": pa.date32()}
_SCHEMA = pa.schema(
    [("customer_id", pa.int64()), *((name, _KINDS[FIELDS[name].kind]) for name in NAMES)]
)


def forecast_rows(computed: pa.Table | None) -> pa.Table:
    """Give one row per foretold buyer: customer_id and `NAMES`.

    `computed` is what this refresh has foretold, not yet written down; None where it foretold
    nothing anew and the rows that pages show still hold.
    """
    if computed is not None:
        found = computed.select(_SCHEMA.names) if len(computed) else _SCHEMA.empty_table()
        return found.cast(_SCHEMA)
    pages = predictions.iter_columns(_SCHEMA.names)
    batches = [pa.RecordBatch.from_pydict(page, schema=_SCHEMA) for page in pages]
    return pa.Table.from_batches(batches, schema=_SCHEMA)
