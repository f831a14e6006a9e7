"""A file read whole: encodings, layouts, grouping, and one clear sentence for every bad input."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okaeri.foundation.errors import InputError
from okaeri.intake import api
from okaeri.intake.connectors import choose
from okaeri.intake.domain.cells import CellError, Codes, Problem, clean_code
from okaeri.intake.files import cutting
from okaeri.intake.files import rows as file_rows
from okaeri.intake.staging import halves, staging_files
from okaeri.intake.staging.stager import OrderStager
from okaeri.intake.types import StagedFile
from tests.intake.samples import ECCUBE, ORDER, SHOPIFY, TEMPLATE, as_csv, template_file

TOKYO = ZoneInfo("Asia/Tokyo")


def stage(path: Path, **options: Any) -> StagedFile:
    return api.stage_file(path, zone=TOKYO, folder=path.parent / "staging", **options)


def orders_of(staged: StagedFile) -> list[dict[str, Any]]:
    return list(pq.read_table(staged.orders_path).to_pylist())


def lines_of(staged: StagedFile) -> list[dict[str, Any]]:
    return list(pq.read_table(staged.lines_path).to_pylist())


def parties_of(staged: StagedFile) -> list[dict[str, Any]]:
    return list(pq.read_table(staged.parties_path).to_pylist())


# ---- encodings ---------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_template_is_read_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    staged = stage(template_file(tmp_path / "o.csv", {}, encoding=encoding))
    assert staged.layout.encoding == encoding
    assert staged.layout.connector == "template"
    assert parties_of(staged)[0]["family_name"] == "髙橋"
    assert lines_of(staged)[0]["product_name"] == "化粧水①"
    assert staged.rows_rejected == 0


def test_an_order_is_worth_its_lines_less_discount_and_points_without_shipping(
    tmp_path: Path,
) -> None:
    order = orders_of(stage(template_file(tmp_path / "o.csv", {})))[0]
    assert order["lines_minor"] == 6600
    assert order["net_minor"] == 6600 - 300 - 100
    assert order["total_minor"] == 6600 - 300 - 100 + 550
    assert order["ordered_at"] == datetime(2022, 8, 10, 1, 33, 9)
    assert order["ordered_on"] == date(2022, 8, 10)
    assert order["is_purchase"] is True


def test_the_local_day_of_a_night_order_is_the_shops_day(tmp_path: Path) -> None:
    order = orders_of(
        stage(template_file(tmp_path / "o.csv", {"注文日時*": "2022-08-10 00:30:00"}))
    )[0]
    assert order["ordered_at"] == datetime(2022, 8, 9, 15, 30)
    assert order["ordered_on"] == date(2022, 8, 10)


def test_tabs_wrappers_apostrophes_and_line_breaks_in_cells_are_understood(tmp_path: Path) -> None:
    row = ORDER | {"商品コード*": '="0123"', "顧客ID": "'007", "住所": "渋谷区\n神宮前"}
    text = as_csv(TEMPLATE, [row, ORDER | {"注文番号*": "A-2", "注文日時*": "昨日"}])
    path = tmp_path / "o.csv"
    cells = [line.split(",") for line in text.splitlines()]
    assert cells
    path.write_text(
        text.replace('"￥3,300"', "3300").replace(",", "\t"), encoding="utf-8", newline=""
    )
    staged = stage(path)
    assert staged.layout.delimiter == "\t"
    assert lines_of(staged)[0]["sku"] == "0123"
    assert parties_of(staged)[0]["member_no"] == "007"
    # The address above holds a line break, so the second order begins on line 4.
    assert [row.line_no for row in staged.rejected] == [4]


# ---- bad files ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04workbook", "Excel"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        ("注文番号*,注文日時*\r\n".encode(), "no rows"),
        (b"\r\n\r\n", "no header"),
        (b"a,b,c\r\n1,2,3\r\n", "column names"),
        (b"," .join(b"c%d" % i for i in range(2000)) + b"\r\n1\r\n", "too many columns"),
        (b'a,b\r\n"' + b"x" * 200_000 + b"\r\n", "quotation mark"),
        ("注文番号\r\n".encode("cp932") + b"ok\r\nab\x81", "Line 3, byte 3"),
        (b"\xff\xfe\x00\xd8\x00\xd8", "UTF-16"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        stage(path)
    assert words in caught.value.message.en
    assert caught.value.message.ja.endswith("。")
    assert not list((tmp_path / "staging").glob("*")), "a failure leaves nothing behind"


def test_a_line_of_200_megabytes_is_refused_without_reading_it_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.write(b"a,b\r\n")
        file.truncate(5)
        for _ in range(200):
            file.write(b"x" * 1_000_000)
    with pytest.raises(InputError) as caught:
        stage(path)
    assert "Line 2 is too long" in caught.value.message.en


def test_two_encodings_in_one_file_are_named_by_their_lines(tmp_path: Path) -> None:
    good = as_csv(TEMPLATE, [ORDER])
    path = tmp_path / "mixed.csv"
    path.write_bytes(good.encode("utf-8") + good.splitlines()[1].encode("cp932") + b"\r\n")
    with pytest.raises(InputError) as caught:
        stage(path)
    assert "line 1 is UTF-8, line 3 is Shift_JIS" in caught.value.message.en


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text("注文番号,注文日時\r\n1,2022-08-10\r\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        stage(path, connector="template")
    assert "商品コード*" in caught.value.message.ja
    assert "数量*" in caught.value.message.ja


def test_an_unknown_connector_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no format"):
        stage(template_file(tmp_path / "o.csv", {}), connector="nope")
    with pytest.raises(InputError, match="no file"):
        stage(tmp_path / "absent.csv")


@given(st.binary(max_size=400) | st.text(max_size=300).map(lambda text: text.encode("utf-8")))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None
)
def test_no_bytes_make_the_reader_crash(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    with pytest.raises(InputError):
        stage(path)


_HOSTILE = st.text(max_size=20) | st.sampled_from(
    ["=1+1", "▲1,234円", "令和4年8月10日", "1e999", "\u202e"]
)


_ROW = st.fixed_dictionaries({}, optional=dict.fromkeys(TEMPLATE, _HOSTILE))


@given(st.lists(_ROW, min_size=1, max_size=5))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
def test_every_row_is_either_staged_or_rejected_whatever_its_cells_hold(
    tmp_path: Path, rows: list[dict[str, str]]
) -> None:
    path = tmp_path / "any.csv"
    # Rows without any cell are no rows, so one cell is always filled.
    rows = [ORDER | row | {"メール許可": "1"} for row in rows]
    rows = [{name: cell.replace("\0", "") for name, cell in row.items()} for row in rows]
    path.write_bytes(as_csv(TEMPLATE, rows).encode("utf-8"))
    staged = stage(path)
    assert staged.rows == len(rows)
    assert pq.read_metadata(staged.lines_path).num_rows + staged.rows_rejected == len(rows)
    api.discard_staged(staged)


# ---- bad rows ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "code", "words"),
    [
        ({"注文日時*": "2022-13-45"}, "bad_date", "Column '注文日時*': '2022-13-45' is not a date"),
        ({"注文日時*": ""}, "blank", "the cell is empty"),
        ({"単価(税込)*": "たかい"}, "bad_amount", "'たかい' is not an amount"),
        ({"数量*": "1.5"}, "bad_quantity", "whole number"),
        ({"注文番号*": ""}, "no_order_number", "order number is missing"),
        ({"注文番号*": "9" * 81}, "too_long", "too long"),
        ({"単価(税込)*": "100000000000", "数量*": "100000"}, "bad_amount", "too large"),
        ({"商品コード*": "", "商品名*": ""}, "blank", "the cell is empty"),
    ],
)
def test_a_bad_row_is_rejected_with_line_and_reason_and_the_rest_goes_in(
    tmp_path: Path, cells: dict[str, str], code: str, words: str
) -> None:
    staged = stage(template_file(tmp_path / "o.csv", {"注文番号*": "B"}, cells, {"注文番号*": "C"}))
    assert [order["order_no"] for order in orders_of(staged)] == ["B", "C"]
    assert [(row.line_no, row.code) for row in staged.rejected] == [(3, code)]
    assert words in staged.rejected[0].reason.en
    assert staged.rejected[0].reason.ja != staged.rejected[0].reason.en


def test_japanese_eras_serial_days_and_triangles_are_no_reason_to_reject(tmp_path: Path) -> None:
    staged = stage(
        template_file(
            tmp_path / "o.csv",
            {"注文番号*": "1", "注文日時*": "令和4年8月10日", "値引き": "▲1,234円"},
            {"注文番号*": "2", "注文日時*": "44783"},
        )
    )
    assert staged.rows_rejected == 0
    assert [order["ordered_on"] for order in orders_of(staged)] == [date(2022, 8, 10)] * 2
    assert orders_of(staged)[0]["discount_minor"] == 1234


def test_rows_of_the_wrong_width_are_rejected_but_a_trailing_comma_is_not(tmp_path: Path) -> None:
    path = template_file(
        tmp_path / "o.csv", {"注文番号*": "1"}, {"注文番号*": "2"}, {"注文番号*": "3"}
    )
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] += ","
    lines[2] += ",surplus"
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    staged = stage(path)
    assert [order["order_no"] for order in orders_of(staged)] == ["1", "3"]
    assert [(row.line_no, row.code) for row in staged.rejected] == [(3, "wrong_width")]


def test_an_order_with_one_bad_row_is_left_out_whole(tmp_path: Path) -> None:
    staged = stage(template_file(tmp_path / "o.csv", {}, {"数量*": "x"}, {"注文番号*": "B"}))
    assert [order["order_no"] for order in orders_of(staged)] == ["B"]
    assert [(row.line_no, row.code) for row in staged.rejected] == [
        (2, "order_left_out"),
        (3, "bad_quantity"),
    ]
    assert "line 3" in staged.rejected[0].reason.en


def test_a_duplicate_order_number_with_other_contents_is_rejected_by_row(tmp_path: Path) -> None:
    staged = stage(
        template_file(
            tmp_path / "o.csv",
            {},
            {"メールアドレス": "other@example.com"},
            {"注文番号*": "B"},
            {"注文日時*": "2023-01-01"},
        )
    )
    assert [order["order_no"] for order in orders_of(staged)] == ["A-1", "B"]
    assert [(row.line_no, row.code) for row in staged.rejected] == [
        (3, "duplicate_order_number"),
        (5, "duplicate_order_number"),
    ]
    assert "line 2" in staged.rejected[0].reason.en
    assert orders_of(staged)[0]["lines_minor"] == 6600


def test_rows_of_one_order_may_differ_in_the_time_of_day(tmp_path: Path) -> None:
    staged = stage(template_file(tmp_path / "o.csv", {}, {"注文日時*": "2022/8/10 10:34:00"}))
    assert staged.rows_rejected == 0
    assert orders_of(staged)[0]["lines_minor"] == 13200


@pytest.mark.parametrize("chunk", [1, 2, 20_000])
def test_rows_of_an_order_that_stand_apart_are_joined_when_they_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(file_rows, "_CHUNK", chunk)
    staged = stage(
        template_file(
            tmp_path / "o.csv", {}, {"注文番号*": "B"}, {"注文番号*": "C"}, {"商品コード*": "SERUM"},
            {"注文番号*": "D"}, {"メールアドレス": "x@example.com", "商品コード*": "CREAM"},
        )
    )  # fmt: skip
    orders = orders_of(staged)
    assert [order["order_no"] for order in orders] == ["A-1", "B", "C", "D"]
    assert orders[0]["lines_minor"] == 13200
    assert orders[0]["net_minor"] == 13200 - 400
    first = sorted((x["line_no"], x["sku"]) for x in lines_of(staged) if x["order_ref"] == 0)
    assert first == [(1, "LOTION"), (2, "SERUM")]
    assert [(row.line_no, row.code) for row in staged.rejected] == [(7, "duplicate_order_number")]
    assert staged.orders == 4


@pytest.mark.parametrize("chunk", [1, 20_000])
def test_a_bad_row_far_behind_its_order_leaves_the_order_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(file_rows, "_CHUNK", chunk)
    staged = stage(
        template_file(
            tmp_path / "o.csv", {}, {"注文番号*": "B"}, {"注文番号*": "C"}, {"数量*": "x"}
        )
    )
    assert [order["order_no"] for order in orders_of(staged)] == ["B", "C"]
    assert {line["order_ref"] for line in lines_of(staged)} == {
        order["order_ref"] for order in orders_of(staged)
    }
    assert staged.orders == 2


def test_unknown_columns_are_kept_by_name_even_when_a_name_comes_twice(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    header = [*TEMPLATE, "備考", "備考"]
    cells = [ORDER.get(name, "") for name in TEMPLATE]
    rows = [header, [*cells, "玄関前", "二つ目"]]
    path.write_text("\r\n".join(",".join(f'"{c}"' for c in row) for row in rows), encoding="utf-8")
    extra = json.loads(orders_of(stage(path))[0]["extra"])
    assert extra == {"備考": "玄関前", "備考 (2)": "二つ目"}


def test_an_order_in_another_currency_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text(as_csv((*TEMPLATE, "通貨"), [ORDER | {"通貨": "USD"}]), encoding="utf-8")
    staged = stage(path)
    assert [row.code for row in staged.rejected] == ["currency"]


def test_progress_counts_the_files_bytes(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = template_file(tmp_path / "o.csv", {})
    stage(path, progress=lambda done, total: seen.append((done, total)))
    size = path.stat().st_size
    assert seen[-1] == (size, size)
    assert all(total == size for _, total in seen)


# ---- Shopify -----------------------------------------------------------------------------------

_SHOPIFY = {
    "Name": "#1001", "Email": "taro@example.com", "Financial Status": "paid", "Currency": "JPY",
    "Accepts Marketing": "yes", "Subtotal": "5400", "Shipping": "600", "Taxes": "545", "Total": "6000",
    "Discount Amount": "600", "Created at": "2026-05-14 11:23:45 +0900", "Lineitem quantity": "2",
    "Lineitem name": "Lotion", "Lineitem price": "2000", "Lineitem sku": "L1",
    "Billing Name": "山田 太郎", "Billing Zip": "'150-0001", "Billing Province Name": "Tōkyō",
    "Billing Phone": "+81 90-1234-5678", "Refunded Amount": "0",
}  # fmt: skip
_SECOND = {
    "Name": "#1001", "Email": "taro@example.com", "Created at": "2026-05-14 11:23:45 +0900",
    "Lineitem quantity": "1", "Lineitem name": "Serum", "Lineitem price": "2000", "Lineitem sku": "",
}  # fmt: skip


def shopify(path: Path, *rows: dict[str, str]) -> StagedFile:
    path.write_text(as_csv(SHOPIFY, rows), encoding="utf-8")
    return stage(path)


def test_shopify_orders_span_rows_whose_order_cells_are_blank(tmp_path: Path) -> None:
    staged = shopify(tmp_path / "s.csv", _SHOPIFY, _SECOND, _SHOPIFY | {"Name": "#1002"})
    assert staged.layout.connector == "shopify"
    assert staged.rows_rejected == 0
    first, second = orders_of(staged)
    assert (first["order_no"], second["order_no"]) == ("#1001", "#1002")
    assert first["lines_minor"] == 6000
    assert first["discount_minor"] == 600
    assert first["net_minor"] == 5400
    assert first["ordered_at"] == datetime(2026, 5, 14, 2, 23, 45)
    assert [line["sku"] for line in lines_of(staged)[:2]] == ["L1", "Serum"]
    party = parties_of(staged)[0]
    assert (party["family_name"], party["given_name"]) == ("山田", "太郎")
    assert party["phone_key"] == "09012345678"
    assert party["postal_code"] == "1500001"
    assert party["email_opt_in"] is True


@pytest.mark.parametrize(
    ("cells", "status", "net"),
    [
        ({"Cancelled at": "2026-05-15 00:00:00 +0900"}, "cancelled", 0),
        ({"Financial Status": "voided"}, "cancelled", 0),
        ({"Financial Status": "refunded", "Refunded Amount": "6000"}, "returned", 0),
        ({"Financial Status": "expired"}, "unpaid", 0),
        ({"Financial Status": "pending"}, "accepted", 3400),
        ({"Financial Status": "partially_refunded", "Refunded Amount": "1000"}, "accepted", 2400),
    ],
)
def test_shopify_statuses_and_refunds_decide_what_counts(
    tmp_path: Path, cells: dict[str, str], status: str, net: int
) -> None:
    one = _SHOPIFY | {"Subtotal": "3400", "Total": "4000"} | cells
    order = orders_of(shopify(tmp_path / "s.csv", one))[0]
    assert (order["status"], order["net_minor"]) == (status, net)
    assert order["is_purchase"] is (status == "accepted")


def test_shopify_tax_on_top_of_prices_joins_the_lines(tmp_path: Path) -> None:
    row = _SHOPIFY | {"Subtotal": "4000", "Shipping": "0", "Taxes": "400", "Total": "4400"}
    order = orders_of(shopify(tmp_path / "s.csv", row))[0]
    assert (order["lines_minor"], order["net_minor"], order["discount_minor"]) == (4400, 4400, 0)


def test_the_published_header_of_shopify_is_recognised(tmp_path: Path, shared_data: Path) -> None:
    headers = json.loads((shared_data / "csv_headers" / "headers.json").read_text())
    columns = headers["shopify_orders_export"]["columns"]
    path = tmp_path / "s.csv"
    row = _SHOPIFY | {"Subtotal": "4000", "Total": "4600"}
    path.write_text(as_csv(columns, [row]), encoding="utf-8")
    staged = stage(path)
    assert staged.layout.connector == "shopify"
    assert orders_of(staged)[0]["net_minor"] == 4000


# ---- EC-CUBE -----------------------------------------------------------------------------------


def eccube_row(**cells: str) -> list[str]:
    given = {
        "注文ID": "1", "注文番号": "E1", "会員ID": "77", "お名前(姓)": "髙橋", "お名前(名)": "花子",
        "お名前(セイ)": "タカハシ", "お名前(メイ)": "ハナコ", "郵便番号": "1500001", "都道府県(名称)": "東京都",
        "住所1": "渋谷区", "住所2": "神宮前", "メールアドレス": "h@example.com", "TEL": "09012345678",
        "値引き": "0.00", "送料": "550.00", "支払合計": "3750.00", "対応状況(ID)": "5",
        "対応状況(名称)": "発送済み", "受注日": "2024-03-05 10:00:00", "商品名": "化粧水", "商品コード": "L1",
        "価格": "3000.00", "個数": "1", "税率": "10", "明細区分(ID)": "1",
    } | cells  # fmt: skip
    cells_in_order = [given.get(name, "") for name in ECCUBE]
    cells_in_order[len(ECCUBE) - 2] = "999"  # the second 送料, of the shipment
    return cells_in_order


def eccube(path: Path, *rows: list[str]) -> StagedFile:
    text = "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in [list(ECCUBE), *rows])
    path.write_bytes(text.encode("cp932"))
    return stage(path)


def test_eccube_rows_are_split_by_their_kind(tmp_path: Path) -> None:
    def special(kind: str, name: str, price: str) -> list[str]:
        return eccube_row(**{"明細区分(ID)": kind, "商品名": name, "価格": price, "商品コード": ""})

    staged = eccube(
        tmp_path / "e.csv",
        eccube_row(),
        eccube_row(商品コード="L2", 価格="1005.00", 個数="2", 税率="8"),
        special("2", "送料", "550"),
        special("3", "手数料", "330"),
        special("4", "割引", "-200"),
        special("5", "税", "99"),
        special("6", "ポイント", "-100"),
    )
    assert (staged.layout.connector, staged.layout.encoding) == ("eccube", "cp932")
    assert staged.rows_rejected == 0
    order = orders_of(staged)[0]
    # 3,000 + 10 % and twice 1,005 + 8 % (80.4, rounded to 80 a piece).
    assert order["lines_minor"] == 3300 + 2 * 1085
    assert (order["discount_minor"], order["points_minor"]) == (200, 100)
    assert order["shipping_minor"] == 550
    assert order["net_minor"] == 3300 + 2170 - 300
    assert [line["sku"] for line in lines_of(staged)] == ["L1", "L2"]
    assert parties_of(staged)[0]["member_no"] == "77"
    assert json.loads(order["extra"])["送料 (2)"] == "999"


@pytest.mark.parametrize(
    ("status_id", "counts"),
    [*((code, True) for code in "1456"), *((code, False) for code in "3789")],
)
def test_eccube_statuses_3_7_8_and_9_do_not_count(
    tmp_path: Path, status_id: str, counts: bool
) -> None:
    order = orders_of(eccube(tmp_path / "e.csv", eccube_row(**{"対応状況(ID)": status_id})))[0]
    assert order["is_purchase"] is counts
    assert (order["net_minor"] > 0) is counts


# ---- mapped ------------------------------------------------------------------------------------

RETAIL = {
    "order_no": "InvoiceNo", "sku": "StockCode", "product_name": "Description",
    "quantity": "Quantity", "ordered_at": "InvoiceDate", "unit_price": "UnitPrice",
    "member_no": "CustomerID", "@cancel_prefix": "C",
}  # fmt: skip


def test_a_mapping_reads_any_layout_and_returns_subtract(tmp_path: Path) -> None:
    path = tmp_path / "retail.csv"
    path.write_text(
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
        "536365,71053,LANTERN,3,2010-12-01 08:27:00,0.335,17850,United Kingdom\n"
        "C536379,D,Discount,-1,2010-12-01 09:41:00,27.50,14527,United Kingdom\n"
        "536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom\n"
        "536415,22139,BOX,-2,2010-12-01 11:53:00,1.0,17850,United Kingdom\n"
    )
    staged = stage(path, mapping=RETAIL, currency="GBP")
    assert staged.rows_rejected == 0
    bought, cancelled, free, adjusted = orders_of(staged)
    # 6 × 2.55 + 3 × 0.335 = 16.305: rounded once per line.
    assert bought["net_minor"] == 1530 + 101
    assert (cancelled["status"], cancelled["net_minor"]) == ("returned", -2750)
    assert (free["is_purchase"], free["party_no"]) == (False, None)
    assert (adjusted["status"], adjusted["net_minor"]) == ("returned", -200)
    assert not cancelled["is_purchase"]


def test_a_mapping_with_unknown_or_missing_names_is_refused(tmp_path: Path) -> None:
    path = template_file(tmp_path / "o.csv", {})
    with pytest.raises(InputError, match="not known: colour"):
        stage(path, mapping={"colour": "x"})
    with pytest.raises(InputError, match="needs ordered_at, sku"):
        stage(path, mapping={"order_no": "x"})
    with pytest.raises(InputError, match="missing: Nummer"):
        stage(path, mapping=RETAIL | {"order_no": "Nummer"})


def test_a_staged_file_becomes_warehouse_tables_and_contacts(tmp_path: Path) -> None:
    staged = stage(
        template_file(
            tmp_path / "o.csv",
            {"注文番号*": "1", "注文日時*": "2023-05-01"},
            {"注文番号*": "2", "メールアドレス": "new@example.com"},
            {"注文番号*": "3"},
        )
    )
    orders = api.read_staged_orders(staged)
    assert orders["party_no"].to_pylist() == [0, 1, 0]
    assert "customer_id" not in orders.column_names
    assert orders["net_minor"].to_pylist() == [6200] * 3
    assert api.read_staged_lines(staged).num_rows == 3
    parties = api.read_staged_parties(staged)
    assert [party.id for party in parties] == [0, 1]
    assert [party.email_key for party in parties] == ["hanako@example.com", "new@example.com"]
    # The later of the two orders, whatever their order in the file.
    assert parties[0].seen_at == datetime(2023, 4, 30, 15, tzinfo=UTC)


# ---- two processes -----------------------------------------------------------------------------


def _many(path: Path, *changed: tuple[int, dict[str, str]], count: int = 400) -> Path:
    """Write a file long enough to be cut; every fifth order has two rows."""
    rows = []
    for number in range(count):
        row = {"注文番号*": f"N{number:04}", "メールアドレス": f"c{number % 50}@example.com"}
        rows += [row] + [row | {"商品コード*": "SERUM"}] * (number % 5 == 0)
    for position, cells in changed:
        rows[position] |= cells
    return template_file(path, *rows)


def _contents(staged: StagedFile) -> list[Any]:
    tables = (staged.orders_path, staged.lines_path, staged.parties_path)
    return [pq.read_table(path).to_pylist() for path in tables]


# Each case starts a second interpreter.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "is_cut"),
    [
        ((), True),
        (((470, {"数量*": "x"}),), True),
        # A row of an early order far behind the cut; a cell with a line break at every line.
        (((470, {"注文番号*": "N0003", "メールアドレス": "c3@example.com"}),), False),
        (((470, {"注文番号*": "N0003", "数量*": "x"}),), False),
        (((470, {"住所": "渋谷区\n神宮前"}),), True),
    ],
)
def test_two_processes_read_a_file_as_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: Any, is_cut: bool
) -> None:
    path = _many(tmp_path / "o.csv", *changed)
    alone = stage(path)
    monkeypatch.setattr(cutting, "SMALLEST_BYTES", 1)
    joined: list[int] = []
    join = halves.Halves._join

    def noted(half: halves.Halves, *arguments: Any) -> None:
        join(half, *arguments)
        joined.append(1)

    monkeypatch.setattr(halves.Halves, "_join", noted)
    both = stage(path)
    assert bool(joined) is is_cut
    assert _contents(both) == _contents(alone)
    assert (both.rows, both.orders, both.rejected) == (alone.rows, alone.orders, alone.rejected)
    assert both.rows_rejected == alone.rows_rejected


def test_a_cut_inside_a_quoted_cell_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The whole second half of the file is one cell that looks like rows.
    path = _many(tmp_path / "o.csv", count=40)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    inside = "".join(lines[15:]).replace('"￥3,300"', "3300")
    lines[14] = lines[14].replace("東京都", '"東京都\n' + inside + '"')
    path.write_text("".join(lines[:15]), encoding="utf-8", newline="")
    alone = stage(path)
    monkeypatch.setattr(cutting, "SMALLEST_BYTES", 1)
    assert halves.plan(staging_files.open_text(path), _stager(path)) is not None
    assert _contents(stage(path)) == _contents(alone)


def _stager(path: Path) -> OrderStager:
    header = staging_files.open_text(path).header
    return OrderStager(choose(header, "", None), header, "JPY", TOKYO)


@pytest.mark.parametrize(
    "said", ["1.23E+11", "１．２３Ｅ＋１１", "4.9e+12", '="4.9E+12"', "#N/A", "########", "3月1日"]
)
def test_a_code_a_spreadsheet_destroyed_is_none(said: str) -> None:
    with pytest.raises(CellError) as refused:
        clean_code(said)
    assert refused.value.code == "mangled_code"
    assert [type(value) for value in Codes().read([said, "A1"])] == [Problem, str]


@pytest.mark.parametrize(
    "code", ["1E11", "12E-3", "E+11", "#1001", "3-1", "12.5E+3X", "ギフト3月1日便", "A+B", "MAR-01"]
)
def test_codes_that_only_look_a_little_destroyed_stay(code: str) -> None:
    assert clean_code(code) == code
    assert Codes().read([code]) == [code]
