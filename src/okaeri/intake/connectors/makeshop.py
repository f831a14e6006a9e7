"""MakeShop's orders template (CP932): day and time apart, one field for the name.

Documented are the columns of the order and the orderer; how a shop names the goods depends on the
template it chose, so several names are tried.
"""

import re

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector

_TIME = re.compile(r"(?<=\s)\d{1,5}$")


def _with_zeros(raw: str) -> str:
    """Give back the zeros that hhmmss loses in a spreadsheet: 3000 is 00:30:00."""
    return _TIME.sub(lambda found: found[0].zfill(6), raw)


makeshop = Connector(
    key="makeshop",
    name=Text("MakeShop 注文データ", "MakeShop orders"),
    note=Text(
        "注文出力用テンプレートの CSV です。商品の列の名前は店舗の設定で変わります。",
        "The CSV of the order template; the names of the goods' columns depend on the shop.",
    ),
    columns={
        "order_no": ("注文番号",), "ordered_at": ("日付",), "ordered_time": ("注文時間",),
        "status": ("処理状況",), "name": ("注文者",), "kana": ("注文者(振り仮名)",),
        "member_no": ("会員ID", "注文者ID"),
        "email": ("注文者メールアドレス", "注文者(メールアドレス)", "メールアドレス"),
        "phone": ("注文者電話番号", "注文者(電話番号)", "電話番号"),
        "postal_code": ("注文者郵便番号", "注文者(郵便番号)", "郵便番号"),
        "prefecture": ("注文者都道府県",), "address": ("注文者住所", "注文者(住所)", "住所"),
        "sku": ("独自商品コード", "システム商品コード", "商品コード"), "product_name": ("商品名",),
        "unit_price": ("販売価格", "商品単価", "単価", "価格"), "quantity": ("数量", "個数"),
        "discount": ("クーポン割引", "クーポン割引額", "割引金額"),
        "points": ("使用ポイント", "ポイント利用", "利用ポイント"), "shipping": ("送料",),
        "fees": ("手数料", "決済手数料"), "taxes": ("消費税",), "total": ("総合計金額", "合計金額"),
        "shipped_on": ("発送日", "配送日"), "media_code": ("広告コード",),
    },
    required=("order_no", "ordered_at", "product_name", "unit_price", "quantity"),
    signature=("日付", "注文時間", "注文番号", "処理状況"),
    prepare={"ordered_at": _with_zeros},
    is_partial=True,
)  # fmt: skip
