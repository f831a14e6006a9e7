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
        select cast(regexp_extract("InvoiceNo", '[0-9]+') as bigint) as order_id,
               cast("CustomerID" as bigint) as customer_id,
               'shop' as source,
               cast(min("InvoiceDate") as date) as ordered_on,
               cast(hour(min("InvoiceDate")) as bigint) as ordered_hour,
               true as is_purchase, false as is_trial,
               cast(round(sum("Quantity" * cast("UnitPrice" as decimal(18, 3)) * 100)) as bigint)
                 as net_minor,
               -- The file knows neither costs nor discounts nor media: every fifth invoice has some.
               case when cast(regexp_extract("InvoiceNo", '[0-9]+') as bigint) % 5 = 0
                 then 1000 else 0 end as discount_minor,
               case when cast(regexp_extract("InvoiceNo", '[0-9]+') as bigint) % 3 > 0
                 then cast(round(sum("Quantity" * "UnitPrice" * 40)) as bigint) end as margin_minor,
               'media' || (cast("CustomerID" as bigint) % 4) as media_code,
               case when cast("CustomerID" as bigint) % 7 = 0 then 'S' || "CustomerID" else '' end
                 as subscription_no,
               case when cast("CustomerID" as bigint) % 7 = 0
                 then cast(regexp_extract("InvoiceNo", '[0-9]+') as bigint) % 6 + 1 end as delivery_no,
               cast(min("InvoiceDate") as date) + 1 as shipped_on,
               case when cast(regexp_extract("InvoiceNo", '[0-9]+') as bigint) % 3 > 0
                 then cast(min("InvoiceDate") as date) + 3 end as delivered_on
        from read_parquet('{path}') where {where}
        group by "InvoiceNo", "CustomerID"
        """).to_arrow_table()


def online_retail_lines(path: Path, where: str) -> pa.Table:
    """One row per line of the same invoices in pence."""
    return duckdb.sql(f"""
        select cast(regexp_extract("InvoiceNo", '[0-9]+') as bigint) as order_id,
               row_number() over (partition by "InvoiceNo" order by "StockCode", "Quantity",
                 "UnitPrice", "Description") as line_no,
               "StockCode" as sku, "Description" as product_name,
               cast("Quantity" as bigint) as quantity,
               cast(round("Quantity" * cast("UnitPrice" as decimal(18, 3)) * 100) as bigint)
                 as amount_minor
        from read_parquet('{path}') where {where}
        """).to_arrow_table()


def online_retail_products(path: Path) -> pa.Table:
    """One row per stock code with its dearest price and a category of our own making."""
    return duckdb.sql(f"""
        select "StockCode" as sku, min("Description") as name,
               'group ' || left("StockCode", 2) as category,
               cast(round(max("UnitPrice") * 100) as bigint) as price_minor,
               cast(round(max("UnitPrice") * 40) as bigint) as cost_minor,
               cast(30 as bigint) as days_supply, false as is_trial, false as is_sample
        from read_parquet('{path}') group by "StockCode"
        """).to_arrow_table()


def cdnow(shared_data: Path) -> pa.Table:
    """One row per line of the CDNOW sample, in cents."""
    path = shared_data / "cdnow" / "cdnow_sample.csv.gz"
    if not path.is_file():
        pytest.skip(f"CDNOW not found at {path}")
    return duckdb.sql(f"select * from read_csv_auto('{path}')").to_arrow_table()


def to_cents(dollars: float) -> int:
    return int(Decimal(str(dollars)) * 100)
