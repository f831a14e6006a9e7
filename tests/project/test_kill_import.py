"""An import that is killed in the middle of writing has stored nothing, and works when run again."""

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

OKAERI = str(Path(sys.executable).parent / "okaeri")
HEADER = ["注文番号", "注文日時", "メールアドレス", "商品コード", "商品名", "単価(税込)", "数量"]
ORDERS = 60_000
TABLES = ("intake_order", "intake_orderline", "intake_party")


def write_orders(path: Path) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for n in range(ORDERS):
            day = f"2026-01-{n % 28 + 1:02} 10:00:00"
            out.writerow([f"N{n}", day, f"c{n}@example.test", "A1", "化粧水", "3980", 1])
    return path


def start_import(file: Path, folder: Path) -> "subprocess.Popen[str]":
    env = {name: value for name, value in os.environ.items() if not name.startswith("OKAERI_")}
    return subprocess.Popen(
        [OKAERI, "import", str(file), "--data-dir", str(folder), "--json"],
        env=env,
        cwd=file.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def is_writing(database: Path) -> bool:
    """Tell whether somebody has held the write lock for a while behind a running import."""
    run = None  # also where the log is being set up and cannot be read yet
    for _ in range(5):
        with sqlite3.connect(f"file:{database}?mode=rw", uri=True, timeout=0) as other:
            try:
                run = other.execute("SELECT status FROM intake_importrun").fetchone()
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    return False
            else:
                other.rollback()
                return False
        other.close()
        if run != ("running",):
            return False
        time.sleep(0.02)
    return True


def count(database: Path) -> list[int]:
    with sqlite3.connect(database) as found:
        return [found.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in TABLES]


@pytest.mark.slow
def test_a_killed_import_stores_nothing_and_can_be_run_again(tmp_path: Path) -> None:
    file, folder = write_orders(tmp_path / "orders.csv"), tmp_path / "shop"
    database = folder / "okaeri.db"
    process = start_import(file, folder)
    deadline = time.monotonic() + 240
    while not (database.exists() and is_writing(database)):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, "the write transaction was never seen"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert count(database) == [0, 0, 0]
    again = start_import(file, folder)
    answer, complaint = again.communicate(timeout=240)
    assert again.returncode == 0, complaint
    assert json.loads(answer)["orders_new"] == ORDERS
    assert count(database) == [ORDERS] * 3
