"""Lines of new and changed orders."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from okaeri.foundation.bulk import insert_columns
from okaeri.intake.models import OrderLine

_PLAIN = ("line_no", "sku", "product_name", "quantity", "unit_price_minor", "amount_minor")


def write_lines(
    batch: pa.RecordBatch, order_ids: Sequence[int], costs: Mapping[str, int | None]
) -> None:
    """Insert the lines whose order was written (`order_ids` by order ref, 0 for an unchanged one)."""
    ids = list(map(order_ids.__getitem__, batch["order_ref"].to_pylist()))
    if 0 in ids:
        kept = [i for i, order_id in enumerate(ids) if order_id]
        batch = batch.take(pa.array(kept, pa.int64()))
        ids = [ids[i] for i in kept]
    columns = {"order_id": ids} | {name: batch[name].to_pylist() for name in _PLAIN}
    columns["cost_minor"] = list(map(costs.get, columns["sku"])) if costs else [None] * len(ids)
    insert_columns(OrderLine._meta.db_table, columns)
