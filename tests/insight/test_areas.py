"""Where orders come from: areas of contacts and of Amazon's rows, sales, repeat, what stays closed."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.test import Client

from okaeri.customers.models import Customer
from okaeri.foundation import clock
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.intake import api as intake
from okaeri.intake.domain.areas import area_of
from okaeri.intake.models import Order, Party
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from tests.intake.carts import as_bytes
from tests.web.conftest import browser_of_staff, in_english, staff  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.engine, pytest.mark.reports("areas")]
TODAY = date(2026, 5, 20)
PAGE = "/analysis/areas/"


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        opened = open_warehouse(tmp_path / "warehouse")
        yield opened
        opened.close()


def order(
    who: str, days_ago: int, postal: str, prefecture: str = "", *, yen: int = 1000
) -> OrderIn:
    at = datetime(2026, 5, 20, 3, tzinfo=UTC) - timedelta(days=days_ago)
    line = LineIn("A", "A", 1, yen, yen)
    party = PartyIn(email=f"{who}@example.com", postal_code=postal, prefecture=prefecture)
    return OrderIn("shop", f"{who}-{days_ago}", at, "accepted", party, (line,), total_minor=yen)


def amazon(folder: Path, *rows: tuple[str, str, str, int]) -> Path:
    """An Amazon report: order number, postal code, state, price; a name nobody asked for."""
    cells = [
        {
            "amazon-order-id": number, "purchase-date": "2026-05-10T12:00:00+09:00",
            "order-status": "Shipped", "product-name": "A", "sku": "A", "quantity": "1",
            "currency": "JPY", "item-price": f"{yen}.0", "ship-city": "渋谷区", "ship-state": state,
            "ship-postal-code": postal, "ship-address-1": "神宮前1-2-3", "buyer-phone-number": "0900",
            "buyer-name": "鈴木 一郎", "recipient-name": "鈴木 花子",
            "buyer-email": f"{number}@marketplace.amazon.co.jp",
        }
        for number, postal, state, yen in rows
    ]  # fmt: skip
    path = folder / "amazon.txt"
    path.write_bytes(as_bytes(cells, "utf-8", "\t"))
    return path


def payload() -> dict[str, Any]:
    found: dict[str, Any] = api.find_report("areas").payload  # type: ignore[union-attr]
    return found


@pytest.mark.covers("G-12")
def test_amazon_orders_are_analysed_by_postal_code_and_nobody_is_made_of_them(
    warehouse: Warehouse,
    tmp_path: Path,
    browser_of_staff: Client,  # noqa: F811 - the fixture
    in_english: Client,  # noqa: F811 - the fixture
) -> None:
    path = amazon(
        tmp_path,
        ("A-1", "150-0001", "", 3000), ("A-2", "1500002", "Tokyo", 1000),
        ("A-3", "060-0000", "北海道", 500), ("A-4", "", "", 100),
    )  # fmt: skip
    result = intake.import_file(path)
    assert (result.connector, result.orders_new) == ("amazon", 4)
    api.refresh(warehouse=warehouse, as_of=TODAY)
    assert (Party.objects.count(), Customer.objects.count()) == (0, 0)
    kept = " ".join(str(row.extra) for row in Order.objects.all())
    assert not re.search("鈴木|神宮前|0900|marketplace", kept)
    whole, mall = payload()["sources"]
    assert (mall["source"], mall["is_mall"], mall["orders"], mall["closed"]) == (
        "amazon", True, 4, 4,
    )  # fmt: skip
    assert [(row["area"], row["orders"], row["net_minor"]) for row in mall["prefectures"]] == [
        ("東京都", 2, 4000), ("北海道", 1, 500), ("", 1, 100),
    ]  # fmt: skip
    assert [(row["area"], row["prefecture"], row["net_minor"]) for row in mall["postals"]] == [
        ("150", "東京都", 4000), ("060", "北海道", 500),
    ]  # fmt: skip
    assert "people" not in whole["prefectures"][0]
    html = browser_of_staff.get(PAGE, {"source": "amazon"}).content.decode()
    assert "<strong>配信不可</strong>" in html
    assert "150-" in html
    assert "Cannot be written to" in in_english.get(PAGE, {"source": "amazon"}).content.decode()
    run = browser_of_staff.get(f"/settings/imports/{result.run_id}/").content.decode()
    assert "配信不可" in run


def test_sales_people_and_repeat_by_area_and_what_cannot_be_written_to(
    warehouse: Warehouse,
    tmp_path: Path,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    intake.record_orders(
        [
            order("hana", 10, "150-0001"), order("hana", 40, "150-0001"),
            order("ken", 20, "1510051", "東京都", yen=5000),
            order("yui", 5, "", "大阪"), order("yui", 8, "", "大阪"),
            order("old", 400, "060-0000"), order("nobody", 3, "K1A 0B1", "Ontario"),
        ]
    )  # fmt: skip
    intake.import_file(amazon(tmp_path, ("A-1", "150-0001", "", 200)))
    api.refresh(warehouse=warehouse, as_of=TODAY)
    whole = payload()["sources"][0]
    assert (whole["orders"], whole["net_minor"], whole["closed"]) == (7, 10_200, 1)
    tokyo, osaka, unknown = whole["prefectures"]
    # The customer of Tokyo who bought twice on two days came back; Amazon's buyer counts for nothing.
    assert (tokyo["area"], tokyo["orders"], tokyo["net_minor"], tokyo["closed"]) == (
        "東京都", 4, 7200, 1,
    )  # fmt: skip
    assert (tokyo["people"], tokyo["repeaters"], tokyo["repeat_rate"]) == (2, 1, 0.5)
    assert tokyo["aov_minor"] == 1800
    assert tokyo["share"] == pytest.approx(7200 / 10_200)
    assert (osaka["area"], osaka["people"], osaka["repeaters"]) == ("大阪府", 1, 1)
    assert (unknown["area"], unknown["people"], unknown["repeat_rate"]) == ("", 1, 0)
    assert [(row["area"], row["orders"]) for row in whole["postals"]] == [("151", 1), ("150", 3)]
    html = browser_of_staff.get(PAGE).content.decode()
    assert "7件のうち 1件は配信不可" in html
    response: Any = browser_of_staff.get(PAGE, {"csv": "utf-8"})
    csv = b"".join(response.streaming_content).decode("utf-8-sig")
    assert "all,prefecture,東京都,東京都,4,7200," in csv
    assert "amazon,postal,150,東京都,1,200," in csv


def test_an_erased_address_leaves_its_area_at_the_next_night(warehouse: Warehouse) -> None:
    from okaeri.intake.writing.erasing import blank_parties

    intake.record_orders([order("hana", 10, "150-0001")])
    api.refresh(warehouse=warehouse, as_of=TODAY)
    assert payload()["sources"][0]["prefectures"][0]["area"] == "東京都"
    parties = list(Party.objects.values_list("id", flat=True))
    blank_parties(parties)
    intake.touch_orders_of_parties(parties)
    api.refresh(warehouse=warehouse, as_of=TODAY)
    assert [row["area"] for row in payload()["sources"][0]["prefectures"]] == [""]


def test_a_shop_without_areas_is_told_how_to_get_them(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
    in_english: Client,  # noqa: F811 - the fixture
) -> None:
    assert browser_of_staff.get(PAGE).status_code == 200
    intake.record_orders([order("hana", 10, "")])
    api.refresh(warehouse=warehouse, as_of=TODAY)
    assert "地域のわかる注文が、まだありません" in browser_of_staff.get(PAGE).content.decode()
    assert "No order tells its area yet" in in_english.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("postal", "prefecture", "area"),
    [
        ("150-0001", "", ("東京都", "150")),
        ("600000", "北海道", ("北海道", "060")),
        ("", "Osaka-fu", ("大阪府", "")),
        ("", "JP-26", ("京都府", "")),
        ("685-0013", "", ("島根県", "685")),
        ("684-0100", "", ("島根県", "684")),
        ("8115100", "", ("長崎県", "811")),
        ("K1A 0B1", "Ontario", ("", "")),
        ("10001", "New York", ("", "")),
    ],
)
def test_an_area_is_read_of_what_there_is(
    postal: str, prefecture: str, area: tuple[str, str]
) -> None:
    assert area_of(postal, prefecture) == area


def test_postal_codes_tell_their_prefecture(shared_data: Path) -> None:
    path = shared_data / "jp_postal" / "ken_all.parquet"
    if not path.exists():
        pytest.skip(f"Japan Post's list not found at {path}")
    rows = duckdb.sql(f"select postal_code, prefecture from '{path}'").fetchall()
    wrong = sum(area_of(code, "")[0] != name for code, name in rows)
    assert len(rows) > 120_000
    assert wrong / len(rows) < 0.0005
