"""The Online Retail file: a gift shop's 541,909 lines of 2010-12-01 to 2011-12-09 (Chen 2015)."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri_simulator.sources.line_table import LINES, LineTable

COLUMNS = (
    "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID",
)  # fmt: skip
_FORMATS = ("%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M")
_NO_DATES = Text(
    "InvoiceDate 列の日付を読めません。例: 2010-12-01 08:26:00",
    "The dates of column InvoiceDate cannot be read; an example: 2010-12-01 08:26:00",
)


def is_online_retail(path: Path) -> bool:
    """Tell whether the file has the columns of Online Retail."""
    return set(COLUMNS) <= set(_column_names(path))


def read_online_retail(path: Path) -> LineTable:
    """Read the file (CSV or Parquet); raises InputError where its dates cannot be read."""
    table = _read_parquet(path) if path.suffix == ".parquet" else _read_csv(path)
    members = table["CustomerID"]
    lines = pa.table(
        [
            table["InvoiceNo"],
            table["InvoiceDate"],
            table["StockCode"],
            pc.fill_null(table["Description"], ""),
            table["Quantity"],
            table["UnitPrice"],
            members,
        ],
        schema=LINES,
    )
    return LineTable(
        name="Online Retail",
        lines=lines.sort_by([("ordered_at", "ascending"), ("order_no", "ascending")]),
        currency="GBP",
        zone=ZoneInfo("Europe/London"),
        figures=published_figures(lines),
    )


def published_figures(lines: pa.Table) -> dict[str, int | float]:
    """Count what the literature counts of this file. "Clean" rows have a customer, a quantity and a
    price above zero and are no cancellation; revenue in pounds.
    """
    prices = pc.cast(lines["unit_price"], pa.float64())
    has_customer = pc.not_equal(lines["member_no"], "")
    is_cancel = pc.starts_with(lines["order_no"], "C")
    is_sale = pc.and_(pc.greater(lines["quantity"], 0), pc.greater(prices, 0))
    is_clean = pc.and_(pc.and_(has_customer, is_sale), pc.invert(is_cancel))
    clean = lines.filter(is_clean)
    revenue = pc.sum(pc.multiply(prices.filter(is_clean), clean["quantity"]))
    return {
        "rows": lines.num_rows,
        "rows_without_customer": lines.num_rows - pc.sum(has_customer).as_py(),
        "customers": pc.count_distinct(lines["member_no"].filter(has_customer)).as_py(),
        "invoices": pc.count_distinct(lines["order_no"]).as_py(),
        "cancel_rows": pc.sum(is_cancel).as_py(),
        "clean_rows": clean.num_rows,
        "clean_customers": pc.count_distinct(clean["member_no"]).as_py(),
        "clean_invoices": pc.count_distinct(clean["order_no"]).as_py(),
        "clean_revenue": round(revenue.as_py(), 3),
    }


def _column_names(path: Path) -> list[str]:
    if path.suffix == ".parquet":
        return list(pq.read_schema(path).names)
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return [name.strip().strip('"') for name in file.readline(10_000).split(",")]


def _read_parquet(path: Path) -> pa.Table:
    return _in_shape(pq.read_table(path, columns=list(COLUMNS)))


def _read_csv(path: Path) -> pa.Table:
    options = csv.ConvertOptions(
        column_types=dict.fromkeys(COLUMNS, pa.string()), include_columns=list(COLUMNS)
    )
    table = csv.read_csv(path, convert_options=options)
    stamps = table["InvoiceDate"]
    for pattern in _FORMATS:
        parsed = pc.strptime(stamps, pattern, "s", error_is_null=True)
        if not parsed.null_count:
            place = table.schema.get_field_index("InvoiceDate")
            return _in_shape(table.set_column(place, "InvoiceDate", parsed))
    raise InputError(_NO_DATES)


def _in_shape(table: pa.Table) -> pa.Table:
    """Give text, whole numbers and seconds; a missing customer is "" (the file also writes 0)."""
    columns = {
        name: table[name].cast(pa.string())
        for name in ("InvoiceNo", "StockCode", "Description", "UnitPrice")
    }
    member = pc.fill_null(table["CustomerID"].cast(pa.string()), "")
    member = pc.replace_substring_regex(member, r"\.0$", "")
    return pa.table(
        {
            **columns,
            "InvoiceDate": table["InvoiceDate"].cast(pa.timestamp("s")),
            "Quantity": table["Quantity"].cast(pa.int64()),
            "CustomerID": pc.if_else(pc.is_in(member, pa.array(["0", "-1"])), "", member),
        }
    )
