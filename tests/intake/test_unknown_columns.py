"""Columns nobody knows are kept with what their row is about, in every layout that is no order's."""

from pathlib import Path

import pytest

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.intake import api
from okaeri.intake.connectors import CONNECTORS
from okaeri.intake.models import Call, Inquiry, Party, Payment, Product, Subscription
from okaeri.intake.types import PartyIn, SubscriptionIn
from tests.intake.deliveries import NOW
from tests.intake.test_subscription_files import CONTRACT, written

pytestmark = pytest.mark.django_db
# Layout → one row of it, with what else may stand there.
PEOPLE = {
    "shopify_customers": {
        "First Name": "花子", "Last Name": "山田", "Email": "hana@example.com",
        "Accepts Email Marketing": "yes", "Total Orders": "3", "Tags": "vip, 肌", "謎": "a\nb",
    },
    "eccube_customers": {
        "会員ID": "71", "お名前(姓)": "山田", "お名前(名)": "花子", "メールアドレス": "hana@example.com",
        "購入回数": "3", "登録日": "2024-01-02 10:00:00", "更新日": "2026-11-01 09:00:00",
        "会員ステータス(ID)": "2", "ポイント": "100", "謎": "①",
    },
    "customers": {
        "顧客ID": "71", "姓": "山田", "メールアドレス": "hana@example.com", "メール許可": "1", "謎": "x",
    },
}  # fmt: skip
KEPT_OF_PEOPLE = {
    "shopify_customers": {"Total Orders": "3", "Tags": "vip, 肌", "謎": "a\nb"},
    "eccube_customers": {
        "購入回数": "3", "更新日": "2026-11-01 09:00:00", "会員ステータス(ID)": "2", "ポイント": "100",
        "謎": "①",
    },
    "customers": {"謎": "x"},
}  # fmt: skip
GOODS = {
    "shopify_products": {
        "Handle": "lotion", "Title": "化粧水", "Vendor": "肌日和", "Variant SKU": "LOTION",
        "Variant Price": "3300", "謎": "x",
    },
    "eccube_products": {
        "商品ID": "1", "公開ステータス(ID)": "1", "商品名": "化粧水", "商品規格ID": "10",
        "商品コード": "LOTION", "通常価格": "3000", "謎": "x",
    },
    "products": {"商品コード": "LOTION", "商品名": "化粧水", "原価": "900", "謎": "x"},
}  # fmt: skip
KEPT_OF_GOODS = {
    "shopify_products": {"Handle": "lotion", "Vendor": "肌日和", "謎": "x"},
    "eccube_products": {
        "商品ID": "1", "公開ステータス(ID)": "1", "商品規格ID": "10", "通常価格": "3000", "謎": "x",
    },
    "products": {"謎": "x"},
}  # fmt: skip


def test_every_layout_of_lists_is_tried_here() -> None:
    lists = {key for key, one in CONNECTORS.items() if one.kind in ("customers", "products")}
    assert PEOPLE.keys() | GOODS.keys() == lists


@pytest.mark.parametrize("key", PEOPLE)
def test_a_list_of_people_keeps_what_nobody_reads(tmp_path: Path, key: str) -> None:
    row = PEOPLE[key]
    result = api.import_file(written(tmp_path / "a.csv", row, encoding="utf-8"))
    assert (result.connector, result.rows_rejected) == (key, 0)
    assert Party.objects.get().extra == KEPT_OF_PEOPLE[key]
    # The same person in the next export: one contact, which says what the newest file said.
    api.import_file(written(tmp_path / "b.csv", row | {"謎": "neu"}, encoding="utf-8"))
    stored = Party.objects.get()
    assert stored.extra == KEPT_OF_PEOPLE[key] | {"謎": "neu"}
    # An order or a live word of the same contact says nothing of these columns.
    number, extra = stored.change_no, stored.extra
    values = {name: getattr(stored, name) for name in PartyIn.__dataclass_fields__}
    api.record_customers([PartyIn(**values)], source=stored.source)
    assert Party.objects.get().extra == extra
    assert Party.objects.get().change_no >= number


@pytest.mark.parametrize("key", GOODS)
def test_a_list_of_products_keeps_what_nobody_reads(tmp_path: Path, key: str) -> None:
    row = GOODS[key]
    result = api.import_file(written(tmp_path / "a.csv", row, encoding="utf-8"))
    assert (result.connector, result.rows_rejected) == (key, 0)
    stored = Product.objects.get()
    assert stored.extra == KEPT_OF_GOODS[key]
    api.import_file(written(tmp_path / "b.csv", row | {"謎": "neu"}, encoding="utf-8"))
    again = Product.objects.get()
    assert again.extra == KEPT_OF_GOODS[key] | {"謎": "neu"}
    # No figure depends on them, so nothing is computed anew.
    assert again.change_no == stored.change_no
    api.record_products([api.list_products()["LOTION"]])
    assert Product.objects.get().extra == again.extra


def test_a_code_on_two_rows_keeps_what_the_second_says_otherwise(tmp_path: Path) -> None:
    first = GOODS["products"]
    api.import_file(written(tmp_path / "a.csv", first, first | {"謎": "y"}, first))
    assert Product.objects.get().extra == {"謎": "x", "謎 #2": "y"}


def test_of_a_malls_customer_nothing_is_kept_that_reaches_him(tmp_path: Path) -> None:
    row = PEOPLE["customers"] | {
        "メールアドレス": "abc@pc.fw.rakuten.ne.jp", "勤務先の電話": "0312345678",
        "届け先住所": "渋谷1-1", "届け先都道府県": "東京都",
    }  # fmt: skip
    api.import_file(written(tmp_path / "a.csv", row))
    assert Party.objects.get().extra == {"謎": "x", "届け先都道府県": "東京都"}


def test_records_keep_what_nobody_reads(tmp_path: Path) -> None:
    who = {"メールアドレス": "hana@example.com", "謎": "x"}
    inquiry = who | {"問合せ番号": "Q-1", "受付日時": "2026/11/20 9:00"}
    call = who | {"架電番号": "C-1", "架電日時": "2026/11/20 9:00", "架電結果": "応答"}
    payment = {"注文番号": "1001", "入金状況": "入金済", "振込名義": "ヤマダ ハナコ"}
    for number, row in enumerate((inquiry, call, payment)):
        result = api.import_file(written(tmp_path / f"{number}.csv", row))
        assert (result.orders_new, result.rows_rejected) == (1, 0)
    assert Inquiry.objects.get().extra == Call.objects.get().extra == {"謎": "x"}
    assert Payment.objects.get().extra == {"振込名義": "ヤマダ ハナコ"}


def test_a_contract_keeps_what_each_of_its_rows_says(tmp_path: Path) -> None:
    skip = CONTRACT | {"出来事": "スキップ", "出来事の日": "2026/9/3", "担当": "佐藤", "店": "本店"}
    path = written(tmp_path / "定期.csv", CONTRACT | {"担当": "鈴木", "店": "本店"}, skip)
    api.import_file(path)
    assert Subscription.objects.get().extra == {"担当": "鈴木", "店": "本店", "担当 #2": "佐藤"}
    # A live word without such columns leaves them.
    api.record_subscriptions([SubscriptionIn("template", "T-1", "paused", NOW)])
    stored = Subscription.objects.get()
    assert (stored.status, stored.extra["店"]) == ("paused", "本店")


def test_words_that_an_old_file_brings_back_after_an_erasure_go_again(tmp_path: Path) -> None:
    row = {
        "問合せ番号": "Q-1", "受付日時": "2026/11/20 9:00", "メールアドレス": "hana@example.com",
        "内容": "渋谷に届きません", "謎": "花子",
    }  # fmt: skip
    path = written(tmp_path / "問合せ.csv", row)
    api.import_file(path)
    while customers.resolve_new_parties(clock.now()):
        pass
    party = Inquiry.objects.get().party_id or 0
    assert (Inquiry.objects.get().body, Inquiry.objects.get().extra) == (
        row["内容"],
        {"謎": "花子"},
    )
    api.blank_parties([party])
    assert (Inquiry.objects.get().body, Inquiry.objects.get().extra) == ("", {})
