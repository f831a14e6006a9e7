"""Any other file, read through a mapping {our field: column name} that somebody drew up once.

Four names that are no fields say how to read: `@cancel_prefix` (order numbers that begin so are
returns), `@date_order` (mdy or dmy), `@tax` (excluded where prices are without tax) and `@use`
(analysis where the orders are a mall's).
"""

from collections.abc import Mapping
from dataclasses import replace

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import FIELDS, Connector

OPTIONS = ("@cancel_prefix", "@date_order", "@tax", "@use")
_REQUIRED = ("order_no", "ordered_at", "sku", "quantity")
_UNKNOWN = Text(
    "列の対応付けに使えない名前があります: {names}",
    "The mapping has names that are not known: {names}.",
)
_MISSING = Text(
    "列の対応付けに {names} が必要です。",
    "The mapping needs {names}.",
)

NAME = Text("列を選んで取り込む", "Choose the columns")
NOTE = Text(
    "どの列が何かを一度選ぶと、同じ形のファイルは次から自動で読めます。",
    "Say once which column is which; files of the same layout are then recognised.",
)
mapped = Connector(key="mapped", name=NAME, note=NOTE, columns={}, required=_REQUIRED, signature=())
mapped_mall = replace(
    mapped,
    key="mapped_mall",
    name=Text("列を選んで取り込む(モールの注文)", "Choose the columns (a mall's orders)"),
    is_analysis_only=True,
)


def connector_of(mapping: Mapping[str, str]) -> Connector:
    """Give the connector a mapping describes, or say which names are unknown or missing."""
    unknown = [name for name in mapping if name not in FIELDS and name not in OPTIONS]
    if unknown:
        raise InputError(_UNKNOWN.format(names=", ".join(sorted(unknown))))
    missing = [name for name in _REQUIRED if not mapping.get(name)]
    if not mapping.get("unit_price") and not mapping.get("amount"):
        missing.append("unit_price")
    if missing:
        raise InputError(_MISSING.format(names=", ".join(missing)))
    return replace(
        mapped_mall if mapping.get("@use") == "analysis" else mapped,
        columns={name: (column,) for name, column in mapping.items() if name in FIELDS and column},
        required=tuple(name for name in mapping if name in FIELDS and mapping[name]),
        is_tax_excluded=mapping.get("@tax") == "excluded",
        cancel_prefix=mapping.get("@cancel_prefix", ""),
        date_order=mapping.get("@date_order", "ymd"),
    )
