"""Real order histories in the form the analysis reads; read where they lie, never copied."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

CLEAN = '"CustomerID" is not null and not starts_with("InvoiceNo", \'C\') '
CLEAN += 'and "Quantity" > 0 and "UnitPrice" > 0'


def online_retail_path(shared_data: Path) -> Path:
    found = sorted((shared_data / "online_retail").glob("*.parquet"))
    if not found:
        pytest.skip(f"Online Retail not found in {shared_data}/online_retail")
    return found[0]


def online_retail(path: Path, where: str) -> pa.Table:
    """One row per invoice in pence; `where` chooses lines by their own columns."""
    return duckdb.sql(f"""
        select cast("CustomerID" as bigint) as customer_id,
               cast(min("InvoiceDate") as date) as ordered_on,
               true as is_purchase, false as is_trial,
               cast(round(sum("Quantity" * cast("UnitPrice" as decimal(18, 3)) * 100)) as bigint)
                 as net_minor
        from read_parquet('{path}') where {where}
        group by "InvoiceNo", "CustomerID"
        """).to_arrow_table()


def cdnow(shared_data: Path) -> pa.Table:
    """One row per line of the CDNOW sample, in cents."""
    path = shared_data / "cdnow" / "cdnow_sample.csv.gz"
    if not path.is_file():
        pytest.skip(f"CDNOW not found at {path}")
    return duckdb.sql(f"select * from read_csv_auto('{path}')").to_arrow_table()


def to_cents(dollars: float) -> int:
    return int(Decimal(str(dollars)) * 100)
