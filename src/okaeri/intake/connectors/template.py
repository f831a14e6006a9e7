"""Okaeri's own template for orders (注文), for every cart that has no connector."""

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector

# Our field → column name, in the template's order; * marks what must be filled in.
HEADER: dict[str, str] = {
    "order_no": "注文番号*", "ordered_at": "注文日時*", "status": "ステータス", "member_no": "顧客ID",
    "email": "メールアドレス", "family_name": "姓", "given_name": "名", "family_kana": "セイ",
    "given_kana": "メイ", "phone": "電話番号", "postal_code": "郵便番号", "prefecture": "都道府県",
    "address": "住所", "sku": "商品コード*", "product_name": "商品名*", "unit_price": "単価(税込)*",
    "quantity": "数量*", "tax_rate": "税率", "discount": "値引き", "shipping": "送料",
    "points": "ポイント利用", "total": "合計", "subscription_no": "定期番号", "delivery_no": "定期回数",
    "media_code": "媒体コード", "shipped_on": "発送日", "delivered_on": "到着日",
    "email_opt_in": "メール許可",
}  # fmt: skip
REQUIRED = tuple(field for field, name in HEADER.items() if name.endswith("*"))

template = Connector(
    key="template",
    name=Text("Okaeri 注文テンプレート", "Okaeri order template"),
    note=Text(
        "1行に1商品。* の列は必須です。UTF-8 でも Shift_JIS でも読めます。",
        "One row per product; columns with * are required; UTF-8 or Shift_JIS.",
    ),
    columns={field: (name, field) for field, name in HEADER.items()}
    | {"refunded": ("返金額", "refunded"), "birth_on": ("生年月日", "birth_on"),
       "line_user_id": ("LINEユーザーID", "line_user_id"), "currency": ("通貨", "currency"),
       "updated_at": ("更新日時", "updated_at")},
    required=REQUIRED,
    signature=tuple(HEADER[field] for field in REQUIRED),
)  # fmt: skip
