"""A million orders from CSV into SQLite: ours, and pandas with the same file and the same tables.

Both parse days and amounts and write contacts, orders and lines under unique indexes on contact and
order number. Ours also refuses bad rows one by one, reads any cart's layout, can be repeated, and is
all or nothing. Each side runs by itself; CPU and memory count every process it starts.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

ORDERS = 1_000_000
_HEADER = (
    "注文番号*,注文日時*,ステータス,顧客ID,メールアドレス,姓,名,セイ,メイ,電話番号,郵便番号,都道府県,住所,"
    "商品コード*,商品名*,単価(税込)*,数量*,税率,値引き,送料,ポイント利用,合計,定期番号,定期回数,媒体コード,"
    "発送日,到着日,メール許可"
)
# The settings of the product with nothing but intake in it, so that tables come without migrations.
_SETTINGS = """
from okaeri.project.settings import *
INSTALLED_APPS = ["django.contrib.contenttypes", "okaeri.foundation", "okaeri.intake"]
MIGRATION_MODULES = {"contenttypes": None, "foundation": None, "intake": None}
"""


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
    """Import into the data folder of the environment and print the figures as JSON."""
    import django

    django.setup()
    from django.core.management import call_command

    from okaeri.intake import api

    call_command("migrate", run_syncdb=True, verbosity=0)
    started = time.perf_counter()
    result = api.import_file(path)
    _print(time.perf_counter() - started, result.orders_new)


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
    """Load with pandas.read_csv and DataFrame.to_sql into three tables; print the figures as JSON."""
    import sqlite3

    import pandas as pd

    started = time.perf_counter()
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
    _print(time.perf_counter() - started, len(orders))


def _print(seconds: float, orders: int) -> None:
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = sum(used.ru_utime + used.ru_stime for used in (own, children))
    # Both peaks together: more than was ever held at once, never less.
    peak = (own.ru_maxrss + children.ru_maxrss) / 1024
    print(json.dumps({"seconds": seconds, "orders": orders, "peak_mb": peak, "cpu_seconds": cpu}))


def _measure(side: str, path: Path, folder: Path) -> dict[str, float]:
    (folder / "bench_settings.py").write_text(_SETTINGS)
    env = os.environ | {
        "OKAERI_DATA_DIR": str(folder / "data"),
        "DJANGO_SETTINGS_MODULE": "bench_settings",
        "PYTHONPATH": os.pathsep.join((str(folder), os.environ.get("PYTHONPATH", ""))),
    }
    command = [sys.executable, __file__, "--side", side, "--file", str(path)]
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main(orders: int = ORDERS) -> dict[str, dict[str, float]]:
    """Measure both sides on one file and print orders a second, peak memory and the ratio."""
    with tempfile.TemporaryDirectory(prefix="okaeri-bench-") as name:
        folder = Path(name)
        path = folder / "orders.csv"
        rows = write_orders(path, orders)
        print(f"{orders:,} orders, {rows:,} rows, {path.stat().st_size / 1e6:.0f} MB of CSV")
        figures = {side: _measure(side, path, folder) for side in ("ours", "pandas")}
    for side, found in figures.items():
        print(
            f"{side:7} {found['orders'] / found['seconds']:9,.0f} orders/s  "
            f"{found['seconds']:6.1f} s (CPU {found['cpu_seconds']:.1f} s)  "
            f"peak {found['peak_mb']:,.0f} MB"
        )
    ours, peer = figures["ours"], figures["pandas"]
    print(
        f"ratio   {peer['seconds'] / ours['seconds']:.2f} by the clock, "
        f"{peer['cpu_seconds'] / ours['cpu_seconds']:.2f} by CPU (above 1: ours is faster); "
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    return figures


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
