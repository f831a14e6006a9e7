"""Forgetting somebody from the command line: not a byte of him is left in any file of the shop."""

import csv
import json
import shutil
import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest

from .test_cli import HEADER, okaeri

pytestmark = pytest.mark.slow
MAIL, PHONE, NAME, STREET = "kazutoyo.i@example.com", "09076543210", "一文字和豊", "新町西入987"
WORDS = (MAIL, "kazutoyo", PHONE, "一文字", "和豊", STREET)


def _write_shop(path: Path) -> Path:
    columns = [*HEADER, "名", "電話番号", "住所", "備考"]
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        out = csv.writer(file)
        out.writerow(columns)
        for number in range(400):
            day = date(2026, 1, 1) + timedelta(days=number % 200)
            who = [f"p{number}@example.com", "佐々木", "L", "Lotion", "1000", "1"]
            rest = [f"番号{number}", f"080{number:08}", f"東町{number}", ""]
            if number % 100 == 7:
                who, rest = [MAIL, "一文字", *who[2:]], ["和豊", PHONE, STREET, f"{NAME}様宛"]
            out.writerow([str(number), f"{day} 10:00:00", *who, *rest])
    return path


def _hits(folder: Path) -> set[tuple[str, str]]:
    """Read every file as bytes: SQLite's free pages and its log are files too."""
    found = set()
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for word in WORDS:
                forms = [word.encode(codec) for codec in ("utf-8", "cp932", "utf-16-le")]
                if any(form in content for form in [*forms, json.dumps(word)[1:-1].encode()]):
                    found.add((path.name, word))
    return found


def _shop_with_him(folder: Path) -> tuple[Path, int]:
    data = folder / "shop"
    file = _write_shop(folder / "orders.csv")
    done = okaeri("import", str(file), "--data-dir", str(data), cwd=folder)
    assert done.returncode == 0, done.stderr
    done = okaeri("refresh", "--data-dir", str(data), cwd=folder)
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(data / "okaeri.db") as database:
        row = database.execute("SELECT id FROM customers_customer WHERE email = ?", [MAIL])
        number = int(row.fetchone()[0])
    database.close()
    return data, number


def test_after_erase_no_file_of_the_shop_holds_a_byte_of_the_person(tmp_path: Path) -> None:
    data, number = _shop_with_him(tmp_path)
    assert _hits(data)
    refused = okaeri("erase", str(number), "--confirm", "0", "--data-dir", str(data), cwd=tmp_path)
    assert refused.returncode == 2
    assert _hits(data)
    done = okaeri(
        "erase", str(number), "--confirm", str(number), "--data-dir", str(data), cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert _hits(data) == set()
    checked = okaeri("audit", "verify", "--data-dir", str(data), cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr


def test_a_backup_put_back_is_cleaned_before_the_next_analysis(tmp_path: Path) -> None:
    data, number = _shop_with_him(tmp_path)
    with sqlite3.connect(data / "okaeri.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    shutil.copy(data / "okaeri.db", tmp_path / "backup.db")
    okaeri("erase", str(number), "--confirm", str(number), "--data-dir", str(data), cwd=tmp_path)
    for name in ("okaeri.db", "okaeri.db-wal", "okaeri.db-shm"):
        (data / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "backup.db", data / "okaeri.db")
    assert _hits(data)
    done = okaeri("refresh", "--data-dir", str(data), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert _hits(data) == set()
