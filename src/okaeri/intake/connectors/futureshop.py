"""futureshop's orders CSV (CP932): one row per item, columns chosen by the shop."""

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector

futureshop = Connector(
    key="futureshop",
    name=Text("futureshop 受注CSV", "futureshop orders CSV"),
    note=Text(
        "列は店舗が選ぶ形です。取消しの列が無いときは、キャンセルを除いて出力してください。",
        "The shop chooses the columns; without a status column leave cancelled orders out.",
    ),
    columns={
        "order_no": ("受注コード",), "ordered_at": ("注文日時",),
        "status": ("受注ステータス", "ステータス", "処理ステータス"),
        "cancelled_at": ("キャンセル日時", "キャンセル日"),
        "total": ("請求合計金額",), "taxes": ("消費税合計",), "shipping": ("送料",),
        "fees": ("決済手数料", "包装手数料"), "points": ("ポイント利用額",),
        "discount": ("割引合計金額(商品)",), "member_no": ("会員番号", "会員ID"),
        "family_name": ("氏名(姓)",), "given_name": ("氏名(名)",),
        "family_kana": ("フリガナ(姓)",), "given_kana": ("フリガナ(名)",),
        "email": ("メールアドレス(メイン)", "メールアドレス", "メールアドレス(サブ)",
                  "メールアドレス(モバイル)"),
        "phone": ("電話番号(メイン)", "携帯電話番号", "電話番号(サブ)"),
        "postal_code": ("郵便番号",), "prefecture": ("都道府県区分", "都道府県"),
        "address": ("住所1",), "address2": ("住所2",), "address3": ("住所3",),
        "sku": ("商品番号",), "product_name": ("商品名",), "unit_price": ("販売単価",),
        "quantity": ("購入数量",), "shipped_on": ("発送日", "出荷日"),
    },
    required=("order_no", "ordered_at", "product_name", "unit_price", "quantity"),
    signature=("受注コード", "注文日時", "販売単価", "購入数量"),
    is_partial=True,
)  # fmt: skip
