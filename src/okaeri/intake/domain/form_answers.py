"""What somebody wrote into a form: cleaned, checked, and made a contact."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from okaeri.foundation.codes import folded
from okaeri.foundation.text import Text
from okaeri.intake.domain.keys import email_key, kana, phone_key
from okaeri.intake.form_types import (
    FilledIn,
    FormDefinition,
    Need,
    Question,
    WrongAnswersError,
)
from okaeri.intake.types import PartyIn

Posted = Mapping[str, Sequence[str]]
Answers = dict[str, str | list[str]]
QUESTION = "q_"
AGREED = "agree"
# Contact field of a form → the inputs it consists of.
INPUTS: Mapping[str, tuple[str, ...]] = {
    "name": ("family_name", "given_name"),
    "kana": ("family_kana", "given_kana"),
    "phone": ("phone",),
    "postal": ("postal_code",),
    "address": ("prefecture", "address"),
    "birth": ("birth_on",),
}
PREFECTURES = (
    "北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県",
    "栃木県", "群馬県", "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県",
    "石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県", "愛知県", "三重県",
    "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県",
    "岡山県", "広島県", "山口県", "徳島県", "香川県", "愛媛県", "高知県", "福岡県",
    "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県",
)  # fmt: skip
LONGEST_TEXT = 1000
_LONGEST = {"email": 254, "phone": 40, "postal_code": 10, "prefecture": 20, "address": 255}
_LONGEST_NAME = 80
_POSTAL = re.compile(r"(\d{3})-?(\d{4})")
_KANA = re.compile(r"[ァ-ヶー・\s]+")
_OLDEST_YEARS = 120

_EMAIL = Text(
    "メールアドレスの形を確認してください(例: hana@example.jp)。",
    "Check the e-mail address (like hana@example.com).",
)
_NEEDED = Text("入力してください。", "Please fill this in.")
_PHONE = Text(
    "電話番号を確認してください(例: 090-1234-5678)。",
    "Check the phone number (like 090-1234-5678).",
)
_POSTAL_WRONG = Text(
    "郵便番号は7桁で入力してください(例: 150-0001)。",
    "A postal code has seven digits (like 150-0001).",
)
_KANA_WRONG = Text("カタカナで入力してください。", "Please write it in kana.")
_BIRTH = Text("生年月日を確認してください。", "Check the date of birth.")
_CHOICE = Text("一覧から選んでください。", "Choose from the list.")
_TOO_LONG = Text("{most}文字以内で入力してください。", "At most {most} characters, please.")
_AGREE = Text(
    "お知らせをお送りするには、同意のチェックが必要です。",
    "To send you our news we need your agreement.",
)


def read_answers(
    definition: FormDefinition, posted: Posted, today: date, language: str
) -> FilledIn:
    """Give what was written, or raise WrongAnswersError with a sentence for every field."""
    answers: Answers = {}
    problems: dict[str, Text] = {}
    email = _text(posted, "email")
    if not email_key(email):
        problems["email"] = _EMAIL if email else _NEEDED
    else:
        answers["email"] = email
    for name, need in definition.needs.items():
        for field in INPUTS[name]:
            _read_contact(field, posted, need, answers, problems, today)
    for question in definition.questions:
        _read_question(question, posted, answers, problems)
    has_agreed = definition.asks_consent and _text(posted, AGREED) == "yes"
    if definition.asks_consent and definition.must_agree and not has_agreed:
        problems[AGREED] = _AGREE
    if problems:
        raise WrongAnswersError(problems)
    tags = [*definition.tags, *_chosen_tags(definition, answers)]
    wording = definition.consent.render(language) if has_agreed else ""
    return FilledIn(answers, tuple(dict.fromkeys(tags)), has_agreed, wording)


def _text(posted: Posted, name: str) -> str:
    values = posted.get(name) or [""]
    return values[0].replace("\0", "").strip()


def _read_contact(
    field: str,
    posted: Posted,
    need: str,
    answers: Answers,
    problems: dict[str, Text],
    today: date,
) -> None:
    given = _text(posted, field)
    if not given:
        if need == Need.REQUIRED:
            problems[field] = _NEEDED
        return
    most = _LONGEST.get(field, _LONGEST_NAME)
    if len(given) > most:
        problems[field] = _TOO_LONG.format(most=most)
        return
    clean, problem = _clean(field, given, today)
    if problem is not None:
        problems[field] = problem
    else:
        answers[field] = clean


def _clean(field: str, given: str, today: date) -> tuple[str, Text | None]:
    if field == "phone":
        return folded(given), None if phone_key(given) else _PHONE
    if field == "postal_code":
        found = _POSTAL.fullmatch(folded(given).replace("ー", "-"))
        return (f"{found[1]}-{found[2]}", None) if found else ("", _POSTAL_WRONG)
    if field.endswith("_kana"):
        text = kana(given)
        return text, None if _KANA.fullmatch(text) else _KANA_WRONG
    if field == "prefecture":
        return given, None if given in PREFECTURES else _CHOICE
    if field == "birth_on":
        return _clean_birth(given, today)
    return given, None


def _clean_birth(given: str, today: date) -> tuple[str, Text | None]:
    try:
        born = date.fromisoformat(given)
    except ValueError:
        return "", _BIRTH
    is_possible = today.year - _OLDEST_YEARS <= born.year and born < today
    return born.isoformat(), None if is_possible else _BIRTH


def _read_question(
    question: Question, posted: Posted, answers: Answers, problems: dict[str, Text]
) -> None:
    name = QUESTION + question.key
    given = [value.replace("\0", "").strip() for value in posted.get(name, ())]
    given = [value for value in given if value]
    if not given:
        if question.is_required:
            problems[name] = _NEEDED
    elif question.kind == "text":
        if len(given[0]) > LONGEST_TEXT:
            problems[name] = _TOO_LONG.format(most=LONGEST_TEXT)
        answers[name] = given[0]
    elif not set(given) <= set(question.choices):
        problems[name] = _CHOICE
    else:
        answers[name] = given if question.kind == "tags" else given[0]


def _chosen_tags(definition: FormDefinition, answers: Answers) -> list[str]:
    chosen = (answers.get(QUESTION + q.key) for q in definition.questions if q.kind == "tags")
    return [tag for tags in chosen if isinstance(tags, list) for tag in tags]


def to_party(answers: Mapping[str, str | list[str]], *, is_proven: bool) -> PartyIn:
    """Give the contact that answers describe; `is_proven`: the address was confirmed by its owner.

    Whoever has not proven that the address is his says nothing about its owner. A phone number
    and a street are proven by nobody and would, with a name, join two people: they stay with the entry.
    Consent has a ledger of its own.
    """
    text = {name: value for name, value in answers.items() if isinstance(value, str)}
    if not is_proven:
        return PartyIn(email=text.get("email", ""))
    born = text.get("birth_on")
    return PartyIn(
        email=text.get("email", ""),
        family_name=text.get("family_name", ""),
        given_name=text.get("given_name", ""),
        family_kana=text.get("family_kana", ""),
        given_kana=text.get("given_kana", ""),
        prefecture=text.get("prefecture", ""),
        birth_on=date.fromisoformat(born) if born else None,
    )
