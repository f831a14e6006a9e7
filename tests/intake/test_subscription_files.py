"""Own templates for subscriptions, inquiries, calls and payments: recognised, read, kept newest."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from okaeri.intake import api
from okaeri.intake.models import Call, Inquiry, Party, Payment, Subscription
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from tests.intake.deliveries import NOW

pytestmark = pytest.mark.django_db


def written(path: Path, *rows: dict[str, str], encoding: str = "cp932") -> Path:
    stream = io.StringIO()
    header = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(stream, header, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))
    return path


CONTRACT = {
    "定期番号": "T-1", "定期の状態": "有効", "更新日時": "2026/11/01 10:00", "顧客ID": "71",
    "商品コード": "LOTION", "金額": "3,300円", "お届け間隔": "30", "開始日": "2026/8/1",
    "出来事": "お届け", "出来事の日": "2026/8/3", "お届け回数": "1", "解約日": "", "解約理由": "",
}  # fmt: skip


def test_contracts_and_what_happened_to_them_come_from_a_file(tmp_path: Path) -> None:
    skip = CONTRACT | {"出来事": "スキップ", "出来事の日": "2026/9/3", "お届け回数": ""}
    path = written(tmp_path / "定期.csv", CONTRACT, skip)
    assert api.detect_file(path).connector == "subscriptions"
    result = api.import_file(path)
    assert (result.rows, result.orders_new, result.rows_rejected) == (2, 1, 0)
    row = Subscription.objects.get()
    assert (row.status, row.price_minor, row.interval_days) == ("active", 3300, 30)
    found = api.subscriptions_of([row.party_id or 0])[0]
    assert [event.kind for event in found.events] == ["delivered", "skipped"]
    assert api.import_file(path).orders_unchanged == 1


def test_an_older_file_replaces_no_newer_word(tmp_path: Path) -> None:
    ended = CONTRACT | {
        "定期の状態": "解約", "更新日時": "2026/11/05 09:00", "解約日": "2026/11/5",
        "解約理由": "余っている", "出来事": "解約", "出来事の日": "2026/11/5", "お届け回数": "",
    }  # fmt: skip
    api.import_file(written(tmp_path / "neu.csv", ended))
    api.import_file(written(tmp_path / "alt.csv", CONTRACT))
    row = Subscription.objects.get()
    assert (row.status, row.cancelled_on, row.cancel_reason) == (
        "cancelled", date(2026, 11, 5), "余っている",
    )  # fmt: skip


def test_of_a_bad_row_only_that_row_is_left_out_and_says_why(tmp_path: Path) -> None:
    bad = CONTRACT | {"定期番号": "T-2", "お届け間隔": "毎月"}
    worse = CONTRACT | {"定期番号": "T-3", "定期の状態": "なぞ"}
    path = written(tmp_path / "定期.csv", CONTRACT, bad, worse)
    result = api.import_file(path)
    assert (result.orders_new, result.rows_rejected) == (1, 2)
    reasons = [row.reason.ja for row in api.iter_rejected_rows(result.run_id)]
    assert "毎月" in reasons[0]
    assert "status" in reasons[1]


def test_contracts_whose_numbers_a_spreadsheet_destroyed_do_not_become_one(tmp_path: Path) -> None:
    rows = [CONTRACT | {"定期番号": said} for said in ("1.23E+11", "3月1日")]
    result = api.import_file(written(tmp_path / "定期.csv", CONTRACT, *rows))
    assert (result.orders_new, result.rows_rejected) == (1, 2)
    assert {row.code for row in api.iter_rejected_rows(result.run_id)} == {"mangled_code"}


def test_inquiries_come_from_a_file_and_an_open_complaint_is_known(tmp_path: Path) -> None:
    row = {
        "問合せ番号": "Q-1", "受付日時": "2026/11/1 10:00", "媒体": "電話", "種別": "クレーム",
        "対応状況": "対応中", "メールアドレス": "hana@example.com", "件名": "届かない", "タグ": "配送、遅延",
    }  # fmt: skip
    path = written(tmp_path / "問合せ.csv", row)
    assert api.detect_file(path).connector == "inquiries"
    api.import_file(path)
    found = Inquiry.objects.get()
    assert (found.medium, found.kind, found.tags) == ("phone", "complaint", ["配送", "遅延"])
    party = Party.objects.get().id
    assert api.open_complaints([party]) == {party}
    api.import_file(written(path, row | {"対応状況": "完了"}))
    assert api.open_complaints([party]) == set()


def test_calls_come_from_a_file(tmp_path: Path) -> None:
    row = {
        "架電番号": "C-1", "架電日時": "2026/11/1 10:00", "架電結果": "受注", "電話番号": "090-1234-5678",
        "通話秒数": "95",
    }  # fmt: skip
    path = written(tmp_path / "架電.csv", row)
    assert api.detect_file(path).connector == "calls"
    api.import_file(path)
    call = Call.objects.get()
    assert (call.direction, call.result, call.duration_seconds) == ("out", "ordered", 95)
    assert [one.call_no for one in api.calls_of([call.party_id or 0])] == ["C-1"]


@pytest.mark.parametrize("status", ["未入金", "貸倒"])
def test_who_has_not_paid_is_known_until_he_pays(tmp_path: Path, status: str) -> None:
    line = LineIn("A", "A", 1, 100, 100)
    party = PartyIn(email="hana@example.com")
    api.record_orders([OrderIn("template", "A-1", NOW, "accepted", party, (line,))])
    owing = {"注文番号": "A-1", "入金状況": status, "入金期限": "2026/11/10"}
    path = written(tmp_path / "入金.csv", owing)
    assert api.detect_file(path).connector == "payments"
    api.import_file(path)
    person = Party.objects.get().id
    assert api.unpaid_orders_of([person], date(2026, 11, 11))[person][0].order_no == "A-1"
    if status == "未入金":
        assert api.unpaid_orders_of([person], date(2026, 11, 10)) == {}
    api.import_file(written(path, owing | {"入金状況": "入金済", "入金日": "2026/11/12"}))
    assert api.unpaid_orders_of([person], date(2026, 11, 30)) == {}
    assert Payment.objects.get().status == "paid"
