"""Which answer about a person holds, which answers may be given, and how they read. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from okaeri.customers.attribute_types import Answer, AttributeIn, AttributeKind, Origin
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text, day_in_words

STAFF, INFERRED = "staff", "inferred"
# What the shop wrote down when a subscription ended.
CANCELLATION = "cancellation"
# Said by the person himself.
OWN_WORDS = frozenset({"form", "survey", "call", CANCELLATION})
LONGEST_TEXT = 500
MOST_CHOICES = 100
_KEY = re.compile(r"[a-z][a-z0-9_]{0,58}")
_VALUE = re.compile(r"[a-z0-9][a-z0-9_-]{0,38}")
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")

_BAD_KEY = Text(
    "項目のキー「{key}」は使えません。英小文字で始まる英数字と _ で書いてください。",
    'The key "{key}" cannot be used; write small letters, digits and _, a letter first.',
)
_NO_NAME = Text("項目の名前を入力してください。", "Give the attribute a name.")
_NO_CHOICES = Text("選択肢を1つ以上入力してください。", "Give at least one choice.")
_BAD_CHOICE = Text(
    "選択肢「{value}」は使えません。半角の英数字と - _ で、重ならないように書いてください。",
    'The choice "{value}" cannot be used; write small letters, digits, - and _, each only once.',
)
_NOT_A_CHOICE = Text(
    "「{name}」に「{value}」はありません。選べるのは {choices} です。",
    '"{name_en}" has no choice "{value}"; there are {choices_en}.',
)
_NOT_A_NUMBER = Text(
    "「{name}」の「{value}」は数字として読めません。", '"{value}" is no number for "{name_en}".'
)
_NOT_A_DAY = Text(
    "「{name}」の「{value}」は日付として読めません。2026-04-01 のように書いてください。",
    '"{value}" is no day for "{name_en}"; write it as 2026-04-01.',
)
_TOO_LONG = Text(
    "「{name}」が長すぎます。{most}文字までにしてください。",
    '"{name_en}" is too long; at most {most} characters.',
)
_NO_BASIS = Text(
    "他社が集めた情報には、根拠(同意や契約)と有効期限が必要です。",
    "Third-party data needs its basis (consent or contract) and the day it ends.",
)


@dataclass(frozen=True, slots=True)
class Said:
    """One stored answer with where it comes from."""

    value: Answer
    source: str
    origin: Origin
    basis: str
    expires_on: date | None
    recorded_at: datetime


def rank_of(source: str) -> int:
    """Give how much a source is believed, 0 most: staff, the person himself, files, our guesses."""
    if source == STAFF:
        return 0
    if source in OWN_WORDS:
        return 1
    return 3 if source == INFERRED else 2


def choose_present(said: Iterable[Said], on: date) -> Said | None:
    """Give the answer that holds on a day: the best source, of equals the newest; none that ended.

    `expires_on` is an answer's last day. Of two of one instant the source's name decides, so that the
    order of arrival never does.
    """
    valid = [one for one in said if one.expires_on is None or one.expires_on >= on]
    valid.sort(key=lambda one: (one.recorded_at, one.source), reverse=True)
    return min(valid, key=lambda one: rank_of(one.source), default=None)


def check_attribute(given: AttributeIn) -> AttributeIn:
    """Give a question that can be kept or raise InputError."""
    if not _KEY.fullmatch(given.key):
        raise InputError(_BAD_KEY.format(key=given.key))
    if not given.name.ja.strip() or len(given.name.ja) > 80 or len(given.name.en) > 80:
        raise InputError(_NO_NAME)
    if given.kind is AttributeKind.CHOICE and not given.choices:
        raise InputError(_NO_CHOICES)
    seen: set[str] = set()
    for choice in given.choices[: MOST_CHOICES + 1]:
        if not _VALUE.fullmatch(choice.value) or choice.value in seen:
            raise InputError(_BAD_CHOICE.format(value=choice.value))
        seen.add(choice.value)
    return given


def check_origin(source: str, origin: Origin, basis: str, expires_on: date | None) -> None:
    """Raise InputError for third-party data that does not say by which right and until when."""
    if origin is Origin.THIRD and (not basis.strip() or expires_on is None):
        raise InputError(_NO_BASIS)
    if not source.strip() or len(source) > 40:
        raise InputError(Text("情報源の名前を入力してください。", "Name the source."))


def read_answer(attribute: AttributeIn, raw: object) -> Answer:
    """Give an answer as it is stored; "" or () for none. Raises InputError with one sentence."""
    if attribute.kind is AttributeKind.TAGS:
        parts = raw if isinstance(raw, list | tuple) else re.split(r"[,、;/|\n]", str(raw))
        return _read_tags(attribute, [str(part) for part in parts])
    text = unicodedata.normalize("NFC", str(raw)).strip()
    if not text:
        return ""
    if attribute.kind is AttributeKind.NUMBER:
        return _read_number(attribute, text)
    if attribute.kind is AttributeKind.DATE:
        return _read_day(attribute, text)
    if attribute.kind is AttributeKind.CHOICE:
        return _read_choice(attribute, text)
    if len(text) > LONGEST_TEXT:
        raise InputError(_say(_TOO_LONG, attribute, most=LONGEST_TEXT))
    return text


def _read_tags(attribute: AttributeIn, parts: list[str]) -> Answer:
    texts = [unicodedata.normalize("NFC", part).strip() for part in parts]
    texts = [text for text in texts if text]
    if attribute.choices:
        texts = [_read_choice(attribute, text) for text in texts]
    elif any(len(text) > 40 for text in texts):
        raise InputError(_say(_TOO_LONG, attribute, most=40))
    return tuple(dict.fromkeys(texts))[:MOST_CHOICES]


def _read_number(attribute: AttributeIn, text: str) -> float:
    plain = unicodedata.normalize("NFKC", text).replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise InputError(_say(_NOT_A_NUMBER, attribute, value=text[:40]))
    return float(plain)


def _read_day(attribute: AttributeIn, text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace("/", "-")
    try:
        year, month, day = (int(part) for part in plain.split("-"))
        return date(year, month, day).isoformat()
    except ValueError:
        raise InputError(_say(_NOT_A_DAY, attribute, value=text[:40])) from None


def _read_choice(attribute: AttributeIn, text: str) -> str:
    wanted = _folded(text)
    for choice in attribute.choices:
        if wanted in (choice.value, _folded(choice.name.ja), _folded(choice.name.en)):
            return choice.value
    raise InputError(
        _say(
            _NOT_A_CHOICE,
            attribute,
            value=text[:40],
            choices="、".join(choice.name.ja for choice in attribute.choices),
            choices_en=", ".join(choice.name.en for choice in attribute.choices),
        )
    )


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _say(words: Text, attribute: AttributeIn, **values: object) -> Text:
    return words.format(name=attribute.name.ja, name_en=attribute.name.en, **values)


def put_in_words(attribute: AttributeIn, value: Answer) -> Text:
    """Give an answer as people read it."""
    if isinstance(value, tuple):
        each = [put_one(attribute, one) for one in value]
        return Text("、".join(one.ja for one in each), ", ".join(one.en for one in each))
    if isinstance(value, float):
        return Text(f"{value:,.10g}", f"{value:,.10g}")
    if attribute.kind is AttributeKind.DATE:
        return day_in_words(date.fromisoformat(value))
    return put_one(attribute, value)


def put_one(attribute: AttributeIn, value: str) -> Text:
    """Give one choice's name, or a text as it is."""
    return attribute.choice_names().get(value, Text(value, value))
