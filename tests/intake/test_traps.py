"""What spreadsheets and shops do to files (domain reference §2.11), line by line through the import."""

import csv
import io
from pathlib import Path

import pytest

from okaeri.foundation.errors import InputError
from okaeri.intake import api
from okaeri.intake.models import Order, OrderLine, Party
from okaeri.intake.types import ImportResult

pytestmark = pytest.mark.django_db
HEADER = "注文番号,注文日時,商品コード,商品名,単価(税込),数量"
ROW = "1,2026-01-05 10:00:00,A,n,100,1"
PLAIN = dict(zip(HEADER.split(","), ROW.split(","), strict=True))


def _import(folder: Path, text: str, encoding: str = "utf-8") -> ImportResult:
    path = folder / "orders.csv"
    path.write_bytes(text.encode(encoding))
    return api.import_file(path)


def _rows(folder: Path, *rows: dict[str, str]) -> ImportResult:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, {**PLAIN, **rows[0]}.keys(), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(PLAIN | row for row in rows)
    return _import(folder, stream.getvalue())


def _codes(result: ImportResult) -> list[tuple[int, str]]:
    return [(row.line_no, row.code) for row in api.iter_rejected_rows(result.run_id)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp932", "utf-16"])
def test_encodings_and_the_letters_of_windows(tmp_path: Path, encoding: str) -> None:
    name = "髙①㈱№～－"
    _import(tmp_path, f"{HEADER}\r\n{ROW.replace(',n,', f',{name},')}\r\n", encoding)
    assert OrderLine.objects.get().product_name == name


def test_a_bad_byte_is_named_by_line_and_place(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(f"{HEADER}\r\n".encode("cp932") + b"1,2026-01-05,A,\x81\x39,1,1\r\n")
    with pytest.raises(InputError, match="Line 2, byte 16"):
        api.import_file(path)


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ("09012345678.0", "09012345678"),
        ("9012345678", "09012345678"),
        ("9012345678.0", "09012345678"),
        ("819012345678", "09012345678"),
        ("+81 90-1234-5678", "09012345678"),
        ("0081-90-1234-5678", "09012345678"),
        ("'+819012345678", "09012345678"),
        ('="09012345678"', "09012345678"),
        ("０９０－１２３４－５６７８", "09012345678"),
        ("090ー1234〜5678", "09012345678"),
        ("(03)1234-5678", "0312345678"),
        ("+1 212 555 0100", "+12125550100"),
        ("000-0000-0000", ""),
        ("0000", ""),
        ("9.012E+09", ""),
    ],
)
def test_telephones(tmp_path: Path, told: str, key: str) -> None:
    _rows(tmp_path, {"電話番号": told, "姓": "山田"})
    assert Party.objects.get().phone_key == key


@pytest.mark.parametrize(
    ("told", "prefecture", "code"),
    [
        ("640941", "北海道", "0640941"),
        ("640941.0", "北海道", "0640941"),
        ("640941", "東京都", "640941"),
        ("1500001.0", "東京都", "1500001"),
        ("〒１５０ー０００１", "東京都", "1500001"),
        ("'0640941", "北海道", "0640941"),
    ],
)
def test_postal_codes(tmp_path: Path, told: str, prefecture: str, code: str) -> None:
    _rows(tmp_path, {"郵便番号": told, "都道府県": prefecture, "姓": "山田"})
    assert Party.objects.get().postal_code == code


@pytest.mark.parametrize(
    ("told", "parts"),
    [
        ("山田　太郎", ("山田", "太郎")),
        ("山田 太郎 様", ("山田", "太郎")),
        ("山田太郎様", ("山田太郎", "")),
        ("山田太郎", ("山田太郎", "")),
    ],
)
def test_names_of_one_field(tmp_path: Path, told: str, parts: tuple[str, str]) -> None:
    path = tmp_path / "any.csv"
    path.write_text(f"No,When,Sku,Price,Qty,Name,Kana\n1,2026-01-05,A,1,1,{told},ﾔﾏﾀﾞ たろう\n")
    names = {"order_no": "No", "ordered_at": "When", "sku": "Sku", "unit_price": "Price"}
    api.import_file(path, mapping=names | {"quantity": "Qty", "name": "Name", "kana": "Kana"})
    who = Party.objects.get()
    assert (who.family_name, who.given_name) == parts
    assert (who.family_kana, who.given_kana) == ("ヤマダ", "タロウ")


@pytest.mark.parametrize(
    ("told", "instant"),
    [
        ("2022/8/10", "2022-08-09T15:00"),
        ("2022-08-10 10:33:09", "2022-08-10T01:33"),
        ("20220810", "2022-08-09T15:00"),
        ("2022年8月10日", "2022-08-09T15:00"),
        ("令和4年8月10日", "2022-08-09T15:00"),
        ("R4.8.10", "2022-08-09T15:00"),
        ("令和元年5月1日", "2019-04-30T15:00"),
        ("44783", "2022-08-09T15:00"),
        ("44783.5", "2022-08-10T03:00"),
        ("2022/8/10 24:00", "2022-08-10T15:00"),
        ("2022/8/10 25:30", "2022-08-10T16:30"),
        ("2022-08-10T10:33:09+0000", "2022-08-10T10:33"),
    ],
)
def test_days_and_instants(tmp_path: Path, told: str, instant: str) -> None:
    _rows(tmp_path, {"注文日時": told})
    assert Order.objects.get().ordered_at.isoformat().startswith(instant)


@pytest.mark.parametrize(
    ("told", "minor"),
    [
        ("¥1,234", 1234),
        ("1,234円", 1234),
        ("１２３４", 1234),
        ("1234.00", 1234),
        ('="1234"', 1234),
        ("'1234", 1234),
        ("▲1,234", -1234),
        ("△1234", -1234),
        ("(1,234)", -1234),
    ],
)
def test_amounts(tmp_path: Path, told: str, minor: int) -> None:
    _rows(tmp_path, {"単価(税込)": told, "数量": '="1"'})
    assert Order.objects.get().lines_minor == minor


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\r{ROW}\r",
        f"{HEADER},\r\n{ROW},\r\n{ROW.replace('1,', '2,', 1)},,\r\n",
        f"{HEADER}\r\n{ROW}\r\n".replace(",", "\t"),
        f"{HEADER}\r\n{ROW}\r\n".replace(",", ";"),
        f"sep=,\r\n{HEADER}\r\n{ROW}\r\n",
        f"sep=;\r\n{HEADER}\r\n{ROW}\r\n".replace(",", ";"),
        f"\r\n注文一覧 2026年1月\r\n出力日 2026/1/31\r\n{HEADER}\r\n{ROW}\r\n",
        f"注文一覧,,,,,\r\n{HEADER}\r\n{ROW}\r\n",
        f"注文,,商品,,,\r\n{HEADER}\r\n{ROW}\r\n",
        f"注文一覧\r\n{HEADER}\r\n{ROW}\r\n".replace(",", "\t"),
        HEADER.replace("単価(税込)", '"単価\r\n（税込）"') + f"\r\n{ROW}\r\n",
    ],
)
def test_shapes_of_files(tmp_path: Path, text: str) -> None:
    result = _import(tmp_path, text)
    assert (result.connector, result.rows_rejected) == ("template", 0)
    assert Order.objects.get(order_no="1").net_minor == 100


def test_a_second_line_of_the_header_is_a_row_that_is_refused_with_its_line(tmp_path: Path) -> None:
    result = _import(tmp_path, f"{HEADER}\r\n必須,必須,必須,,円,個\r\n{ROW}\r\n")
    assert ([line for line, _ in _codes(result)], Order.objects.count()) == ([2], 1)


def test_lines_are_counted_from_the_top_of_the_file(tmp_path: Path) -> None:
    bad = "2" + ROW[1:].replace(",100,", ",abc,")
    result = _import(tmp_path, f"注文一覧\r\n{HEADER}\r\n{ROW}\r\n{bad}\r\n")
    assert _codes(result) == [(4, "bad_amount")]


def test_few_names_over_full_rows_are_no_title(tmp_path: Path) -> None:
    """A header of two names stays the header, whatever words stand below it."""
    path = tmp_path / "any.csv"
    path.write_text("No,When,,\nA,2026-01-05,x@example.com,y\n")
    assert api.detect_file(path).header == ("No", "When")


def test_a_cell_of_two_lines_and_a_column_that_comes_twice(tmp_path: Path) -> None:
    _import(tmp_path, f'{HEADER},送料,送料,備考\r\n{ROW},500,700,"a\r\nb"\r\n')
    order = Order.objects.get()
    assert (order.shipping_minor, order.extra) == (500, {"送料 (2)": "700", "備考": "a\r\nb"})


@pytest.mark.parametrize("told", ["1.23E+11", "3月1日", "#N/A", "####"])
@pytest.mark.parametrize("column", ["注文番号", "商品コード"])
def test_codes_that_a_spreadsheet_destroyed(tmp_path: Path, column: str, told: str) -> None:
    assert _codes(_rows(tmp_path, {column: told})) == [(2, "mangled_code")]
    assert not Order.objects.exists()


@pytest.mark.parametrize("told", ["'0123", '="0123"'])
def test_codes_that_are_wrapped(tmp_path: Path, told: str) -> None:
    _rows(tmp_path, {"注文番号": told, "商品コード": told})
    assert (Order.objects.get().order_no, OrderLine.objects.get().sku) == ("0123", "0123")
