"""Members and products as carts export them: Shopify's and EC-CUBE 4's."""

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector

shopify_customers = Connector(
    key="shopify_customers",
    kind="customers",
    source="shopify",
    name=Text("Shopify 顧客CSV", "Shopify customers CSV"),
    note=Text(
        "管理画面の「顧客管理 → エクスポート」の CSV です。メールの許可も読みます。",
        "The CSV of 'Customers, Export'; consent to mail is read too.",
    ),
    columns={
        "member_no": ("Customer ID",), "email": ("Email",),
        "phone": ("Phone", "Default Address Phone"), "family_name": ("Last Name",),
        "given_name": ("First Name",), "email_opt_in": ("Accepts Email Marketing",),
        "postal_code": ("Default Address Zip", "Zip"),
        "prefecture": ("Default Address Province", "Default Address Province Code", "Province"),
        "address": ("Default Address City", "City"),
        "address2": ("Default Address Address1", "Address1"),
        "address3": ("Default Address Address2", "Address2"),
        # Not in Shopify's own export; tools that export more write one of these.
        "registered_at": ("Created At", "Customer Created At", "created_at"),
    },
    required=("email",),
    signature=("First Name", "Last Name", "Email", "Accepts Email Marketing", "Total Orders"),
)  # fmt: skip

shopify_products = Connector(
    key="shopify_products",
    kind="products",
    name=Text("Shopify 商品CSV", "Shopify products CSV"),
    note=Text(
        "管理画面の「商品管理 → エクスポート」の CSV です。SKUのある行を商品として読みます。",
        "The CSV of 'Products, Export'; rows with a SKU are products.",
    ),
    columns={
        "sku": ("Variant SKU",), "name": ("Title",), "category": ("Type", "Product Category"),
        "price_minor": ("Variant Price",), "cost_minor": ("Cost per item",),
        "stock": ("Variant Inventory Qty",), "variant": ("Option1 Value",),
        "variant2": ("Option2 Value",), "variant3": ("Option3 Value",),
    },
    required=("sku", "name"),
    signature=("Handle", "Title", "Variant SKU", "Variant Price"),
    carried=("Handle", ("name", "category")),
    is_sku_optional=True,
    # Sold beyond what was there: none is left.
    prepare={"stock": lambda raw: "0" if raw.strip().startswith("-") else raw},
)  # fmt: skip

eccube_customers = Connector(
    key="eccube_customers",
    kind="customers",
    source="eccube",
    name=Text("EC-CUBE 4 会員CSV", "EC-CUBE 4 members CSV"),
    note=Text(
        "会員一覧の「CSVダウンロード」です。退会した会員は読みません。メールの許可の列はありません。",
        "The CSV of the member list; members who left are not read. It has no column of consent.",
    ),
    columns={
        "member_no": ("会員ID",), "family_name": ("お名前(姓)",), "given_name": ("お名前(名)",),
        "family_kana": ("お名前(セイ)",), "given_kana": ("お名前(メイ)",),
        "postal_code": ("郵便番号",), "prefecture": ("都道府県(名称)",), "address": ("住所1",),
        "address2": ("住所2",), "email": ("メールアドレス",), "phone": ("TEL",),
        "birth_on": ("誕生日",), "seen_on": ("更新日", "登録日"), "registered_at": ("登録日",),
    },
    required=("member_no", "email"),
    signature=("会員ID", "お名前(姓)", "メールアドレス"),
    one_of=("会員ステータス(ID)", "会員ステータス(名称)", "購入回数", "初回購入日"),
    absent=("注文番号", "注文ID", "受注日"),
    left_out=(("会員ステータス(ID)", "3"), ("会員ステータス(名称)", "退会")),
)  # fmt: skip

eccube_products = Connector(
    key="eccube_products",
    kind="products",
    name=Text("EC-CUBE 4 商品CSV", "EC-CUBE 4 products CSV"),
    note=Text(
        "商品一覧の「CSVダウンロード」です。税抜の価格は読みません。在庫数が空なら無制限です。",
        "The CSV of the product list; prices without tax are not read, blank stock means no limit.",
    ),
    columns={
        "sku": ("商品コード", "商品ID"), "name": ("商品名",),
        "category": ("商品カテゴリ(名称)",), "stock": ("在庫数",),
        "variant": ("規格分類1(名称)",), "variant2": ("規格分類2(名称)",),
    },
    required=("sku", "name"),
    signature=("商品ID", "商品名", "商品コード"),
    one_of=("商品規格ID", "公開ステータス(ID)", "公開ステータス", "販売種別(ID)"),
    absent=("注文番号", "受注日", "個数"),
    prepare={"category": lambda raw: raw.split(",")[0]},
)  # fmt: skip
