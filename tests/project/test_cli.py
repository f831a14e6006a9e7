"""Commands as a person types them: help, results, one clear sentence, a meaningful exit code."""

import csv
import json
import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.intake.carts import PURCHASES, as_bytes, yahoo_item, yahoo_order
from tests.ports import free_port

OKAERI = str(Path(sys.executable).parent / "okaeri")
HEADER = [
    "注文番号",
    "注文日時",
    "メールアドレス",
    "姓",
    "商品コード",
    "商品名",
    "単価(税込)",
    "数量",
]


def okaeri(*arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OKAERI_")}
    return subprocess.run(
        [OKAERI, *arguments],
        cwd=cwd,
        env={**clean, "LANG": "C.UTF-8", **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def write_orders(path: Path, customers: int = 120) -> Path:
    """A small shop: every third customer comes back after 40 days, every ninth again."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        number = 0
        for customer in range(customers):
            first = date(2026, 1, 1) + timedelta(days=customer)
            times = 1 + (customer % 3 == 0) + (customer % 9 == 0)
            for visit in range(times):
                number += 1
                day = first + timedelta(days=40 * visit)
                mail = f"c{customer}@example.test"
                out.writerow(
                    [f"N{number}", f"{day} 10:00:00", mail, "佐藤", "A1", "化粧水", "3,980円", 1]
                )
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    ["", "analyse", "import", "refresh", "results", "up", "work", "login", "demo", "replay"],
)
def test_every_command_explains_itself(command: str, tmp_path: Path) -> None:
    answer = okaeri(*([command] if command else []), "--help", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "Usage:" in answer.stdout
    assert list(tmp_path.iterdir()) == [], "asking for help leaves nothing behind"


@pytest.mark.slow
def test_analyse_tells_where_customers_stop_and_changes_nothing(tmp_path: Path) -> None:
    file = write_orders(tmp_path / "orders.csv")
    before = file.read_bytes()
    answer = okaeri("analyse", str(file), "--json", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    document = json.loads(answer.stdout)
    steps = {step["n"]: step for step in document["reports"]["dropoff"]["steps"]}
    assert [(steps[n]["reached"], steps[n]["went_on"]) for n in (1, 2, 3)] == [
        (120, 40),
        (40, 14),
        (14, 0),
    ]
    assert len(document["reports"]["portfolio"]["cells"]) == 10
    assert sum(cell["customers"] for cell in document["reports"]["portfolio"]["cells"]) == 120
    assert len(document["next_steps"]) == 3
    assert file.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"orders.csv", "orders.okaeri.html"}
    page = (tmp_path / "orders.okaeri.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "<script" not in page


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", ""),
        (b"a,b,c\n1,2,3\n", ""),
    ],
)
def test_a_file_that_cannot_be_read_gets_one_sentence(
    tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes(content)
    english = okaeri("--language", "en", "analyse", str(file), cwd=tmp_path)
    japanese = okaeri("--language", "ja", "analyse", str(file), cwd=tmp_path)
    assert (english.returncode, japanese.returncode) == (2, 2)
    assert said in english.stderr
    assert "Traceback" not in english.stderr + japanese.stderr
    assert any("ぁ" <= letter <= "ん" for letter in japanese.stderr)
    assert {path.name for path in tmp_path.iterdir()} == {"orders.csv"}


@pytest.mark.slow
def test_an_unknown_setting_refuses_to_start(tmp_path: Path) -> None:
    answer = okaeri("refresh", cwd=tmp_path, OKAERI_DATABSE_URL="x")
    assert answer.returncode == 4
    assert "OKAERI_DATABSE_URL" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.slow
def test_import_refresh_and_results_work_on_ones_own_data(tmp_path: Path) -> None:
    file = write_orders(tmp_path / "orders.csv")
    shop = ("--data-dir", str(tmp_path / "shop"))
    first = json.loads(okaeri("import", str(file), "--json", *shop, cwd=tmp_path).stdout)
    again = json.loads(okaeri("import", str(file), "--json", *shop, cwd=tmp_path).stdout)
    assert (first["orders_new"], again["orders_new"], again["orders_unchanged"]) == (174, 0, 174)
    refreshed = json.loads(okaeri("refresh", "--json", *shop, cwd=tmp_path).stdout)
    assert (refreshed["customers"], refreshed["orders"]) == (120, 174)
    results = okaeri("results", "--json", *shop, cwd=tmp_path)
    assert json.loads(results.stdout) == {"experiments": []}


@pytest.mark.slow
def test_two_files_that_are_one_are_imported_together(tmp_path: Path) -> None:
    orders, items = tmp_path / "orders.csv", tmp_path / "items.csv"
    orders.write_bytes(as_bytes([yahoo_order(p) for p in PURCHASES], "cp932"))
    lines = [yahoo_item(p, item, i) for p in PURCHASES for i, item in enumerate(p.items)]
    items.write_bytes(as_bytes(lines, "cp932"))
    shop = ("--json", "--data-dir", str(tmp_path / "shop"))
    alone = okaeri("import", str(items), *shop, cwd=tmp_path)
    assert alone.returncode == 2
    both = json.loads(okaeri("import", str(items), str(orders), *shop, cwd=tmp_path).stdout)
    assert (both["connector"], both["orders_new"], both["rows_rejected"]) == ("yahoo", 4, 0)


@pytest.mark.slow
def test_a_file_nobody_knows_is_read_once_its_columns_are_named(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    rows = ["No,When,Mail,Code,Qty,Price", "1,2026-01-01,a@example.test,A1,2,1000"]
    file.write_text("\n".join([*rows, "2,2026-03-01,a@example.test,A1,1,1000"]), encoding="utf-8")
    names = {"order_no": "No", "ordered_at": "When", "email": "Mail", "sku": "Code"}
    names |= {"quantity": "Qty", "unit_price": "Price"}
    pairs = [part for field, name in names.items() for part in ("--column", f"{field}={name}")]
    unnamed = okaeri("analyse", str(file), "--json", cwd=tmp_path)
    named = okaeri("analyse", str(file), "--json", *pairs, cwd=tmp_path)
    assert unnamed.returncode == 2
    assert json.loads(unnamed.stdout)["error"]["en"]
    summary = json.loads(named.stdout)["reports"]["summary"]
    assert (summary["orders"], summary["net_minor"], summary["buyers"]) == (2, 3000, 1)


@pytest.mark.slow
@pytest.mark.parametrize("asked_by", [signal.SIGINT, signal.SIGTERM])
def test_up_puts_its_work_down_when_asked_to_stop(tmp_path: Path, asked_by: signal.Signals) -> None:
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OKAERI_")}
    running = subprocess.Popen(
        [OKAERI, "up", "--port", str(port), "--data-dir", str(tmp_path / "shop")],
        env={**clean, "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert running.stdout is not None
    assert f"http://127.0.0.1:{port}/" in running.stdout.readline()
    running.send_signal(asked_by)
    said, _ = running.communicate(timeout=60)
    assert (running.returncode, said) == (0, "")
