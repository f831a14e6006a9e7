"""たまごリピート's 注文リスト出力 (CP932). Its own sales totals include cancelled orders; ours do not."""

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector

tamago = Connector(
    key="tamago",
    name=Text("たまごリピート 注文リスト", "Tamago Repeat order list"),
    note=Text(
        "「注文リスト出力(全て)」の CSV です。キャンセルの注文は数えません。",
        "The CSV of 注文リスト出力(全て); cancelled orders are not counted.",
    ),
    columns={
        "order_no": ("注文番号", "注文ID", "受注番号"),
        "ordered_at": ("注文日時", "受注日時", "注文日", "受注日"),
        "status": ("注文ステータス",), "member_no": ("顧客番号", "顧客ID", "会員番号"),
        "email": ("メールアドレス",), "name": ("顧客名", "氏名", "お名前"),
        "kana": ("顧客名カナ", "フリガナ", "お名前(カナ)"), "family_name": ("姓", "お名前(姓)"),
        "given_name": ("名", "お名前(名)"), "family_kana": ("セイ", "お名前(セイ)"),
        "given_kana": ("メイ", "お名前(メイ)"), "phone": ("電話番号",),
        "postal_code": ("郵便番号",), "prefecture": ("都道府県",), "address": ("住所1", "住所"),
        "address2": ("住所2",), "birth_on": ("生年月日",),
        "email_opt_in": ("メルマガ", "メルマガ購読"),
        "subscription_no": ("定期番号", "定期ID", "たまご番号"),
        "delivery_no": ("定期回数", "定期購入回数"), "media_code": ("広告コード", "広告媒体コード"),
        "discount": ("値引き", "値引額", "割引額", "クーポン値引き"),
        "points": ("利用ポイント", "ポイント利用", "使用ポイント"), "shipping": ("送料",),
        "fees": ("手数料", "決済手数料"), "taxes": ("消費税",),
        "total": ("総合計", "合計金額", "合計"), "sku": ("商品コード", "商品番号"),
        "product_name": ("商品名",), "unit_price": ("単価", "販売価格", "価格"),
        "quantity": ("数量", "個数"), "shipped_on": ("出荷日", "発送日"),
        "delivered_on": ("配達完了日", "到着日"),
    },
    required=("order_no", "ordered_at", "product_name", "unit_price", "quantity", "status"),
    signature=("注文ステータス", "商品名"),
    one_of=("定期番号", "定期回数", "定期ID", "たまご番号", "広告コード"),
    absent=("定期コード", "受注ID"),
    is_partial=True,
)  # fmt: skip
