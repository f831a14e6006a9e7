"""Bringing a file in: what it is, what is warned of, columns chosen by hand, the result."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation.work.jobs import JobRunner
from okaeri.intake import api as intake
from okaeri.intake.connectors import CONNECTORS
from okaeri.web.pages.imports import uploads
from tests.intake.carts import CARTS, PURCHASES, as_bytes, yahoo_item, yahoo_order

pytestmark = pytest.mark.django_db

LISTS = [one for one in CONNECTORS.values() if one.kind in ("customers", "products")]
CART = {cart.key: cart for cart in CARTS}
UPLOAD, START, COLUMNS = (
    f"/settings/imports/{name}/" for name in ("upload", "start", "columns")
)  # fmt: skip


def _content(key: str, **cells: str) -> bytes:
    cart = CART[key]
    rows = [row | {k: v for k, v in cells.items() if k in row} for row in cart.rows()]
    return as_bytes(rows, cart.encoding, cart.delimiter)


def _upload(client: Client, *contents: bytes) -> tuple[str, str]:
    """Give the page and the upload's key."""
    files = [SimpleUploadedFile(f"{place}.csv", raw) for place, raw in enumerate(contents)]
    response = client.post(UPLOAD, {"file": files})
    html = response.content.decode()
    assert response.status_code == 200, html
    found = re.search(r'name="key" value="([^"]+)"', html)
    assert found
    return html, found[1]


def _work() -> None:
    JobRunner({intake.JOB_KIND: intake.run_import_job}).run_one(datetime.now(UTC))


def test_nothing_is_imported_before_a_person_has_seen_what_the_file_is(
    browser_of_staff: Client,
) -> None:
    html, key = _upload(browser_of_staff, _content("template"))
    assert "Okaeri 注文テンプレート として読みます" in html
    assert "まだ何も取り込んでいません" in html
    assert intake.list_import_runs() == []
    response = browser_of_staff.post(START, {"key": key, "filename": "a.csv", "do": "import"})
    assert response.status_code == 302
    _work()
    run = intake.list_import_runs()[0]
    assert (run.status, run.orders_new, run.connector) == ("done", 4, "template")


@pytest.mark.parametrize(
    ("key", "mall", "partial"),
    [
        ("template", False, False),
        ("base", False, False),
        ("makeshop", False, True),
        ("rakuten", True, True),
        ("amazon", True, False),
    ],
)
def test_guesses_and_malls_are_said_before_the_import(
    browser_of_staff: Client, in_english: Client, key: str, *, mall: bool, partial: bool
) -> None:
    ja, _ = _upload(browser_of_staff, _content(key))
    en, _ = _upload(in_english, _content(key))
    known = next(info for info in intake.list_connectors() if info.key == key)
    assert known.note.ja in ja
    assert ("分析だけに使います" in ja, "For analysis only" in en) == (mall, mall)
    assert ("列の一部は推定です" in ja, "our best guess" in en) == (partial, partial)


def test_columns_that_are_read_and_columns_that_are_kept_are_listed(
    browser_of_staff: Client,
) -> None:
    html, _ = _upload(browser_of_staff, _content("base"))
    read, kept = html.split("読み取る列")[1].split("そのまま残す列")
    assert "<dt>注文番号(必須)</dt><dd>注文ID</dd>" in read
    assert "バリエーション" in kept
    assert "注文ID" not in kept.split("<hr>")[0]


@pytest.mark.parametrize("key", [info.key for info in LISTS])
def test_a_list_says_which_columns_it_keeps_as_they_are(browser_of_staff: Client, key: str) -> None:
    connector = CONNECTORS[key]
    read = [names[0] for names in connector.columns.values()]
    header = [*connector.signature, *connector.one_of[:1], *read, "謎の列"]
    html, _ = _upload(browser_of_staff, as_bytes([dict.fromkeys(header, "1")], "utf-8"))
    assert connector.name.ja in html
    assert "謎の列" in html.split("そのまま残す列")[1].split("<hr>")[0]


def test_of_a_mall_the_columns_that_are_not_stored_are_named(browser_of_staff: Client) -> None:
    html, _ = _upload(browser_of_staff, _content("rakuten"))
    read, rest = html.split("保存しない列")
    secret, kept = rest.split("そのまま残す列")
    for name in ("注文者メールアドレス", "注文者電話番号1", "注文者電話番号2", "注文者住所郡市区"):
        assert name in secret
        assert name not in read.split("<dl")[1]
        assert name not in kept.split("<hr>")[0]
    assert "注文者住所都道府県" in read


def test_a_wrong_guess_is_put_right_in_one_click_and_remembered(browser_of_staff: Client) -> None:
    content = _content("makeshop")
    _, key = _upload(browser_of_staff, content)
    form = browser_of_staff.post(START, {"key": key, "filename": "m.csv", "do": "columns"})
    html = form.content.decode()
    # What was recognised stands in the form already.
    assert re.search(r'id="column-sku".*?<option selected>独自商品コード', html)
    chosen = {
        "order_no": "注文番号", "ordered_at": "日付", "sku": "商品名", "quantity": "数量",
        "unit_price": "販売価格", "status": "処理状況",
    }  # fmt: skip
    fields = {f"column-{name}": column for name, column in chosen.items()}
    browser_of_staff.post(COLUMNS, {"key": key, "filename": "m.csv", "name": "うちの店"} | fields)
    _work()
    assert intake.list_import_runs()[0].connector == "mapped"
    again, _ = _upload(browser_of_staff, content)
    assert "「うちの店」の形で読みます" in again
    assert "<dt>商品コード(必須)</dt><dd>商品名</dd>" in again


@pytest.mark.parametrize("is_mall", [True, False])
def test_of_a_file_of_many_shops_staff_are_asked_whether_a_mall_is_in_it(
    browser_of_staff: Client, *, is_mall: bool
) -> None:
    content = _content("nextengine")
    _, key = _upload(browser_of_staff, content)
    asked = browser_of_staff.post(START, {"key": key, "filename": "ne.csv", "do": "columns"})
    html = asked.content.decode()
    # Unless somebody says otherwise there is.
    assert 'name="is_mall" value="1" checked>' in html
    chosen = intake.recognised_columns(intake.detect_file(uploads.path_of(key)))
    posted = {f"column-{name}": column for name, column in chosen.items()}
    posted |= {"key": key, "filename": "ne.csv", "name": "NE"} | (
        {"is_mall": "1"} if is_mall else {}
    )
    assert browser_of_staff.post(COLUMNS, posted).status_code == 302
    _work()
    run = intake.list_import_runs(1)[0]
    assert (run.connector, run.orders_new) == ("mapped_mall" if is_mall else "mapped", 4)
    addresses = {party.email for party in intake.list_parties_after(0, 10)}
    assert addresses == ({""} if is_mall else {"hanako@example.com", "ichiro@example.jp"})
    # The next file of this layout is read as was said.
    again, _ = _upload(browser_of_staff, content)
    assert ("分析だけに使います(配信不可)" in again) == is_mall


def test_columns_chosen_by_hand_do_not_open_a_mall_to_messages(browser_of_staff: Client) -> None:
    _, key = _upload(browser_of_staff, _content("rakuten"))
    html = browser_of_staff.post(
        START, {"key": key, "filename": "r.csv", "do": "columns"}
    ).content.decode()
    assert 'name="is_mall" value="1" checked disabled' in html
    fields = {
        "column-order_no": "注文番号", "column-ordered_at": "注文日時", "column-sku": "商品番号",
        "column-quantity": "個数", "column-unit_price": "単価",
        "column-email": "注文者メールアドレス",
    }  # fmt: skip
    browser_of_staff.post(COLUMNS, {"key": key, "filename": "r.csv", "name": "r"} | fields)
    _work()
    run = intake.list_import_runs()[0]
    assert (run.connector, run.orders_new) == ("mapped_mall", 4)
    while customers.resolve_new_parties(datetime.now(UTC)):
        pass
    people = customers.customers_of_parties(p.id for p in intake.list_parties_after(0, 10))
    assert len(set(people.values())) == 2
    assert customers.list_contact_points(people.values(), "email") == {}


def test_an_unknown_file_asks_for_its_columns_at_once(browser_of_staff: Client) -> None:
    html, _ = _upload(browser_of_staff, b"No,When,Item\n1,2026-01-05,X\n")
    assert "は初めて見る形です" in html


def test_two_halves_of_one_export_are_joined(browser_of_staff: Client) -> None:
    orders = as_bytes([yahoo_order(p) for p in PURCHASES], "cp932")
    items = as_bytes(
        [yahoo_item(p, item, i) for p in PURCHASES for i, item in enumerate(p.items)], "cp932"
    )
    before = _waiting()
    html, key = _upload(browser_of_staff, items, orders)
    assert "Yahoo!ショッピング 注文CSV" in html
    browser_of_staff.post(START, {"key": key, "filename": "y.csv", "do": "import"})
    _work()
    run = intake.list_import_runs()[0]
    assert (run.connector, run.orders_new, run.rows_rejected) == ("yahoo", 4, 0)
    nets = {o.order_no: o.net_minor for o in intake.list_orders_after(0, 9)}
    assert nets == {p.number: 0 if p.is_cancelled else p.paid - p.shipping for p in PURCHASES}
    assert _waiting() == before


def _waiting() -> list[Path]:
    folder = Path(settings.OKAERI.data_dir) / "uploads"
    return sorted(path for path in folder.glob("*") if path.is_file())


def _refused(client: Client, *contents: bytes) -> str:
    files = [SimpleUploadedFile("a.csv", raw) for raw in contents]
    before = _waiting()
    response: Any = client.post(UPLOAD, {"file": files})
    assert response.status_code == 400
    assert _waiting() == before
    return str(response.content.decode())


def test_files_that_are_no_pair_and_half_a_pair_are_refused_in_a_sentence(
    browser_of_staff: Client,
) -> None:
    assert "組になっていません" in _refused(browser_of_staff, _content("base"), _content("base"))
    assert "1つ、または" in _refused(browser_of_staff, b"a", b"b", b"c")
    orders = as_bytes([yahoo_order(p) for p in PURCHASES], "cp932")
    broken = orders.replace(b"A-1002,", b"A-1002,,,")
    items = as_bytes([yahoo_item(p, p.items[0], 0) for p in PURCHASES], "cp932")
    assert "列の数が見出しと違います" in _refused(browser_of_staff, broken, items)


def test_a_file_that_lacks_something_goes_to_the_columns_with_the_reason(
    browser_of_staff: Client,
) -> None:
    def said(content: bytes) -> str:
        given = {"file": SimpleUploadedFile("a.csv", content)}
        response: Any = browser_of_staff.post(UPLOAD, given)
        assert response.status_code == 400
        return str(response.content.decode())

    half = said(as_bytes([yahoo_order(p) for p in PURCHASES], "cp932"))
    assert "2つのファイルを一緒に選んでください" in half
    rows = [{k: v for k, v in row.items() if k != "商品名"} for row in CART["makeshop"].rows()]
    lacking = said(as_bytes(rows, "cp932"))
    assert "必要な列がありません: 商品名" in lacking
    assert "どの列が何か教えてください" in lacking
    assert "<option selected>注文番号" in lacking


def test_the_result_names_the_connector_and_gives_what_was_rejected(
    browser_of_staff: Client,
) -> None:
    cart = CART["rakuten"]
    rows = cart.rows()
    rows[-1]["個数"] = "たくさん"
    _, key = _upload(browser_of_staff, as_bytes(rows, cart.encoding))
    browser_of_staff.post(START, {"key": key, "filename": "r.csv", "do": "import"})
    _work()
    run = intake.list_import_runs()[0]
    html = browser_of_staff.get(f"/settings/imports/{run.run_id}/").content.decode()
    assert "楽天RMS 受注CSV" in html
    assert "分析だけに使います" in html
    assert "使えなかった行は 3行です" in html
    response: Any = browser_of_staff.get(f"/settings/imports/{run.run_id}/rejected.csv")
    header, *lines = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert header[:3] == ["行", "理由", "Reason"]
    assert [line[0] for line in lines] == ["6", "7", "8"]


def test_a_file_of_reviews_with_other_columns_is_asked_for_its_own_fields(
    browser_of_staff: Client, in_english: Client
) -> None:
    raw = "点,日,お客様,感想,年代\r\n5,2026-10-01,hana@example.com,良い,30代\r\n".encode("cp932")
    html, key = _upload(browser_of_staff, raw)
    assert "注文番号(必須)" in html
    switch = {"key": key, "filename": "感想.csv", "records": "reviews", "do": "switch"}
    html = browser_of_staff.post(COLUMNS, switch).content.decode()
    assert "星の数(必須)" in html
    assert "注文番号(必須)" not in html
    assert "stars (needed)" in in_english.post(COLUMNS, switch).content.decode()
    chosen = {
        "key": key, "filename": "感想.csv", "records": "reviews", "name": "感想",
        "column-stars": "点", "column-email": "お客様",
    }  # fmt: skip
    refused = browser_of_staff.post(COLUMNS, chosen)
    assert refused.status_code == 400
    assert "投稿日時" in refused.content.decode()
    chosen |= {"column-written_at": "日", "column-body": "感想"}
    assert browser_of_staff.post(COLUMNS, chosen).status_code == 302
    _work()
    assert intake.list_import_runs()[0].orders_new == 1
    assert intake.list_reviews_after(0, 10)[0].extra == {"年代": "30代"}
    # The same layout is known the next time, and says what is done with each column.
    html, key = _upload(browser_of_staff, raw)
    assert "「感想」の形で読みます" in html
    assert "星の数" in html
    assert "そのまま残す列" in html
    again = browser_of_staff.post(START, {"key": key, "filename": "b", "do": "columns"})
    assert "星の数(必須)" in again.content.decode()


def test_a_table_with_one_question_per_column_says_so(browser_of_staff: Client) -> None:
    raw = "タイムスタンプ,メールアドレス,決め手\r\n2026/10/01 9:00:00,hana@example.com,香り\r\n".encode()
    html, key = _upload(browser_of_staff, raw)
    assert "質問として読む列" in html
    assert "決め手" in html
    browser_of_staff.post(START, {"key": key, "filename": "秋.csv", "do": "import"})
    _work()
    (told,) = intake.list_survey_answers_after(0, 10)
    assert (told.survey, told.question, told.answer) == ("秋", "決め手", "香り")
