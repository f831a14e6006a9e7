"""Orders as the analysis reads them, without a database."""

from collections.abc import Iterable
from datetime import date

import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("ordered_on", pa.date32()),
        ("is_purchase", pa.bool_()),
        ("is_trial", pa.bool_()),
        ("net_minor", pa.int64()),
    ]
)


def orders_table(rows: Iterable[tuple[int | None, date, int]]) -> pa.Table:
    """Accepted orders of (customer, day, net)."""
    listed = [(who, day, True, False, net) for who, day, net in rows]
    columns = list(zip(*listed, strict=True)) if listed else [()] * len(SCHEMA)
    return pa.table(
        [pa.array(c, type=f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA
    )
