"""Columns of the tables `insight.analyses.shop_tables` uploads, or reads where a shop has none yet."""

import pyarrow as pa

LINE = pa.schema(
    [
        ("order_id", pa.int64()),
        ("line_no", pa.int64()),
        ("sku", pa.string()),
        ("product_name", pa.string()),
        ("quantity", pa.int64()),
        ("amount_minor", pa.int64()),
    ]
)
PRODUCT = pa.schema(
    [
        ("sku", pa.string()),
        ("name", pa.string()),
        ("category", pa.string()),
        ("price_minor", pa.int64()),
        ("cost_minor", pa.int64()),
        ("days_supply", pa.int64()),
        ("is_trial", pa.bool_()),
        ("is_sample", pa.bool_()),
    ]
)
CYCLE = pa.schema([("sku", pa.string()), ("cycle_days", pa.float64())])
AREA = pa.schema([("order_id", pa.int64()), ("prefecture", pa.string()), ("postal3", pa.string())])
ENDED = pa.schema(
    [("source", pa.string()), ("subscription_no", pa.string()), ("ended_on", pa.date32())]
)
# Columns of orders that tell the deliveries of a contract.
DELIVERED = pa.schema(
    [
        ("source", pa.string()),
        ("subscription_no", pa.string()),
        ("ordered_on", pa.date32()),
        ("is_purchase", pa.bool_()),
        ("delivery_no", pa.int64()),
    ]
)
