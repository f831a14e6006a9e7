"""楽天RMS's orders CSV (CP932), today's columns and those of the old 通常購入データ.

What the customer paid counts: coupons of the shop and of Rakuten, and points, are taken off. An
order is cancelled from 800 (キャンセル確定待ち) on.
"""

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector
from okaeri.intake.domain import statuses

_CANCELLED = ("800", "900")


def _status(word: str, _cancelled_at: str) -> str:
    return statuses.CANCELLED if word.strip() in _CANCELLED else statuses.decide_status(word)


rakuten = Connector(
    key="rakuten",
    name=Text("楽天RMS 受注CSV", "Rakuten RMS orders CSV"),
    note=Text(
        "注文者のメールアドレスは楽天の転送用です。保存せず、配信にも使いません。",
        "Addresses are Rakuten's own masks: they are not stored as addresses and never written to.",
    ),
    columns={
        "order_no": ("注文番号", "受注番号"), "ordered_at": ("注文日時", "注文日"),
        "ordered_time": ("注文時間",), "status": ("ステータス", "サブステータス"),
        "taxes": ("消費税合計",), "shipping": ("送料合計",), "fees": ("代引料合計",),
        "total": ("請求金額", "合計金額"), "points": ("ポイント利用額",),
        "discount": ("クーポン利用総額", "クーポン利用総額(計算用)"),
        "postal_code": ("注文者郵便番号1",), "postal_code2": ("注文者郵便番号2",),
        "prefecture": ("注文者住所都道府県", "注文者住所:都道府県"),
        "address": ("注文者住所郡市区", "注文者住所:都市区"),
        "address2": ("注文者住所それ以降の住所", "注文者住所:町以降"),
        "family_name": ("注文者姓", "注文者名字"), "given_name": ("注文者名", "注文者名前"),
        "family_kana": ("注文者姓カナ", "注文者名字フリガナ"),
        "given_kana": ("注文者名カナ", "注文者名前フリガナ"),
        "email": ("注文者メールアドレス", "メールアドレス"), "phone": ("注文者電話番号1",),
        "subscription_no": ("申込番号",), "delivery_no": ("申込お届け回数",),
        "sku": ("商品管理番号", "商品番号"), "product_name": ("商品名",),
        "unit_price": ("商品毎税込価格", "単価"), "quantity": ("個数",),
        "shipped_on": ("発送完了報告日時",),
    },
    required=("order_no", "ordered_at", "product_name", "unit_price", "quantity"),
    signature=("商品番号", "個数", "単価"),
    one_of=("商品管理番号", "レコードナンバー"),
    status=_status,
    is_analysis_only=True,
    is_partial=True,
)  # fmt: skip
