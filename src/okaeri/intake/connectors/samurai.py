"""侍カート's orders CSV (CP932): one number per subscription, 定期コード."""

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector

samurai = Connector(
    key="samurai",
    name=Text("侍カート 受注CSV", "Samurai Cart orders CSV"),
    note=Text(
        "定期コードと定期購入回数も読みます。回数が空の注文は、同じ定期コードの注文を数えて補います。",
        "定期コード and 定期購入回数 are read too; a blank count is counted by its 定期コード.",
    ),
    columns={
        "order_no": ("受注番号",), "ordered_at": ("受注日時", "注文日時", "受注日", "注文日"),
        "status": ("受注ステータス", "ステータス", "対応状況"),
        "cancelled_at": ("キャンセル日時", "キャンセル日"),
        "member_no": ("会員ID", "会員番号", "顧客ID"), "email": ("メールアドレス",),
        "name": ("氏名", "注文者名", "お名前"), "kana": ("フリガナ", "注文者カナ", "お名前(カナ)"),
        "family_name": ("姓", "お名前(姓)"), "given_name": ("名", "お名前(名)"),
        "family_kana": ("セイ", "お名前(セイ)"), "given_kana": ("メイ", "お名前(メイ)"),
        "phone": ("電話番号",), "postal_code": ("郵便番号",), "prefecture": ("都道府県",),
        "address": ("住所1", "住所"), "address2": ("住所2",), "birth_on": ("生年月日",),
        "email_opt_in": ("メルマガ", "メルマガ購読", "メールマガジン"),
        "subscription_no": ("定期コード",), "delivery_no": ("定期購入回数",),
        "media_code": ("広告コード", "媒体コード"),
        "discount": ("割引額", "割引金額", "値引き", "クーポン割引額"),
        "points": ("利用ポイント", "ポイント利用", "使用ポイント"), "shipping": ("送料",),
        "fees": ("手数料", "決済手数料"), "taxes": ("消費税",),
        "total": ("合計金額", "総合計", "合計"), "sku": ("商品コード", "商品番号"),
        "product_name": ("商品名",), "unit_price": ("単価", "販売価格", "価格"),
        "quantity": ("数量", "個数"), "shipped_on": ("発送日", "出荷日"),
    },
    required=("order_no", "ordered_at", "product_name", "unit_price", "quantity"),
    signature=("受注番号", "定期コード"),
    one_of=("定期購入回数", "定期購入間隔"),
    absent=("受注ID",),
    counts_deliveries=True,
    is_partial=True,
)  # fmt: skip
