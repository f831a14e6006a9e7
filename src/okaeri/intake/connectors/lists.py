"""Okaeri's own templates for products (商品) and customers (顧客)."""

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import PARTY_FIELDS, Connector
from okaeri.intake.connectors.template import template

products = Connector(
    key="products",
    kind="products",
    name=Text("Okaeri 商品テンプレート", "Okaeri product template"),
    note=Text(
        "1行に1商品。商品コードは必須で、原価・使用日数・お試しなどを書きます。",
        "One product per row: its code, and its cost, days of use, whether it is a trial.",
    ),
    columns={
        "sku": ("商品コード", "sku"), "name": ("商品名", "name"),
        "category": ("カテゴリ", "商品カテゴリ", "category"),
        "price_minor": ("単価(税込)", "販売価格", "price"), "cost_minor": ("原価", "cost"),
        "days_supply": ("使用日数", "days_supply"), "is_trial": ("お試し", "is_trial"),
        "is_sample": ("サンプル", "is_sample"), "stock": ("在庫数", "stock"),
        "url": ("商品URL", "url"),
    },
    required=("sku",),
    signature=("商品コード",),
    one_of=("原価", "使用日数", "お試し", "サンプル", "在庫数", "商品URL"),
    absent=("注文番号", "注文日時", "数量", "受注日"),
)  # fmt: skip

_REGISTERED = ("登録日", "会員登録日", "registered_on", "registered_at")
customers = Connector(
    key="customers",
    kind="customers",
    name=Text("Okaeri 顧客テンプレート", "Okaeri customer template"),
    note=Text(
        "1行に1人。まだ買っていない人も取り込めます。顧客IDは必須です。",
        "One person per row, buyers or not; the customer number is required.",
    ),
    columns={field: names for field, names in template.columns.items() if field in PARTY_FIELDS}
    | {"seen_on": ("最終更新日", *_REGISTERED), "registered_at": _REGISTERED},
    required=("member_no",),
    signature=("顧客ID",),
    one_of=("メール許可", *_REGISTERED),
    absent=("注文番号", "注文日時", "商品コード", "数量", "受注日"),
)
