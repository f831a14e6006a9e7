"""A million orders from CSV into SQLite: ours, and pandas reading and writing the same file.

Ours checks every cell, resolves contacts, and writes four indexed tables in one transaction; pandas
copies the cells into one bare table. Each side runs in a process of its own; figures are of one run.
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


def run_pandas(path: Path) -> None:
    """Load with pandas.read_csv and DataFrame.to_sql and print the figures as JSON."""
    import sqlite3

    import pandas as pd

    started = time.perf_counter()
    frame = pd.read_csv(path)
    with sqlite3.connect(path.with_suffix(".pandas.db")) as database:
        frame.to_sql("orders", database, index=False, chunksize=50_000)
    _print(time.perf_counter() - started, frame["注文番号*"].nunique())


def _print(seconds: float, orders: int) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cpu = time.process_time()
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
    print(
        f"ratio   {figures['pandas']['seconds'] / figures['ours']['seconds']:.2f} (above 1: ours is faster)"
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
