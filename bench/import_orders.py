"""A million orders from CSV into SQLite: ours, and pandas with the same file and the same tables.

Both parse days and amounts and write contacts, orders and lines under unique indexes on contact and
order number. Ours also refuses bad rows one by one, reads any cart's layout, can be repeated, and is
all or nothing. Each side runs by itself; CPU and memory count every process it starts.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from bench.sides import Watch, compare, open_shop, report, run_side

ORDERS = 1_000_000
_HEADER = (
    "注文番号*,注文日時*,ステータス,顧客ID,メールアドレス,姓,名,セイ,メイ,電話番号,郵便番号,都道府県,住所,"
    "商品コード*,商品名*,単価(税込)*,数量*,税率,値引き,送料,ポイント利用,合計,定期番号,定期回数,媒体コード,"
    "発送日,到着日,メール許可"
)


def write_orders(path: Path, orders: int) -> int:
    """Write `orders` orders of a quarter as many customers, 1.3 lines each; gives the rows."""
    chance = random.Random(1)
    start, rows = datetime(2022, 1, 1), 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(_HEADER + "\r\n")
        for number in range(orders):
            who = chance.randrange(orders // 4 + 1)
            at = start + timedelta(seconds=number * 94_608_000 // orders)
            head = (
                f"A{number:08},{at:%Y-%m-%d %H:%M:%S},発送済み,C{who:07},c{who}@example.com,佐藤,"
                f"花子{who % 500},サトウ,ハナコ,090{who:08},1500001,東京都,渋谷区神宮前{who % 30}-1"
            )
            for _ in range(1 if chance.random() < 0.7 else 2):
                item = int(chance.random() ** 2 * 60)
                tail = f"P{item:03},化粧水{item},{500 + item * 110},1,10,0,550,0,,,,m{who % 9}"
                file.write(f"{head},{tail},{at + timedelta(days=1):%Y/%m/%d},,1\r\n")
                rows += 1
    return rows


def run_ours(path: Path) -> None:
    """Import into the data folder of the environment."""
    open_shop()
    from okaeri.intake import api

    watch = Watch()
    result = api.import_file(path)
    report(count=result.orders_new, **watch.read())


_CONTACT = [
    "顧客ID",
    "メールアドレス",
    "姓",
    "名",
    "セイ",
    "メイ",
    "電話番号",
    "郵便番号",
    "都道府県",
    "住所",
    "メール許可",
]
_ORDER = [
    "注文番号*", "注文日時*", "ステータス", "値引き", "送料", "ポイント利用", "合計", "定期番号",
    "定期回数", "媒体コード", "発送日", "到着日",
]  # fmt: skip
_LINE = ["注文番号*", "商品コード*", "商品名*", "単価(税込)*", "数量*"]


def run_pandas(path: Path) -> None:
    """Load with pandas.read_csv and DataFrame.to_sql into three tables."""
    import pandas as pd

    watch = Watch()
    frame = pd.read_csv(path, dtype=dict.fromkeys(_CONTACT, str))
    local = pd.to_datetime(frame["注文日時*"], format="%Y-%m-%d %H:%M:%S")
    frame["注文日時*"] = (
        local.dt.tz_localize("Asia/Tokyo").dt.tz_convert("UTC").dt.tz_localize(None)
    )
    frame["発送日"] = pd.to_datetime(frame["発送日"], format="%Y/%m/%d").dt.date
    frame["金額"] = frame["単価(税込)*"] * frame["数量*"]
    lines = frame[[*_LINE, "金額"]].assign(行=frame.groupby("注文番号*").cumcount() + 1)
    contacts = frame[_CONTACT].drop_duplicates()
    keys = contacts.reset_index(drop=True).reset_index(names="contact_id")
    orders = frame.drop_duplicates("注文番号*").merge(keys, on=_CONTACT)
    orders = orders[[*_ORDER, "contact_id"]].assign(
        商品計=frame.groupby("注文番号*", sort=False)["金額"]
        .sum()
        .reindex(orders["注文番号*"])
        .to_numpy()
    )
    with sqlite3.connect(path.with_suffix(".pandas.db")) as database:
        for name, table, unique in (
            ("contacts", keys, "contact_id"),
            ("orders", orders, '"注文番号*"'),
            ("order_lines", lines, '"注文番号*", "行"'),
        ):
            # The unique index stands before the rows come, as it does in a shop at work.
            table.head(0).to_sql(name, database, index=False)
            database.execute(f"CREATE UNIQUE INDEX one_{name} ON {name} ({unique})")
            table.to_sql(name, database, index=False, if_exists="append", chunksize=50_000)
    report(count=len(orders), **watch.read())


def main(orders: int = ORDERS) -> None:
    """Measure both sides on one file and print orders a second, peak memory and the ratio."""
    apps = ("foundation", "intake")
    with tempfile.TemporaryDirectory(prefix="okaeri-bench-") as name:
        folder = Path(name)
        path = folder / "orders.csv"
        rows = write_orders(path, orders)
        print(f"{orders:,} orders, {rows:,} rows, {path.stat().st_size / 1e6:.0f} MB of CSV")
        sides = {
            side: run_side("bench.import_orders", side, folder, apps, "--file", str(path))
            for side in ("ours", "pandas")
        }
    compare(sides, "orders", "pandas")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--side", choices=("ours", "pandas"))
    parser.add_argument("--file", type=Path)
    given = parser.parse_args()
    if given.side:
        {"ours": run_ours, "pandas": run_pandas}[given.side](given.file)
    else:
        main(given.orders)
