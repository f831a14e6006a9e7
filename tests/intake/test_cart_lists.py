"""Members and products as carts export them: recognised, and the same people as the carts' orders."""

from pathlib import Path

import pytest

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.intake import api
from okaeri.intake.models import Party, Product
from okaeri.intake.types import PartyIn

pytestmark = pytest.mark.django_db
_ADDRESS = (
    "Default Address Company,Default Address Address1,Default Address Address2,"
    "Default Address City,Default Address Province Code,Default Address Country Code,"
    "Default Address Zip,Default Address Phone"
)
_OLD_ADDRESS = "Company,Address1,Address2,City,Province,Province Code,Country,Country Code,Zip"


def _file(folder: Path, *rows: str, encoding: str = "utf-8") -> Path:
    path = folder / "list.csv"
    path.write_text("\r\n".join(rows) + "\r\n", encoding=encoding, newline="")
    return path


def test_shopify_members_are_the_people_its_webhooks_speak_of(tmp_path: Path) -> None:
    api.record_customers(
        [PartyIn(member_no="9007199254740993", family_name="山田")], source="shopify"
    )
    path = _file(
        tmp_path,
        f"Customer ID,First Name,Last Name,Email,Accepts Email Marketing,{_ADDRESS},Phone,"
        "Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags",
        "'9007199254740993,花子,山田,hana@example.com,yes,,神宮前1-2-3,,渋谷区,東京都,JP,'1500001,,"
        "'+819012345678,no,9800.00,3,,no,",
        "'2,太郎,田中,,no,,,,,,,,,,no,0.00,0,,no,",
        encoding="utf-8-sig",
    )
    assert api.detect_file(path).connector == "shopify_customers"
    result = api.import_file(path)
    assert (result.rows, result.rows_rejected) == (2, 0)
    hana = Party.objects.get(email="hana@example.com")
    assert (hana.source, hana.member_no, hana.email_opt_in) == ("shopify", "9007199254740993", True)
    assert (hana.postal_code, hana.phone_key) == ("1500001", "09012345678")
    assert hana.address == "渋谷区 神宮前1-2-3"
    while customers.resolve_new_parties(clock.now()):
        pass
    assert len(customers.search_customers("山田")) == 1
    assert customers.count_customers() == 2


def test_the_older_layout_without_numbers_is_read_as_well(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        f"First Name,Last Name,Email,Accepts Email Marketing,{_OLD_ADDRESS},Phone,"
        "Accepts SMS Marketing,Total Spent,Total Orders,Tags,Note,Tax Exempt,Created At",
        "花子,山田,hana@example.com,no,,神宮前1,,渋谷区,東京都,JP-13,Japan,JP,'1500001,'090-1234-5678,"
        "no,0.00,0,,,no,2024-03-01 09:30:00 +0000",
    )
    assert api.import_file(path).connector == "shopify_customers"
    hana = Party.objects.get()
    assert (hana.member_no, hana.email_opt_in, hana.prefecture) == ("", False, "東京都")
    assert str(hana.registered_at) == "2024-03-01 09:30:00+00:00"


def test_shopify_products_are_one_per_sku_with_the_title_of_their_group(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,"
        "Option1 Value,Option2 Value,Variant SKU,Variant Inventory Qty,Variant Price,Image Src,"
        "Cost per item,Status",
        'lotion,化粧水,"<p>a,b</p>",肌日和,,スキンケア,,true,サイズ,大,,LOTION-L,12,3300,x.png,900,active',
        "lotion,,,,,,,,,小,,LOTION-S,-2,1980,,,",
        "lotion,,,,,,,,,,,,,,y.png,,",
        "soap,石けん,,肌日和,,スキンケア,,true,Title,Default Title,,SOAP,,880,,,active",
    )
    result = api.import_file(path)
    assert (result.connector, result.rows_rejected) == ("shopify_products", 0)
    found = {p.sku: p for p in Product.objects.all()}
    assert {sku: (p.name, p.price_minor, p.stock) for sku, p in found.items()} == {
        "LOTION-L": ("化粧水 大", 3300, 12),
        "LOTION-S": ("化粧水 小", 1980, 0),
        "SOAP": ("石けん", 880, None),
    }
    assert found["LOTION-S"].category == "スキンケア"
    assert (found["LOTION-L"].cost_minor, found["LOTION-S"].cost_minor) == (900, None)


def test_eccube_members_come_without_those_who_left(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "会員ID,お名前(姓),お名前(名),お名前(セイ),お名前(メイ),会社名,郵便番号,都道府県(ID),"
        "都道府県(名称),住所1,住所2,メールアドレス,TEL,性別(ID),性別(名称),誕生日,初回購入日,最終購入日,"
        "購入回数,ショップ用メモ欄,会員ステータス(ID),会員ステータス(名称),登録日,更新日,ポイント",
        "71,髙橋,花子,タカハシ,ハナコ,,1500001,13,東京都,渋谷区,1-2,hana@example.com,0312345678,,,"
        "1980-05-06 00:00:00,,,1,,2,本会員,2024-01-02 10:00:00,2026-11-01 09:00:00,100",
        "72,退会,者,,,,,,,,,gone@example.com,,,,,,,0,,3,退会,2024-01-02 10:00:00,2024-02-02 10:00:00,0",
        encoding="cp932",
    )
    result = api.import_file(path)
    assert (result.connector, result.rows, result.rows_rejected) == ("eccube_customers", 1, 0)
    hana = Party.objects.get()
    assert (hana.source, hana.member_no, hana.family_name) == ("eccube", "71", "髙橋")
    assert str(hana.birth_on) == "1980-05-06"
    assert hana.seen_at.isoformat().startswith("2026-10-31T15:00")
    assert str(hana.registered_at) == str(hana.known_at) == "2024-01-02 01:00:00+00:00"
    # Nothing in the file speaks of consent.
    assert hana.email_opt_in is None


def test_eccube_products_are_not_taken_for_our_own_template(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "商品ID,公開ステータス(ID),公開ステータス(名称),商品名,商品規格ID,販売種別(ID),規格分類1(ID),"
        "規格分類1(名称),規格分類2(ID),規格分類2(名称),商品コード,在庫数,在庫数無制限フラグ,通常価格,"
        "販売価格,商品画像,商品カテゴリ(ID),商品カテゴリ(名称),タグ(ID),タグ(名称)",
        '1,1,公開,化粧水,10,1,3,大,,,LOTION-L,12,0,3000,2800,a.png,"1,2","スキンケア,新着",,',
        "2,1,公開,石けん,11,1,,,,,,,1,,800,,,,,",
        encoding="cp932",
    )
    result = api.import_file(path)
    assert (result.connector, result.rows_rejected) == ("eccube_products", 0)
    assert {p.sku: (p.name, p.category, p.stock, p.price_minor) for p in Product.objects.all()} == {
        "LOTION-L": ("化粧水 大", "スキンケア", 12, None),
        "2": ("石けん", "", None, None),
    }
