"""What a form may be: checked before it is kept, and turned into JSON and back.

A consent counts only where the words beside the box say that it is advertising, that it comes by mail,
and from whom (reliability.md 3.1 and 3.2, ENFORCE-2).
"""

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from okaeri.foundation.text import Text
from okaeri.intake.form_types import (
    KINDS,
    MOST_QUESTIONS,
    FormDefinition,
    FormFile,
    Need,
    Question,
)

CONTACT_FIELDS: Mapping[str, Text] = {
    "name": Text("お名前", "Name"),
    "kana": Text("フリガナ", "Name in kana"),
    "phone": Text("電話番号", "Phone"),
    "postal": Text("郵便番号", "Postal code"),
    "address": Text("ご住所", "Address"),
    "birth": Text("生年月日", "Date of birth"),
}
QUESTION_KINDS = ("choice", "tags", "text")
MOST_CHOICES = 30
_KEY = re.compile(r"[a-z][a-z0-9-]{2,58}")
_ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]{0,58}")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::\d{1,5})?")
_AD_JA = re.compile(r"広告|宣伝")
_MAIL_JA = re.compile(r"メール|メルマガ|電子郵便")
_AD_EN = re.compile(r"advert|promotion|marketing|offers", re.IGNORECASE)
_MAIL_EN = re.compile(r"e-?mail|\bmails?\b|newsletter", re.IGNORECASE)

_BAD_KEY = Text(
    "フォームのキーは英小文字で始まる3〜59文字(英小文字・数字・ハイフン)にしてください。",
    "A form's key has 3 to 59 letters a to z, digits or hyphens and begins with a letter.",
)
_BAD_KIND = Text("フォームの種類を選んでください。", "Choose the kind of form.")
_NO_TITLE = Text("見出しを入力してください。", "Give the form a title.")
_NO_FILE = Text(
    "資料請求のフォームには、お渡しするファイルを付けてください。",
    "A document request needs the file to hand out.",
)
_NO_CONSENT = Text(
    "お知らせの登録フォームには、同意の文を書いてください。",
    "A sign-up form needs the words people agree to.",
)
_CONSENT_NOT_AD = Text(
    "同意の文に、広告・宣伝のメールを送ることをはっきり書いてください(日英とも)。",
    "The consent must say plainly, in both languages, that advertising comes by e-mail.",
)
_CONSENT_NOBODY = Text(
    "同意の文に、送る側の名前({names})を書いてください。",
    "The consent must say who sends it: {names}.",
)
_TOO_MANY = Text(
    "質問は{most}個までにしてください。", "A form has at most {most} questions of its own."
)
_BAD_QUESTION = Text(
    "質問「{key}」を確認してください。キーは英小文字・数字・_、種類は選択・タグ・自由記述、選択肢は{most}個までです。",
    'Check the question "{key}": key of a to z, digits and _; kind choice, tags or text; at most '
    "{most} choices.",
)
_SAME_QUESTION = Text(
    "質問のキー「{key}」が重なっています。", 'Two questions have the key "{key}".'
)
_BAD_ORIGIN = Text(
    "埋め込み先「{given}」は https://shop.example.jp の形で書いてください。",
    '"{given}" is no origin; write it like https://shop.example.com.',
)


_LINE = re.compile(r"https://(lin\.ee|line\.me|page\.line\.me)/[A-Za-z0-9@%/_.~?=&-]{1,200}")
_BAD_LINE = Text(
    "LINEの友だち追加URLは https://lin.ee/ などで始まるものを入力してください。",
    "Give LINE's address to add a friend, beginning with https://lin.ee/ or the like.",
)


def find_problems(
    key: str, kind: str, definition: FormDefinition, senders: tuple[str, ...]
) -> list[Text]:
    """Give everything that forbids a form; `senders` are the names of which one has to be in the consent."""
    found = []
    if not _KEY.fullmatch(key):
        found.append(_BAD_KEY)
    if kind not in KINDS:
        found.append(_BAD_KIND)
    if not definition.title.ja.strip():
        found.append(_NO_TITLE)
    if kind == "document" and definition.file is None:
        found.append(_NO_FILE)
    if kind != "document" and not definition.asks_consent:
        found.append(_NO_CONSENT)
    return [
        *found,
        *(lint_consent(definition.consent, senders) if definition.asks_consent else ()),
        *_question_problems(definition.questions),
        *(
            _BAD_ORIGIN.format(given=origin)
            for origin in definition.origins
            if not _ORIGIN.fullmatch(origin)
        ),
        *([_BAD_LINE] if definition.line_url and not _LINE.fullmatch(definition.line_url) else ()),
    ]


def lint_consent(consent: Text, senders: tuple[str, ...]) -> list[Text]:
    """Give what a consent does not say: that it is advertising by mail, and from whom."""
    found = []
    says_ad = _AD_JA.search(consent.ja) and _MAIL_JA.search(consent.ja)
    # An English reader may be shown the Japanese words where the shop wrote no others.
    says_ad_en = consent.en == consent.ja or (
        _AD_EN.search(consent.en) and _MAIL_EN.search(consent.en)
    )
    if not (says_ad and says_ad_en):
        found.append(_CONSENT_NOT_AD)
    names = [name for name in senders if name]
    for words in {consent.ja, consent.en}:
        if not any(name in words for name in names):
            found.append(_CONSENT_NOBODY.format(names=" / ".join(names)))
            break
    return found


def _question_problems(questions: tuple[Question, ...]) -> list[Text]:
    found = [_TOO_MANY.format(most=MOST_QUESTIONS)] if len(questions) > MOST_QUESTIONS else []
    keys = [question.key for question in questions]
    found += [
        _SAME_QUESTION.format(key=key) for key in sorted({k for k in keys if keys.count(k) > 1})
    ]
    for question in questions:
        wants_choices = question.kind != "text"
        is_fine = (
            _ATTRIBUTE.fullmatch(question.key)
            and question.kind in QUESTION_KINDS
            and bool(question.label.ja.strip())
            and bool(question.choices) == wants_choices
            and len(question.choices) <= MOST_CHOICES
        )
        if not is_fine:
            found.append(_BAD_QUESTION.format(key=question.key, most=MOST_CHOICES))
    return found


def to_json(definition: FormDefinition) -> dict[str, Any]:
    """Give the form that is stored."""
    return asdict(definition)


def from_json(stored: Mapping[str, Any]) -> FormDefinition:
    """Read what `to_json` wrote."""
    return FormDefinition(
        **{name: Text.from_json(stored[name]) for name in ("title", "intro", "consent", "thanks")},
        needs={name: need for name, need in stored["needs"].items() if need != Need.OFF},
        questions=tuple(
            Question(
                one["key"],
                Text.from_json(one["label"]),
                one["kind"],
                tuple(one["choices"]),
                one["is_required"],
            )
            for one in stored["questions"]
        ),
        tags=tuple(stored["tags"]),
        media_code=stored["media_code"],
        is_double=stored["is_double"],
        must_agree=stored["must_agree"],
        file=FormFile(**stored["file"]) if stored["file"] else None,
        origins=tuple(stored["origins"]),
        line_url=stored.get("line_url", ""),
    )
