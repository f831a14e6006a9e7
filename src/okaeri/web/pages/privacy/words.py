"""Names of tables and fields of people, as staff read them."""

from collections.abc import Mapping

from okaeri.customers.access_types import ProvisionBasis
from okaeri.foundation.text import Text

TABLE_NAMES: Mapping[str, Text] = {
    "customers": Text("お名前と連絡先", "Name and contacts"),
    "identity_keys": Text("ご本人と分かる手がかり", "What the person is known by"),
    "contact_points": Text("送り先", "Addresses"),
    "suppressions": Text("配信除外", "Suppressions"),
    "consents": Text("同意の記録", "Consents"),
    "preferences": Text("受け取りのご希望", "Wishes"),
    "attributes": Text("項目の回答", "Attributes"),
    "devices": Text("端末", "Devices"),
    "data_requests": Text("開示や消去のご請求", "Requests"),
    "contacts": Text("取り込んだ連絡先", "Contacts as imported"),
    "orders": Text("注文", "Orders"),
    "order_lines": Text("注文の明細", "Order lines"),
    "payments": Text("入金", "Payments"),
    "subscriptions": Text("定期購入", "Subscriptions"),
    "subscription_events": Text("定期購入の出来事", "Events of subscriptions"),
    "subscription_requests": Text("定期購入のお申し出", "Requests about subscriptions"),
    "inquiries": Text("お問い合わせとインタビュー", "Inquiries and interviews"),
    "calls": Text("電話", "Calls"),
    "reviews": Text("レビュー", "Reviews"),
    "survey_answers": Text("他のアンケートの回答", "Answers to other surveys"),
    "call_list": Text("架電リスト", "Call list"),
    "form_entries": Text("フォームの申し込み", "Form entries"),
    "web_events": Text("サイトの閲覧", "Visits"),
    "identifications": Text("ご本人と分かった時刻", "Times of being recognised"),
    "analysis": Text("集計の結果", "Analysis"),
    "answers": Text("アンケートの回答", "Answers"),
    "answers_given": Text("アンケートの回答の履歴", "Answers as given"),
    "messages": Text("メッセージ", "Messages"),
    "message_contents": Text("送った文面", "Contents of messages"),
    "journey_walks": Text("シナリオ", "Journeys"),
    "journey_decisions": Text("シナリオの判断", "Decisions of journeys"),
    "experiments": Text("実験の組分け", "Arms of experiments"),
    "interests": Text("関心", "Interests"),
    "predictions": Text("予測", "Predictions"),
    "message_events": Text("メッセージの出来事", "Events of messages"),
    "points": Text("ポイント", "Points"),
    "coupons": Text("クーポン", "Coupons"),
    "coupon_uses": Text("クーポンの使用", "Uses of coupons"),
}
# Why data may be given to somebody (`customers.access_types.ProvisionBasis`).
BASES: Mapping[str, Text] = {
    ProvisionBasis.ENTRUSTED: Text("業務の委託", "Entrusted work"),
    ProvisionBasis.CONSENT: Text("ご本人の同意", "Consent of the person"),
    ProvisionBasis.SHARED: Text("共同利用", "Shared use"),
    ProvisionBasis.LAW: Text("法令", "Required by law"),
    ProvisionBasis.PERSON: Text("ご本人への開示", "Disclosed to the person"),
    ProvisionBasis.OWN: Text("自社での利用", "Used by the shop itself"),
}
FIELD_NAMES: Mapping[str, Text] = {
    "name": Text("氏名", "name"),
    "email": Text("メール", "e-mail"),
    "phone": Text("電話", "phone"),
    "address": Text("住所", "address"),
    "birthday": Text("誕生日", "birthday"),
    "orders": Text("注文", "orders"),
    "messages": Text("メッセージ", "messages"),
    "subscription": Text("定期購入", "subscription"),
    "subscriptions": Text("定期購入", "subscriptions"),
    "segment": Text("セグメント", "segment"),
    "line": Text("LINEのユーザーID", "LINE user id"),
    "points": Text("ポイント", "points"),
    "coupon": Text("クーポン", "coupon"),
    "coupons": Text("クーポン", "coupons"),
    "event": Text("サイトの閲覧", "visits"),
    "events": Text("サイトの閲覧", "visits"),
    "inquiry": Text("お問い合わせ", "inquiry"),
    "call": Text("電話", "call"),
    "masked": Text("伏せ字のみ", "masked only"),
    "answer": Text("回答", "answer"),
    "request": Text("定期のお申し出", "request about a subscription"),
    "review": Text("レビュー", "review"),
    "interview": Text("インタビュー", "interview"),
    "interview file": Text("インタビューの添付", "interview file"),
}


def table_name(table: str) -> Text:
    """Give a table's name; one nobody named yet stands as it is called."""
    return TABLE_NAMES.get(table, Text(table, table))


def in_words(fields: tuple[str, ...] | list[str]) -> Text:
    """Give the fields of an entry of the access log as a list of words."""
    names = [FIELD_NAMES.get(field, Text(field, field)) for field in fields]
    return Text("、".join(n.ja for n in names), ", ".join(n.en for n in names))
