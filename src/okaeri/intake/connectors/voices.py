"""Okaeri's own templates for reviews (レビュー) and survey answers (アンケートの回答)."""

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector

_WHO = {
    "member_no": ("顧客ID", "member_no", "会員番号", "会員ID", "顧客番号"),
    "email": ("メールアドレス", "email", "メール", "Email Address", "E-mail"),
    "phone": ("電話番号", "phone"), "family_name": ("姓", "family_name"),
    "given_name": ("名", "given_name"), "order_no": ("注文番号", "order_no"),
    "changed_at": ("更新日時", "changed_at"),
}  # fmt: skip
_ORDERS_HAVE = ("注文日時", "受注日", "数量", "quantity")

reviews = Connector(
    key="reviews",
    kind="records",
    name=Text("Okaeri レビューテンプレート", "Okaeri review template"),
    note=Text(
        "1行に1件のレビュー。書いた人は顧客ID・メールアドレス・注文番号のどれかで分かります。",
        "One review per row; its writer is known by member number, e-mail or order number.",
    ),
    columns=_WHO | {
        "stars": ("星の数", "stars", "評価", "rating", "星"),
        "written_at": ("投稿日時", "written_at", "投稿日", "レビュー投稿日", "review_date"),
        "review_no": ("レビュー番号", "review_no", "レビューID", "review_id"),
        "sku": ("商品コード", "sku", "商品番号", "product_code"),
        "product_name": ("商品名", "product_name"),
        "title": ("タイトル", "title", "レビュータイトル"),
        "body": ("本文", "body", "レビュー本文", "レビュー内容", "コメント"),
        "site": ("掲載先", "site"), "is_published": ("公開", "is_published", "公開状態", "掲載状態"),
    },
    required=("stars", "written_at"),
    signature=("星の数", "投稿日時"),
    absent=_ORDERS_HAVE,
)  # fmt: skip

surveys = Connector(
    key="surveys",
    kind="records",
    name=Text("Okaeri アンケートテンプレート", "Okaeri survey template"),
    note=Text(
        "1行に1つの回答。質問と回答の列がない表では、残りの列の1つ1つを質問として読みます。",
        "One answer per row; where no column holds the question, every other column is one.",
    ),
    columns=_WHO | {
        "answered_at": ("回答日時", "answered_at", "タイムスタンプ", "Timestamp", "回答日"),
        "survey": ("アンケート名", "survey"), "question": ("質問", "question", "設問"),
        "answer": ("回答", "answer"), "answer_no": ("回答番号", "answer_no"),
    },
    required=("answered_at",),
    signature=("回答日時", "質問", "回答"),
    absent=_ORDERS_HAVE,
)  # fmt: skip

surveys_by_person = Connector(
    key="surveys_by_person",
    kind="records",
    name=Text("アンケート(1行に1人)", "Survey (one person per row)"),
    note=Text(
        "Googleフォームなど、質問が列に並ぶ表。アンケート名はファイルの名前です。",
        "Google Forms and others with one column per question; the file's name names the survey.",
    ),
    columns=surveys.columns,
    required=("answered_at",),
    signature=("タイムスタンプ", "メールアドレス"),
    absent=_ORDERS_HAVE,
)
