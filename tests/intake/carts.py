"""The same purchases written the way each cart exports them; invented by us, header names public.

`PURCHASES` is what happened; a `Cart` says how one cart would write it down.
"""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Row = dict[str, str]


@dataclass(frozen=True)
class Person:
    """Who buys; `mask` is the address a mall shows instead."""

    number: str
    family: str
    given: str
    family_kana: str
    given_kana: str
    email: str
    mask: str
    phone: str


@dataclass(frozen=True)
class Item:
    """Goods of one order; the price includes 10 % tax."""

    sku: str
    name: str
    price: int
    quantity: int

    @property
    def amount(self) -> int:
        return self.price * self.quantity


@dataclass(frozen=True)
class Purchase:
    """One order; the instant is Japan's own time."""

    number: str
    day: str
    time: str
    person: Person
    items: tuple[Item, ...]
    discount: int = 0
    points: int = 0
    shipping: int = 0
    is_cancelled: bool = False

    @property
    def goods(self) -> int:
        return sum(item.amount for item in self.items)

    @property
    def paid(self) -> int:
        return self.goods - self.discount - self.points + self.shipping

    @property
    def ymd(self) -> str:
        return self.day.replace("-", "/")


HANAKO = Person(
    "M1", "髙橋", "花子", "タカハシ", "ハナコ", "hanako@example.com",
    "a1b2c3@pc.fw.rakuten.ne.jp", "090-1234-5678",
)  # fmt: skip
ICHIRO = Person(
    "M2", "鈴木", "一郎", "スズキ", "イチロウ", "ichiro@example.jp",
    "d4e5f6@pc.fw.rakuten.ne.jp", "03-9876-5432",
)  # fmt: skip
LOTION, SERUM = Item("LOTION", "化粧水①", 3300, 2), Item("SERUM", "美容液", 5500, 1)
TRIAL = Item("TRIAL", "お試しセット", 1100, 1)
PURCHASES = (
    Purchase("A-1001", "2026-05-14", "11:23:45", HANAKO, (LOTION, SERUM), 300, 100, 550),
    Purchase("A-1002", "2026-05-14", "12:00:00", ICHIRO, (SERUM,), is_cancelled=True),
    # Half past midnight in Japan is the day before in UTC.
    Purchase("A-1003", "2026-06-01", "00:30:00", HANAKO, (TRIAL,), shipping=550),
    Purchase("A-1004", "2026-06-02", "23:59:59", ICHIRO, (LOTION, TRIAL, SERUM)),
)


@dataclass(frozen=True)
class Cart:
    """How one cart writes an order: a row per item (`write`), the encoding, the delimiter."""

    key: str
    write: Callable[[Purchase, Item, int], Row]
    encoding: str = "cp932"
    delimiter: str = ","
    # Cells of every row that no field of ours knows.
    extra: Mapping[str, str] | None = None

    def rows(self) -> list[Row]:
        """Give every row of the file."""
        extra = dict(self.extra or {})
        return [
            self.write(purchase, item, place) | extra
            for purchase in PURCHASES
            for place, item in enumerate(purchase.items)
        ]

    def file(self, folder: Path) -> Path:
        """Write the file as the cart would."""
        path = folder / f"{self.key}.csv"
        path.write_bytes(as_bytes(self.rows(), self.encoding, self.delimiter))
        return path


def as_bytes(rows: list[Row], encoding: str, delimiter: str = ",") -> bytes:
    """Write rows with CRLF under the header of the first."""
    stream = io.StringIO()
    header = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([row.get(name, "") for name in header] for row in rows)
    return stream.getvalue().encode(encoding)


def _template(p: Purchase, item: Item, _: int) -> Row:
    who = p.person
    return {
        "注文番号*": p.number, "注文日時*": f"{p.ymd} {p.time}",
        "ステータス": "キャンセル" if p.is_cancelled else "", "顧客ID": who.number,
        "メールアドレス": who.email, "姓": who.family, "名": who.given, "セイ": who.family_kana,
        "メイ": who.given_kana, "電話番号": who.phone, "商品コード*": item.sku,
        "商品名*": item.name, "単価(税込)*": f"¥{item.price:,}", "数量*": str(item.quantity),
        "値引き": str(p.discount), "送料": str(p.shipping), "ポイント利用": str(p.points),
        "合計": f"{p.paid:,}円", "メール許可": "1",
    }  # fmt: skip


def _shopify(p: Purchase, item: Item, place: int) -> Row:
    row = {
        "Name": p.number, "Email": p.person.email, "Financial Status": "", "Accepts Marketing": "",
        "Currency": "", "Subtotal": "", "Shipping": "", "Taxes": "", "Total": "",
        "Discount Amount": "", "Created at": f"{p.day} {p.time} +0900",
        "Lineitem quantity": str(item.quantity), "Lineitem name": item.name,
        "Lineitem price": f"{item.price}.00", "Lineitem sku": item.sku, "Billing Name": "",
        "Cancelled at": "", "Payment Method": "", "Id": "", "Lineitem discount": "0.00",
        "Phone": "",
    }  # fmt: skip
    if place:
        return row
    who = p.person
    taken = p.discount + p.points
    return row | {
        "Financial Status": "voided" if p.is_cancelled else "paid", "Accepts Marketing": "yes",
        "Currency": "JPY", "Subtotal": f"{p.goods - taken}.00", "Shipping": f"{p.shipping}.00",
        "Taxes": f"{(p.goods - taken) // 11}.00", "Total": f"{p.paid}.00",
        "Discount Amount": f"{taken}.00", "Billing Name": f"{who.family} {who.given}",
        "Cancelled at": f"{p.day} 13:00:00 +0900" if p.is_cancelled else "",
        "Payment Method": "Shopify Payments", "Id": f"'{5123456789012345 + int(p.number[2:])}",
        "Phone": f"'+81{who.phone.replace('-', '')[1:]}",
    }  # fmt: skip


def _eccube(p: Purchase, item: Item, place: int) -> Row:
    who = p.person
    return {
        "注文ID": p.number[2:], "注文番号": p.number, "会員ID": who.number,
        "お名前(姓)": who.family, "お名前(名)": who.given, "お名前(セイ)": who.family_kana,
        "お名前(メイ)": who.given_kana, "メールアドレス": who.email, "TEL": who.phone,
        "値引き": str(p.discount), "支払合計": f"{p.paid}.00", "送料": str(p.shipping),
        "対応状況(ID)": "3" if p.is_cancelled else "5", "受注日": f"{p.day} {p.time}",
        "注文詳細ID": f"{p.number[2:]}{place}", "商品ID": "1", "商品名": item.name,
        "商品コード": item.sku, "価格": f"{item.price * 10 // 11}.00", "個数": str(item.quantity),
        "税率": "10", "明細区分(ID)": "1", "明細区分(名称)": "商品",
    }  # fmt: skip


def eccube_rows() -> list[Row]:
    """EC-CUBE writes shipping and points as rows of their own behind the goods."""
    rows: list[Row] = []
    for p in PURCHASES:
        goods = [_eccube(p, item, place) for place, item in enumerate(p.items)]
        plain = {"商品コード": "", "商品ID": "", "個数": "1", "税率": "10"}
        rows += goods
        for kind, name, amount in (
            ("2", "送料", p.shipping), ("4", "割引", -p.discount), ("6", "ポイント", -p.points),
        ):  # fmt: skip
            if amount:
                more = {"明細区分(ID)": kind, "明細区分(名称)": name, "商品名": name}
                rows.append(goods[0] | plain | more | {"価格": f"{amount}.00"})
    return rows


def _futureshop(p: Purchase, item: Item, _: int) -> Row:
    who = p.person
    return {
        "受注コード": p.number, "注文日時": f"{p.ymd} {p.time}", "請求合計金額": str(p.paid),
        "商品合計金額": str(p.goods), "消費税合計": str(p.goods // 11), "包装手数料": "0",
        "送料": str(p.shipping), "決済手数料": "0", "決済方法": "クレジットカード",
        "ステータス": "キャンセル" if p.is_cancelled else "発送済み",
        "氏名(姓)": who.family, "氏名(名)": who.given, "フリガナ(姓)": who.family_kana,
        "フリガナ(名)": who.given_kana, "メールアドレス(サブ)": "",
        "メールアドレス(メイン)": who.email, "郵便番号": "150-0001", "都道府県区分": "東京都",
        "住所1": "渋谷区", "住所2": "神宮前1-1-1", "住所3": "ハイツ101",
        "電話番号(メイン)": who.phone, "商品番号": item.sku, "商品名": item.name,
        "販売単価": str(item.price), "購入数量": str(item.quantity), "ポイント利用の有無": "",
        "ポイント利用額": str(p.points), "割引合計金額(商品)": str(p.discount),
        "割引合計金額(送料)": "0",
    }  # fmt: skip


def _makeshop(p: Purchase, item: Item, _: int) -> Row:
    who = p.person
    return {
        "日付": p.ymd, "注文時間": p.time.replace(":", "").lstrip("0"), "注文番号": p.number,
        "処理状況": "注文キャンセル" if p.is_cancelled else "配送", "会社名": "",
        "注文者": f"{who.family}\u3000{who.given}",
        "注文者(振り仮名)": f"{who.family_kana} {who.given_kana}", "メールアドレス": who.email,
        "電話番号": who.phone, "独自商品コード": item.sku, "商品名": item.name,
        "販売価格": str(item.price), "数量": str(item.quantity), "クーポン割引": str(p.discount),
        "使用ポイント": str(p.points), "送料": str(p.shipping), "総合計金額": str(p.paid),
    }  # fmt: skip


def _base(p: Purchase, item: Item, _: int) -> Row:
    who = p.person
    return {
        "注文ID": p.number, "注文日時": f"{p.day} {p.time}", "氏(請求先)": who.family,
        "名(請求先)": who.given, "郵便番号(請求先)": "1500001", "都道府県(請求先)": "東京都",
        "住所(請求先)": "渋谷区神宮前1-1-1", "住所2(請求先)": "", "電話番号(請求先)": who.phone,
        "メールアドレス(請求先)": who.email, "氏(配送先)": who.family, "備考": "",
        "商品名": item.name, "バリエーション": "", "価格": str(item.price), "税率": "10",
        "数量": str(item.quantity), "合計金額": str(p.paid), "送料": str(p.shipping),
        "支払い方法": "クレジットカード決済", "代引き手数料": "0",
        "発送状況": "キャンセル" if p.is_cancelled else "発送済み", "商品ID": item.sku,
        "種類ID": "", "購入元": "", "調整金額": str(-p.discount - p.points),
    }  # fmt: skip


def _ecforce(p: Purchase, item: Item, _: int) -> Row:
    who = p.person
    return {
        "受注ID": p.number[2:], "受注番号": p.number, "取引ID": "t1",
        "対応状況": "キャンセル" if p.is_cancelled else "発送済み", "受注日": f"{p.ymd} {p.time}",
        "顧客番号": who.number, "メールアドレス": who.email, "姓": who.family, "名": who.given,
        "セイ": who.family_kana, "メイ": who.given_kana, "電話番号": who.phone,
        "定期受注番号": "T-7" if p.person is HANAKO else "",
        "定期内受注数": "1" if p.person is HANAKO else "", "広告URLグループ名": "spring",
        "商品コード": item.sku, "商品名": item.name, "単価": str(item.price),
        "数量": str(item.quantity), "割引額": str(p.discount), "利用ポイント": str(p.points),
        "送料": str(p.shipping), "消費税": str(p.goods // 11), "支払い合計": str(p.paid),
    }  # fmt: skip


def _samurai(p: Purchase, item: Item, _: int) -> Row:
    who = p.person
    return {
        "受注番号": p.number, "受注日時": f"{p.ymd} {p.time}",
        "受注ステータス": "キャンセル" if p.is_cancelled else "発送完了", "会員ID": who.number,
        "氏名": f"{who.family} {who.given}", "フリガナ": f"{who.family_kana} {who.given_kana}",
        "メールアドレス": who.email, "電話番号": who.phone,
        "定期コード": "123-45678-90" if who is HANAKO else "", "定期購入間隔": "",
        "定期購入回数": "2" if who is HANAKO else "", "商品コード": item.sku, "商品名": item.name,
        "単価": str(item.price), "数量": str(item.quantity), "割引額": str(p.discount),
        "利用ポイント": str(p.points), "送料": str(p.shipping), "合計金額": str(p.paid),
    }  # fmt: skip


def _tamago(p: Purchase, item: Item, _: int) -> Row:
    who = p.person
    return {
        "注文番号": p.number, "注文日時": f"{p.ymd} {p.time}",
        "注文ステータス": "キャンセル" if p.is_cancelled else "出荷済", "顧客番号": who.number,
        "氏名": f"{who.family} {who.given}", "フリガナ": f"{who.family_kana} {who.given_kana}",
        "メールアドレス": who.email, "電話番号": who.phone, "定期番号": "", "定期回数": "",
        "広告コード": "ad1", "商品コード": item.sku, "商品名": item.name,
        "単価": str(item.price), "数量": str(item.quantity), "値引き": str(p.discount),
        "利用ポイント": str(p.points), "送料": str(p.shipping), "総合計": str(p.paid),
    }  # fmt: skip


def _nextengine(p: Purchase, item: Item, _: int) -> Row:
    who = p.person
    return {
        "店舗伝票番号": p.number, "受注日": f"{p.ymd} {p.time}", "受注郵便番号": "1500001",
        "受注住所1": "東京都渋谷区", "受注住所2": "神宮前1-1-1",
        "受注名": f"{who.family} {who.given}", "受注名カナ": f"{who.family_kana} {who.given_kana}",
        "受注電話番号": who.phone, "受注メールアドレス": who.email, "支払方法": "代引",
        "商品計": str(p.goods), "税金": "0", "発送料": str(p.shipping), "手数料": "0",
        "ポイント": str(p.points), "その他費用": str(-p.discount), "合計金額": str(p.paid),
        "商品名": item.name, "商品コード": item.sku, "商品価格": str(item.price),
        "受注数量": str(item.quantity), "顧客コード": who.number,
        "キャンセル区分": "1" if p.is_cancelled else "0",
    }  # fmt: skip


def _smaregi(p: Purchase, item: Item, _: int) -> Row:
    return {
        "取引ID": p.number, "取引日時": f"{p.day}T{p.time}+09:00", "取引区分": "1",
        "取消区分": "1" if p.is_cancelled else "0", "小計": str(p.goods),
        "小計値引き": str(p.discount), "ポイント値引き": str(p.points),
        "合計": str(p.goods - p.discount - p.points), "内消費税": str(p.goods // 11),
        "会員コード": p.person.number, "店舗ID": "3", "商品コード": item.sku, "商品名": item.name,
        "数量": str(item.quantity), "販売単価": str(item.price), "原価": "500",
    }  # fmt: skip


def _rakuten(p: Purchase, item: Item, _: int) -> Row:
    who = p.person
    area, city, number = who.phone.split("-")
    return {
        "注文番号": p.number, "ステータス": "キャンセル確定" if p.is_cancelled else "発送済",
        "注文日時": f"{p.day} {p.time}", "注文日": p.day, "注文時間": p.time,
        "支払方法名": "クレジットカード", "商品合計金額": str(p.goods), "消費税合計": "0",
        "送料合計": str(p.shipping), "代引料合計": "0", "請求金額": str(p.paid),
        "合計金額": str(p.goods + p.shipping), "ポイント利用額": str(p.points),
        "クーポン利用総額": str(p.discount), "店舗発行クーポン利用額": str(p.discount),
        "注文者郵便番号1": "150", "注文者郵便番号2": "0001", "注文者住所都道府県": "東京都",
        "注文者住所郡市区": "渋谷区", "注文者住所それ以降の住所": "神宮前1-1-1",
        "注文者姓": who.family, "注文者名": who.given, "注文者姓カナ": who.family_kana,
        "注文者名カナ": who.given_kana, "注文者電話番号1": area, "注文者電話番号2": city,
        "注文者電話番号3": number, "注文者メールアドレス": who.mask, "商品ID": "1",
        "商品名": item.name, "商品番号": f"n-{item.sku}", "商品管理番号": item.sku,
        "単価": str(item.price), "個数": str(item.quantity), "税込別": "1",
    }  # fmt: skip


def _rakuten_old(p: Purchase, item: Item, _: int) -> Row:
    who = p.person
    return {
        "受注番号": p.number, "レコードナンバー": "1", "注文日": p.day, "注文時間": p.time,
        "商品名": item.name, "商品番号": item.sku, "個数": str(item.quantity),
        "単価": str(item.price), "項目・選択肢": "", "注文者名字": who.family,
        "注文者名前": who.given, "注文者名字フリガナ": who.family_kana,
        "注文者名前フリガナ": who.given_kana, "メールアドレス": who.mask,
        "注文者郵便番号1": "150", "注文者郵便番号2": "0001", "注文者住所:都道府県": "東京都",
        "注文者住所:都市区": "渋谷区", "注文者住所:町以降": "神宮前1-1-1",
        "ステータス": "900" if p.is_cancelled else "700", "送料合計": str(p.shipping),
        "ポイント利用額": str(p.points), "クーポン利用総額": str(p.discount),
    }  # fmt: skip


def yahoo_order(p: Purchase) -> Row:
    """The cells of Yahoo's file of orders."""
    who = p.person
    return {
        "OrderId": p.number, "OrderTime": f"{p.ymd} {p.time}",
        "OrderStatus": "4" if p.is_cancelled else "5", "PayStatus": "1",
        "BillLastName": who.family, "BillFirstName": who.given,
        "BillLastNameKana": who.family_kana, "BillFirstNameKana": who.given_kana,
        "BillZipCode": "1500001", "BillPrefecture": "東京都", "BillCity": "渋谷区",
        "BillAddress1": "神宮前1-1-1", "BillPhoneNumber": who.phone.replace("-", ""),
        "BillMailAddress": who.email, "SettleAmount": str(p.paid), "ShipCharge": str(p.shipping),
        "PayCharge": "0", "UsePoint": str(p.points), "TotalCouponDiscount": str(p.discount),
    }  # fmt: skip


def yahoo_item(p: Purchase, item: Item, place: int) -> Row:
    """The cells of Yahoo's file of items."""
    return {
        "OrderId": p.number, "LineId": str(place + 1), "ItemId": item.sku, "SubCode": "",
        "Title": item.name, "UnitPrice": str(item.price), "Quantity": str(item.quantity),
        "ItemTaxRatio": "10",
    }  # fmt: skip


def _amazon(p: Purchase, item: Item, place: int) -> Row:
    blank = p.is_cancelled
    off = p.discount + p.points if not place else 0
    return {
        "amazon-order-id": p.number, "merchant-order-id": "",
        "purchase-date": f"{p.day}T{p.time}+09:00",
        "order-status": "Cancelled" if p.is_cancelled else "Shipped",
        "fulfillment-channel": "Merchant", "product-name": item.name, "sku": item.sku,
        "asin": "B000TEST01", "item-status": "", "quantity": "0" if blank else str(item.quantity),
        "currency": "" if blank else "JPY", "item-price": "" if blank else f"{item.amount}.0",
        "item-tax": "0", "shipping-price": "" if place or blank else str(p.shipping),
        "item-promotion-discount": str(off) if off else "", "ship-city": "渋谷区",
        "ship-postal-code": "150-0001", "buyer-email": f"{p.person.number}@marketplace.amazon.co.jp",
    }  # fmt: skip


class EccubeCart(Cart):
    """EC-CUBE, with the rows that are no goods."""

    def rows(self) -> list[Row]:
        return eccube_rows()


CARTS = (
    Cart("template", _template, "utf-8-sig"),
    Cart("shopify", _shopify, "utf-8"),
    EccubeCart("eccube", _eccube),
    Cart("futureshop", _futureshop),
    Cart("makeshop", _makeshop),
    Cart("base", _base, "utf-8-sig"),
    Cart("ecforce", _ecforce, "utf-8-sig"),
    Cart("samurai", _samurai),
    Cart("tamago", _tamago),
    Cart("nextengine", _nextengine),
    Cart("smaregi", _smaregi, "utf-8"),
    Cart("rakuten", _rakuten),
    Cart("yahoo", lambda p, item, place: yahoo_order(p) | yahoo_item(p, item, place)),
    Cart("amazon", _amazon, "cp932", "\t"),
)
OLD_RAKUTEN = Cart("rakuten", _rakuten_old)
# Next Engine gathers the orders of many shops: nothing tells the malls' among them for sure.
MALLS = ("rakuten", "yahoo", "amazon", "nextengine")
