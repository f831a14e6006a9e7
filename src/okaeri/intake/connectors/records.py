"""Okaeri's own templates for subscriptions (定期), inquiries (問合せ), calls (架電), payments (入金)."""

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector

_WHO = {
    "member_no": ("顧客ID", "member_no"), "email": ("メールアドレス", "email"),
    "phone": ("電話番号", "phone"), "family_name": ("姓", "family_name"),
    "given_name": ("名", "given_name"),
}  # fmt: skip
_CHANGED = {"changed_at": ("更新日時", "changed_at")}

subscriptions = Connector(
    key="subscriptions",
    kind="records",
    name=Text("Okaeri 定期テンプレート", "Okaeri subscription template"),
    note=Text(
        "1行に1契約。お届け・スキップ・休止・解約を行ごとに足せます。",
        "One contract per row; deliveries, skips, pauses and cancellations may be added row by row.",
    ),
    columns=_WHO | _CHANGED | {
        "subscription_no": ("定期番号", "subscription_no"), "status": ("定期の状態", "status"),
        "sku": ("商品コード", "sku"), "product_name": ("商品名", "product_name"),
        "price_minor": ("金額", "price"), "interval_days": ("お届け間隔", "interval_days"),
        "started_on": ("開始日", "started_on"), "next_on": ("次回お届け日", "next_on"),
        "cancelled_on": ("解約日", "cancelled_on"), "cancel_reason": ("解約理由", "cancel_reason"),
        "event_kind": ("出来事", "event"), "event_on": ("出来事の日", "event_on"),
        "event_no": ("お届け回数", "delivery_no"), "event_order_no": ("注文番号", "order_no"),
        "event_reason": ("出来事の理由", "event_reason"),
    },
    required=("subscription_no", "status"),
    signature=("定期番号", "定期の状態"),
)  # fmt: skip

inquiries = Connector(
    key="inquiries",
    kind="records",
    name=Text("Okaeri 問合せテンプレート", "Okaeri inquiry template"),
    note=Text(
        "1行に1件の問い合わせ。未完了の苦情がある人には販促を送りません。",
        "One inquiry per row; whoever has an open complaint gets no sales messages.",
    ),
    columns=_WHO | _CHANGED | {
        "inquiry_no": ("問合せ番号", "inquiry_no"), "opened_at": ("受付日時", "opened_at"),
        "closed_at": ("完了日時", "closed_at"), "medium": ("媒体", "medium"),
        "kind": ("種別", "kind"), "status": ("対応状況", "status"), "subject": ("件名", "subject"),
        "body": ("内容", "body"), "staff": ("担当", "staff"), "tags": ("タグ", "tags"),
    },
    required=("inquiry_no", "opened_at"),
    signature=("問合せ番号", "受付日時"),
)  # fmt: skip

calls = Connector(
    key="calls",
    kind="records",
    name=Text("Okaeri 架電テンプレート", "Okaeri call template"),
    note=Text("1行に1通話。結果は必須です。", "One call per row; its result is required."),
    columns=_WHO | _CHANGED | {
        "call_no": ("架電番号", "call_no"), "started_at": ("架電日時", "started_at"),
        "direction": ("方向", "direction"), "result": ("架電結果", "result"),
        "staff": ("担当", "staff"), "note": ("メモ", "note"),
        "duration_seconds": ("通話秒数", "duration_seconds"),
    },
    required=("call_no", "started_at", "result"),
    signature=("架電番号", "架電日時"),
)  # fmt: skip

payments = Connector(
    key="payments",
    kind="records",
    name=Text("Okaeri 入金テンプレート", "Okaeri payment template"),
    note=Text(
        "1行に1注文。注文元は注文を取り込んだ形式(shopify など)です。",
        "One order per row; the source is the format its order came in (shopify, ...).",
    ),
    columns=_CHANGED | {
        "order_no": ("注文番号", "order_no"), "source": ("注文元", "source"),
        "status": ("入金状況", "status"), "due_on": ("入金期限", "due_on"),
        "paid_on": ("入金日", "paid_on"),
    },
    required=("order_no", "status"),
    signature=("注文番号", "入金状況"),
    absent=("注文日時", "受注日", "商品コード", "数量"),
)  # fmt: skip
