"""A real shop's year into a shop of ours: every line, order and person (Online Retail, UCI).

541,909 lines of 25,900 invoices through a column mapping, then resolved to people. pandas reads the same
file and writes orders, lines and customers under the same unique indexes.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from bench.sides import SHARED, Watch, compare, open_shop, report, run_side

SOURCE = SHARED / "online_retail" / "online_retail_2010_2011.parquet"
_MAPPING = {
    "order_no": "InvoiceNo", "sku": "StockCode", "product_name": "Description",
    "quantity": "Quantity", "ordered_at": "InvoiceDate", "unit_price": "UnitPrice",
    "member_no": "CustomerID", "@cancel_prefix": "C",
}  # fmt: skip


def write_csv(path: Path) -> None:
    """Write the real file's rows as CSV."""
    import pyarrow as pa
    import pyarrow.csv as arrow_csv
    import pyarrow.parquet as pq

    table = pq.read_table(SOURCE)
    place = table.schema.get_field_index("InvoiceDate")
    instants = table["InvoiceDate"].cast(pa.timestamp("s")).cast(pa.string())
    arrow_csv.write_csv(table.set_column(place, "InvoiceDate", instants), path)


def run_ours(path: Path) -> None:
    """Import the file and resolve its people."""
    open_shop()
    from okaeri.customers import api as customers
    from okaeri.foundation import clock
    from okaeri.foundation.settings import ShopProfile, save, specs_of
    from okaeri.intake import api as intake

    specs = {spec.key: spec for spec in specs_of(ShopProfile).values()}
    save(specs, {"shop.currency": "GBP", "shop.time_zone": "Europe/London"})
    watch = Watch()
    result = intake.import_file(path, mapping=_MAPPING)
    while customers.resolve_new_parties(clock.now()):
        pass
    used = watch.read()
    print(f"  {result.orders_new:,} orders, {customers.count_customers():,} people")
    report(count=result.rows, **used)


def run_pandas(path: Path) -> None:
    """Load with pandas.read_csv and DataFrame.to_sql into three tables."""
    import pandas as pd

    watch = Watch()
    kinds: dict[str, Any] = {"InvoiceNo": str, "StockCode": str, "CustomerID": "Int64"}
    frame = pd.read_csv(path, dtype=kinds)
    local = pd.to_datetime(frame["InvoiceDate"], format="%Y-%m-%d %H:%M:%S")
    frame["InvoiceDate"] = local.dt.tz_localize("Europe/London").dt.tz_convert("UTC")
    frame["Amount"] = frame["Quantity"] * frame["UnitPrice"]
    frame["Line"] = frame.groupby("InvoiceNo").cumcount() + 1
    orders = frame.drop_duplicates("InvoiceNo")[["InvoiceNo", "InvoiceDate", "CustomerID"]]
    sums = frame.groupby("InvoiceNo", sort=False)["Amount"].sum()
    orders = orders.assign(Net=sums.reindex(orders["InvoiceNo"]).to_numpy())
    people = frame[["CustomerID"]].dropna().drop_duplicates()
    lines = frame.drop(columns=["InvoiceDate", "CustomerID", "Country"])
    with sqlite3.connect(path.with_suffix(".pandas.db")) as database:
        for name, table, unique in (
            ("people", people, "CustomerID"),
            ("orders", orders, "InvoiceNo"),
            ("order_lines", lines, "InvoiceNo, Line"),
        ):
            table.head(0).to_sql(name, database, index=False)
            database.execute(f"CREATE UNIQUE INDEX one_{name} ON {name} ({unique})")
            table.to_sql(name, database, index=False, if_exists="append", chunksize=50_000)
    report(count=len(frame), **watch.read())


def main() -> None:
    """Measure both sides on the real file; say so where it is not there."""
    if not SOURCE.is_file():
        print(f"Online Retail not found at {SOURCE}; nothing was measured.")
        return
    apps = ("foundation", "intake", "customers")
    with tempfile.TemporaryDirectory(prefix="okaeri-bench-") as name:
        folder = Path(name)
        path = folder / "retail.csv"
        write_csv(path)
        sides = {
            side: run_side("bench.import_retail", side, folder, apps, "--file", str(path))
            for side in ("ours", "pandas")
        }
    compare(sides, "lines", "pandas")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=("ours", "pandas"))
    parser.add_argument("--file", type=Path)
    chosen = parser.parse_args()
    if chosen.side:
        {"ours": run_ours, "pandas": run_pandas}[chosen.side](chosen.file)
    else:
        main()
