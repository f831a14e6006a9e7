"""What the tag and the mails send, to whom and why: the list 電気通信事業法 27条の12 asks for.

Made from the settings in force, so that what the shop publishes is what happens. A field that the
tag sends and this list does not name fails a test.
"""

from dataclasses import dataclass

from okaeri.deliver.tracking_types import TrackingRules
from okaeri.foundation.text import Text
from okaeri.intake.event_types import TagRules

# Field of the tag's calls → the entry that speaks of it.
FIELDS = {
    "device": "device", "key": "device", "sent_at": "pages", "at": "pages", "kind": "pages",
    "url": "pages", "title": "pages", "referrer": "pages", "sku": "goods", "category": "goods",
    "query": "goods", "quantity": "goods", "value_minor": "goods", "email": "person",
    "member_no": "person", "signature": "person", "token": "person",
}  # fmt: skip
# What a form in a shop's page tells with its address, and what both scripts keep in the browser.
FORM_FIELDS = {"frame": "form", "media": "form", "page": "form"}
STORED = {
    "okaeri_device": "device", "okaeri_consent": "storage", "okaeri_e_": "storage",
    "okaeri_form_": "storage_form",
}  # fmt: skip
_RECIPIENT = Text(
    "{shop}(自社で運用するサーバー {host}。第三者には送りません)",
    "{shop} (its own server {host}; nothing goes to anybody else)",
)
_ALWAYS = Text("ページを開いたとき", "When a page is opened")
_AFTER_CONSENT = Text("同意のあと、ページを開いたとき", "After consent, when a page is opened")


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of information that leaves the visitor's device."""

    key: str
    information: Text
    recipient: Text
    purpose: Text
    moment: Text


def list_entries(
    tag: TagRules, mails: TrackingRules, shop: str, host: str, *, has_forms: bool = False
) -> list[Entry]:
    """Give what is sent under these settings; `has_forms` where a form may stand in a page."""
    to = _RECIPIENT.format(shop=shop, host=host)
    page = _AFTER_CONSENT if tag.needs_consent else _ALWAYS
    known: list[tuple[str, Text, Text, Text]] = []
    if tag.origin_list():
        known += [(key, what, why, page) for key, what, why in _OF_PAGES]
        known.append((*_STORAGE, page))
    if has_forms:
        known += _OF_FORMS
    if mails.clicks:
        known.append(_CLICKS)
    if mails.opens:
        known.append(_OPENS)
    if known:
        known.append(_CONNECTION)
    return [Entry(key, what, to, why, moment) for key, what, why, moment in known]


def as_text(entries: list[Entry], language: str) -> str:
    """Give the list as plain text to paste into the shop's own policy."""
    labels = (
        ("送信する情報", "送信先", "利用目的", "送信するとき")
        if language == "ja"
        else ("What is sent", "To", "Why", "When")
    )
    blocks = []
    for entry in entries:
        values = (entry.information, entry.recipient, entry.purpose, entry.moment)
        pairs = zip(labels, values, strict=True)
        blocks.append("\n".join(f"{label}: {value.render(language)}" for label, value in pairs))
    return "\n\n".join(blocks)


def as_json(entries: list[Entry]) -> list[dict[str, object]]:
    """Give the list for programs, in both languages."""
    return [
        {
            "key": entry.key,
            "information": entry.information.as_json(),
            "recipient": entry.recipient.as_json(),
            "purpose": entry.purpose.as_json(),
            "when": entry.moment.as_json(),
        }
        for entry in entries
    ]


_OF_PAGES = (
    (
        "device",
        Text(
            "端末ごとの乱数の番号(okaeri_device。ブラウザーに保存、氏名などは含みません)",
            "A random number for each device (okaeri_device, kept in the browser; names nobody)",
        ),
        Text("同じ端末からの閲覧をまとめるため", "To see visits of one device together"),
    ),
    (
        "pages",
        Text(
            "見たページのアドレスと題名、直前のページ、日時",
            "Address and title of the page, the page before, date and time",
        ),
        Text(
            "ご案内の内容を選び、ページを改善するため",
            "To choose what to write about and to improve pages",
        ),
    ),
    (
        "goods",
        Text(
            "見た商品、検索した言葉、かごに入れた商品と数と金額",
            "Products seen, words searched for, products in the cart with number and amount",
        ),
        Text("お客様に合う商品をご案内するため", "To write about products that suit the customer"),
    ),
    (
        "person",
        Text(
            "ログインやご登録のときの会員番号またはメールアドレス、メールのリンクから来たことを示す短い番号",
            "Member number or e-mail address at login or sign-up; a short number that says a link "
            "in a mail was followed",
        ),
        Text(
            "閲覧とお客様の登録を結びつけるため",
            "To know which customer the visits belong to",
        ),
    ),
)
_CONNECTION = (
    "connection",
    Text(
        "IPアドレスとブラウザーの種類(通信に必ず含まれるもの。閲覧とメールでは保存しません。"
        "フォームでは、IPアドレスを元に戻せない符号にして、ブラウザーの種類とともに同意の証拠として保存します)",
        "IP address and kind of browser (part of any call; not stored for visits and mails; with a "
        "form kept as proof of consent, the address as a mark it cannot be read from)",
    ),
    Text(
        "不正な送信を防ぎ、同意を証明するため",
        "To keep abuse away and to prove consent",
    ),
    Text("上のどれかを送るとき", "Whenever any of the above is sent"),
)
_STORAGE = (
    "storage",
    Text(
        "ブラウザーに保存: 同意の有無(okaeri_consent)、まだ送れていない閲覧の記録(okaeri_e_…。送ると消えます)",
        "Kept in the browser: whether you agreed (okaeri_consent), visits not sent yet (okaeri_e_…, "
        "gone once sent)",
    ),
    Text(
        "同意を覚え、通信が切れても記録を失わないため",
        "To remember consent and to lose nothing when the connection breaks",
    ),
)
_FORM = Text("フォームのあるページを開いたとき", "When a page with a form is opened")
_OF_FORMS = (
    (
        "form",
        Text(
            "フォームを置いたページのアドレス、そこへ来た媒体(utm_sourceなど)",
            "Address of the page with the form, and what led there (such as utm_source)",
        ),
        Text("どの媒体からのお申し込みかを知るため", "To learn which source entries come from"),
        _FORM,
    ),
    (
        "form_answers",
        Text("フォームに入力した内容", "What is typed into the form"),
        Text(
            "お申し込みにお応えし、同意を記録するため",
            "To answer the entry and to record consent",
        ),
        Text("フォームを送信したとき", "When the form is sent"),
    ),
    (
        "storage_form",
        Text(
            "ブラウザーに保存: ポップアップを閉じた日時(okaeri_form_…。送信しません)",
            "Kept in the browser: when the pop-up was closed (okaeri_form_…, not sent)",
        ),
        Text("閉じた方に繰り返し表示しないため", "Not to show it again to who closed it"),
        Text("ポップアップを閉じたとき", "When the pop-up is closed"),
    ),
)
_CLICKS = (
    "clicks",
    Text("メールのどのリンクを押したか、その日時", "Which link in a mail was pressed, and when"),
    Text("お役に立つ内容を知るため", "To learn what is useful"),
    Text("メールのリンクを押したとき", "When a link in a mail is pressed"),
)
_OPENS = (
    "opens",
    Text("メールを開いた日時", "When a mail was opened"),
    Text("届き方と内容を見直すため", "To review how mails arrive and what they say"),
    Text("メールの画像を表示したとき", "When the picture in a mail is shown"),
)
