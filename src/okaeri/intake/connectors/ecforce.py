"""ecforce's orders CSV: subscriptions by 定期受注番号 and the count of deliveries."""

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector

ecforce = Connector(
    key="ecforce",
    name=Text("ecforce 受注CSV", "ecforce orders CSV"),
    note=Text(
        "1行に1商品の形で出力してください。定期の番号と回数も読みます。",
        "Export one row per product; subscription numbers and counts are read too.",
    ),
    columns={
        "order_no": ("受注番号",), "ordered_at": ("受注日時", "受注日"),
        "status": ("対応状況",), "cancelled_at": ("キャンセル日時", "キャンセル日"),
        "member_no": ("顧客番号", "顧客ID", "会員ID"),
        "email": ("メールアドレス", "購入者メールアドレス"),
        "family_name": ("請求先名前(姓)", "名前(姓)", "姓"),
        "given_name": ("請求先名前(名)", "名前(名)", "名"),
        "family_kana": ("請求先フリガナ(姓)", "フリガナ(姓)", "セイ"),
        "given_kana": ("請求先フリガナ(名)", "フリガナ(名)", "メイ"),
        "phone": ("請求先電話番号", "電話番号"), "postal_code": ("請求先郵便番号", "郵便番号"),
        "prefecture": ("請求先都道府県", "都道府県"), "address": ("請求先住所1", "住所1", "住所"),
        "address2": ("請求先住所2", "住所2"), "birth_on": ("生年月日",),
        "email_opt_in": ("メルマガ受信", "メルマガ購読"),
        "subscription_no": ("定期受注番号",), "delivery_no": ("定期内受注数", "定期回数"),
        "media_code": ("広告コード", "広告URL", "広告URLグループ名", "媒体"),
        "discount": ("割引額", "値引き", "クーポン割引額"), "points": ("利用ポイント", "ポイント利用"),
        "shipping": ("送料",), "fees": ("決済手数料", "手数料"), "taxes": ("消費税",),
        "total": ("支払い合計", "支払合計", "合計"),
        "sku": ("商品コード", "商品番号", "購入商品コード"),
        "product_name": ("商品名", "購入商品名"), "unit_price": ("販売価格", "単価", "価格"),
        "quantity": ("数量", "購入数"), "shipped_on": ("発送日", "出荷日", "出荷完了日"),
        "delivered_on": ("配送完了日", "到着日"),
    },
    required=("order_no", "ordered_at", "product_name", "unit_price", "quantity"),
    signature=("受注番号", "受注ID"),
    one_of=("定期受注番号", "取引ID", "購入オファー", "購入URL"),
    is_partial=True,
)  # fmt: skip
