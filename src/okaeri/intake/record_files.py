"""Files of records (subscriptions, inquiries, calls, payments, reviews, survey answers), read whole."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from okaeri.foundation.codes import folded
from okaeri.foundation.text import Text
from okaeri.intake.connectors import CONNECTORS, choose, recognise
from okaeri.intake.connectors.mapped_records import OPTION
from okaeri.intake.domain import amounts
from okaeri.intake.domain.cells import CellError, clean_text, refuse_mangled
from okaeri.intake.domain.days import parse_day, parse_instant
from okaeri.intake.domain.orders import digest
from okaeri.intake.domain.voices import parse_published, parse_stars
from okaeri.intake.files.rows import column_positions
from okaeri.intake.record_rest import Cells, as_extra, cleaned, with_all_rows
from okaeri.intake.records.bodies import CallBody, InquiryBody, PaymentBody, SubscriptionBody
from okaeri.intake.records.voice_bodies import ReviewBody, SurveyAnswerBody
from okaeri.intake.staging.staging_files import open_text
from okaeri.intake.types import (
    CallIn,
    InquiryIn,
    PaymentIn,
    RejectedRowView,
    SubscriptionIn,
)
from okaeri.intake.voice_types import ReviewIn, SurveyAnswerIn

Record = SubscriptionIn | InquiryIn | CallIn | PaymentIn | ReviewIn | SurveyAnswerIn
SOURCE = "template"
_MOST_REJECTED = 10_000
_QUESTION = 500
_WHO = ("member_no", "email", "phone", "family_name", "given_name")
_INSTANTS = (
    "changed_at", "opened_at", "closed_at", "started_at", "written_at", "answered_at",
)  # fmt: skip
_DAYS = ("started_on", "next_on", "cancelled_on", "due_on", "paid_on", "event_on")
_CODES = frozenset(
    ("subscription_no", "order_no", "event_order_no", "inquiry_no", "call_no", "review_no",
     "answer_no", "sku")
)  # fmt: skip
_COUNTS = ("interval_days", "duration_seconds", "event_no")
_WORDS: Mapping[str, Mapping[str, str]] = {
    "subscriptions.status": {
        "有効": "active", "継続": "active", "継続中": "active", "休止": "paused", "停止": "paused",
        "休止中": "paused", "解約": "cancelled", "解約済": "cancelled", "キャンセル": "cancelled",
    },
    "event_kind": {
        "開始": "started", "お届け": "delivered", "発送": "delivered", "スキップ": "skipped",
        "休止": "paused", "再開": "resumed", "解約": "cancelled",
    },
    "medium": {
        "": "mail", "メール": "mail", "電話": "phone", "チャット": "chat", "フォーム": "form",
        "店舗": "store", "インタビュー": "interview",
    },
    "kind": {
        "": "question", "質問": "question", "要望": "request", "苦情": "complaint",
        "クレーム": "complaint", "お礼": "praise", "お褒め": "praise",
    },
    "inquiries.status": {
        "": "open", "未対応": "open", "対応中": "open", "未完了": "open", "完了": "closed",
        "対応済": "closed",
    },
    "direction": {"": "out", "発信": "out", "架電": "out", "着信": "in", "受電": "in"},
    "result": {
        "応答": "answered", "通話": "answered", "通話済": "answered", "通話済み": "answered",
        "不在": "no_answer", "留守": "no_answer", "留守電": "voicemail", "留守番電話": "voicemail",
        "番号違い": "wrong_number", "番号無効": "wrong_number", "折り返し": "call_back",
        "再架電": "call_back", "再架電日時": "call_back", "受注": "ordered", "注文": "ordered",
        "拒否": "refused", "断り": "refused", "お断り": "refused", "断り(再勧誘不可)": "refused",
    },
    "payments.status": {
        "未入金": "open", "未払い": "open", "入金済": "paid", "入金済み": "paid", "支払済": "paid",
        "貸倒": "written_off", "回収不能": "written_off",
    },
}  # fmt: skip
_UNUSABLE = Text("この行は使えません({reason})。", "This row cannot be used ({reason}).")


@dataclass(slots=True)
class RecordFile:
    """A file read whole: its records, and the rows that cannot be used."""

    kind: str
    encoding: str
    header: tuple[str, ...]
    rows: int = 0
    records: list[Record] = field(default_factory=list)
    rejected: list[RejectedRowView] = field(default_factory=list)
    rows_rejected: int = 0


def holds_records(path: Path, connector: str, mapping: Cells) -> bool:
    """Tell whether a file is read here: of one of these templates, or mapped to one."""
    if mapping:
        return OPTION in mapping
    known = CONNECTORS.get(connector or recognise(open_text(path).header))
    return known is not None and known.kind == "records"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What reading needs beside the file; `now` is when a row without its own time of change was said."""

    currency: str
    zone: ZoneInfo
    now: datetime
    # How people call the file: names a survey whose rows do not say its name.
    title: str = ""


def read(path: Path, connector: str, mapping: Cells, around: Surroundings) -> RecordFile:
    """Read a file."""
    text = open_text(path)
    chosen = choose(text.header, connector, mapping or None)
    places = chosen.find_columns(column_positions(text.header))
    read_at = {at for several in places.values() for at in several}
    unread = [
        (at, name) for at, name in enumerate(text.header) if at not in read_at and name.strip()
    ]
    found = RecordFile(chosen.key, text.encoding, tuple(text.header))
    for cells, lines in text.chunks(None):
        for line, row in zip(lines, cells, strict=True):
            if not any(map(str.strip, row)):
                continue
            found.rows += 1
            given = {
                name: next((row[p] for p in at if p < len(row) and row[p].strip()), "")
                for name, at in places.items()
            }
            rest = {name: row[at] for at, name in unread if at < len(row) and row[at].strip()}
            try:
                values = _values(chosen.key, given, around)
                found.records += _MAKERS[chosen.key](values, rest, around)
            except CellError as error:
                _reject(found, line, error.code, error.message, row)
            except ValidationError as error:
                fault = error.errors()[0]
                where = ".".join(str(part) for part in fault["loc"])
                reason = _UNUSABLE.format(reason=f"{where}: {fault['msg']}")
                _reject(found, line, "bad_row", reason, row)
    contracts = [one for one in found.records if isinstance(one, SubscriptionIn)]
    if contracts:
        found.records = list(with_all_rows(contracts))
    return found


def _reject(found: RecordFile, line: int, code: str, reason: Text, row: Sequence[str]) -> None:
    found.rows_rejected += 1
    if len(found.rejected) < _MOST_REJECTED:
        found.rejected.append(RejectedRowView(line, code, reason, tuple(row)))


def _values(kind: str, given: Cells, around: Surroundings) -> dict[str, Any]:
    """Give the values of a row's filled cells; words become codes."""
    values: dict[str, Any] = {}
    for name, raw in given.items():
        words = _WORDS.get(name) or _WORDS.get(f"{kind}.{name}")
        if words is not None:
            word = folded(raw)
            values[name] = words.get(word, word.lower())
        elif raw:
            values[name] = _value(name, raw, around)
    return values


def _value(name: str, raw: str, around: Surroundings) -> Any:  # noqa: ANN401 - any cell
    if name in _INSTANTS:
        return parse_instant(raw, around.zone)
    if name in _DAYS:
        return parse_day(raw)
    if name in _COUNTS:
        return amounts.parse_quantity(raw)
    if name == "stars":
        return parse_stars(raw)
    if name == "is_published":
        return parse_published(raw)
    if name == "price_minor":
        return amounts.parse_whole_money(raw, around.currency)
    text = clean_text(raw, 20_000)
    return refuse_mangled(text) if name in _CODES else text


def _taken(values: dict[str, Any], kind: type[BaseModel]) -> dict[str, Any]:
    """Give the body's own fields; who it is about goes one level down."""
    party = {name: values[name] for name in _WHO if name in values}
    own = {name: value for name, value in values.items() if name in kind.model_fields}
    return own | {"party": party, "source": SOURCE}


def _subscription(values: dict[str, Any], rest: Cells, around: Surroundings) -> list[Record]:
    taken = _taken(values, SubscriptionBody) | {"changed_at": values.get("changed_at", around.now)}
    if values.get("event_kind"):
        event = {
            "kind": values["event_kind"],
            "occurred_on": values.get("event_on"),
            "delivery_no": values.get("event_no"),
            "order_no": values.get("event_order_no", ""),
            "reason": values.get("event_reason", ""),
        }
        taken["events"] = [event]
    contract = SubscriptionBody.model_validate(taken).to_subscription()
    return [replace(contract, extra=as_extra(rest))]


def _inquiry(values: dict[str, Any], rest: Cells, around: Surroundings) -> list[Record]:
    defaults = {"medium": "mail", "kind": "question", "status": "open"}
    taken = defaults | _taken(values, InquiryBody)
    taken["changed_at"] = values.get("changed_at", around.now)
    tags = str(values.get("tags", "")).replace("、", ",").split(",")
    taken["tags"] = [tag.strip() for tag in tags if tag.strip()]
    return [replace(InquiryBody.model_validate(taken).to_inquiry(), extra=as_extra(rest))]


def _call(values: dict[str, Any], rest: Cells, around: Surroundings) -> list[Record]:
    taken = {"direction": "out"} | _taken(values, CallBody)
    return [replace(CallBody.model_validate(taken).to_call(), extra=as_extra(rest))]


def _payment(values: dict[str, Any], rest: Cells, around: Surroundings) -> list[Record]:
    said = {name: values[name] for name in ("status", "due_on", "paid_on") if name in values}
    checked = PaymentBody.model_validate(said)
    number, source = values.get("order_no", ""), values.get("source", SOURCE)
    if not number or len(number) > 80 or len(source) > 40:
        raise CellError("blank", Text("注文番号がありません。", "The order number is missing."))
    changed_at = values.get("changed_at", around.now).astimezone(UTC)
    told = checked.model_dump()
    return [PaymentIn(source, number, changed_at=changed_at, extra=as_extra(rest), **told)]


def _review(values: dict[str, Any], rest: Cells, around: Surroundings) -> list[Record]:
    taken = _taken(values, ReviewBody) | {"extra": as_extra(rest)}
    # Two tools count their reviews from 1 each.
    if taken.get("review_no") and taken.get("site"):
        taken["review_no"] = digest((taken["site"], taken["review_no"]))
    return [ReviewBody.model_validate(taken).to_review()]


def _answers(values: dict[str, Any], rest: Cells, around: Surroundings) -> list[Record]:
    """Give the row's one answer; a row without question or answer holds one per column beside."""
    taken = _taken(values, SurveyAnswerBody)
    # Two surveys count their answers from 1 each; one number for a whole row would make its answers one.
    number = taken.pop("answer_no", "")
    survey = (taken["survey"],) if taken.get("survey") else ()
    if "question" in values or "answer" in values:
        if number:
            taken["answer_no"] = digest((*survey, number)) if survey else number
        return [_answer(taken | {"extra": as_extra(rest)}, around)]
    cells = cleaned(rest, _QUESTION)
    if not cells:
        raise CellError("blank", Text("回答がありません。", "The row holds no answer."))
    return [
        _answer(
            taken | {"question": question, "answer": answer}
            | ({"answer_no": digest((*survey, number, question))} if number else {}),
            around,
        )
        for question, answer in cells.items()
    ]  # fmt: skip


def _answer(taken: dict[str, Any], around: Surroundings) -> SurveyAnswerIn:
    """Give one answer. The file's name may name its survey, but the same file renamed says the same."""
    answer = SurveyAnswerBody.model_validate(taken).to_answer()
    return answer if answer.survey else replace(answer, survey=around.title.strip()[:200])


_MAKERS: Mapping[str, Callable[[dict[str, Any], Cells, Surroundings], list[Record]]] = {
    "subscriptions": _subscription,
    "inquiries": _inquiry,
    "calls": _call,
    "payments": _payment,
    "reviews": _review,
    "surveys": _answers,
    "surveys_by_person": _answers,
}
