"""What stations above hand in of how people answered: the rows `measure_ages` and `measure_voices` read."""

import pyarrow as pa

# One row per person (his live number) and channel: marketing that left, opened and clicked of it.
REACTIONS = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("channel", pa.string()),
        ("sent", pa.int64()),
        ("opened", pa.int64()),
        ("clicked", pa.int64()),
    ]
)
