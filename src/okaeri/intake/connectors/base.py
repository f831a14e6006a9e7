"""BASE's orders CSV: one row per item; prices include tax, an adjustment may go both ways."""

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector, only_negative

base = Connector(
    key="base",
    name=Text("BASE 注文CSV", "BASE orders CSV"),
    note=Text(
        "注文管理の CSV です。マイナスの調整金額は値引きとして読みます。",
        "The CSV of the orders page; a negative adjustment is read as a discount.",
    ),
    # 合計金額 stays an unknown column: it is not documented whether it is the order's or the row's.
    columns={
        "order_no": ("注文ID",), "ordered_at": ("注文日時",), "status": ("発送状況",),
        "family_name": ("氏(請求先)",), "given_name": ("名(請求先)",),
        "postal_code": ("郵便番号(請求先)",), "prefecture": ("都道府県(請求先)",),
        "address": ("住所(請求先)",), "address2": ("住所2(請求先)",),
        "phone": ("電話番号(請求先)",), "email": ("メールアドレス(請求先)",),
        "discount": ("調整金額",), "shipping": ("送料",), "fees": ("代引き手数料",),
        "sku": ("商品ID",), "product_name": ("商品名",), "unit_price": ("価格",),
        "quantity": ("数量",),
    },
    required=("order_no", "ordered_at", "product_name", "unit_price", "quantity"),
    signature=("注文ID", "注文日時", "氏(請求先)", "価格", "数量"),
    prepare={"discount": only_negative},
)  # fmt: skip
