"""The columnar form between reading a file and storing it: one schema for files and live orders."""

import pyarrow as pa

_TEXT = pa.string()
_MONEY = pa.int64()

# One row per distinct contact of the file; `party_no` counts from 0.
PARTIES = pa.schema(
    [("party_no", pa.int64()), ("fingerprint", _TEXT), ("source", _TEXT)]
    + [
        (name, _TEXT)
        for name in (
            "member_no", "email", "email_key", "phone", "phone_key", "line_user_id", "family_name",
            "given_name", "family_kana", "given_kana", "postal_code", "prefecture", "address",
        )
    ]
    + [("birth_on", pa.date32()), ("email_opt_in", pa.bool_())]
    # When a file of customers says so; orders say it of everybody else.
    + [("stated_at", pa.timestamp("s"))]
    # The earliest of what was said of it beside orders, and when its source registered it.
    + [("known_at", pa.timestamp("s")), ("registered_at", pa.timestamp("s"))]
    # Unknown columns of a file of customers, a JSON object of texts; null where nothing could say.
    + [("extra", _TEXT)]
)  # fmt: skip

# One row per order; `order_ref` counts from 0 in the file's order; instants are UTC, whole seconds.
# `party_no` is null for an order without a contact.
ORDERS = pa.schema(
    [
        ("order_ref", pa.int64()), ("source", _TEXT), ("order_no", _TEXT), ("party_no", pa.int64()),
        ("ordered_at", pa.timestamp("s")), ("ordered_on", pa.date32()), ("status", _TEXT),
        ("status_word", _TEXT), ("is_purchase", pa.bool_()), ("currency", _TEXT),
        ("lines_minor", _MONEY), ("lines_tax_minor", _MONEY),
        ("discount_minor", _MONEY), ("points_minor", _MONEY), ("shipping_minor", _MONEY),
        ("refunded_minor", _MONEY), ("total_minor", _MONEY), ("net_minor", _MONEY),
        ("subscription_no", _TEXT), ("delivery_no", pa.int64()), ("media_code", _TEXT),
        ("shipped_on", pa.date32()), ("delivered_on", pa.date32()), ("extra", _TEXT),
        ("content_hash", _TEXT),
        # When the source changed it last, where the file says so.
        ("updated_at", pa.timestamp("s")),
    ]
)  # fmt: skip

# One row per product on an order.
LINES = pa.schema(
    [
        ("order_ref", pa.int64()), ("line_no", pa.int64()), ("sku", _TEXT), ("product_name", _TEXT),
        ("quantity", pa.int64()), ("unit_price_minor", _MONEY), ("amount_minor", _MONEY),
    ]
)  # fmt: skip

PRODUCTS = pa.schema(
    [
        ("sku", _TEXT), ("name", _TEXT), ("category", _TEXT), ("price_minor", _MONEY),
        ("cost_minor", _MONEY), ("days_supply", pa.int64()), ("is_trial", pa.bool_()),
        ("is_sample", pa.bool_()), ("stock", pa.int64()), ("url", _TEXT),
        # Unknown columns of the file, a JSON object of texts.
        ("extra", _TEXT),
    ]
)  # fmt: skip
