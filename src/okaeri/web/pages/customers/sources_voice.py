"""What a customer said and looked at: answers, reviews, inquiries, calls, visits to the shop's pages."""

from datetime import timedelta

from okaeri.customers import api as customers
from okaeri.foundation.keyset import Before
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.event_types import EventRecord
from okaeri.intake.types import CallRecord, InquiryRecord
from okaeri.intake.voice_types import ReviewRecord, SurveyAnswerRecord
from okaeri.listen import api as listen
from okaeri.listen.types import AnswerView
from okaeri.web.pages.customers.happening import Happening, Whose, newest

_LONGEST_NOTE = 120
_MEDIUM = {
    "mail": Text("メール", "mail"),
    "phone": Text("電話", "phone"),
    "chat": Text("チャット", "chat"),
    "form": Text("フォーム", "form"),
    "store": Text("店頭", "shop"),
    "interview": Text("インタビュー", "interview"),
}
_KIND = {
    "question": Text("お問い合わせ", "Question"),
    "request": Text("ご要望", "Request"),
    "complaint": Text("苦情", "Complaint"),
    "praise": Text("お褒めの言葉", "Praise"),
}
_CALL_RESULT = {
    "answered": Text("お話しできました", "answered"),
    "no_answer": Text("不在", "no answer"),
    "voicemail": Text("留守番電話", "voicemail"),
    "wrong_number": Text("番号無効", "wrong number"),
    "call_back": Text("かけ直し", "call back"),
    "ordered": Text("ご注文", "ordered"),
    "refused": Text("お断り", "declined"),
}
_VISIT = {
    "page_view": Text("ページを見ました", "Looked at a page"),
    "product_view": Text("商品を見ました", "Looked at a product"),
    "search": Text("サイト内で検索しました", "Searched the shop"),
    "cart_add": Text("カートに入れました", "Put into the cart"),
    "cart_remove": Text("カートから出しました", "Took out of the cart"),
    "checkout": Text("購入手続きに進みました", "Went to the checkout"),
    "identify": Text("ご本人と分かりました", "Was recognised"),
}
# As many stars or fewer are trouble, like low scores.
_FEW_STARS = 2
# Events of one instant are few; more than these on one microsecond would be lost between two pages.
_SPARE = 50


def answers(person: Whose, before: Before | None, limit: int) -> list[Happening]:
    """Answers to the shop's one-question mails."""
    entries = [
        Happening(
            answer.answered_at,
            answer.id,
            "answer",
            _answer_title(answer),
            _note(answer.comment),
            is_not=answer.score <= 2,
        )
        for number in person.ids
        for answer in listen.answers_of(number)
    ]
    return newest(entries, before, limit)


def _answer_title(answer: AnswerView) -> Text:
    marks = {"n": answer.score, "top": answer.scale.top}
    if answer.question_key == "satisfaction":
        return Text("満足度 {n} / {top}", "Satisfaction {n} of {top}").format(**marks)
    asked = answer.question
    return Text(
        f"「{asked.ja}」 {answer.score} / {answer.scale.top}",
        f"“{asked.en}” {answer.score} of {answer.scale.top}",
    )


def survey_answers(person: Whose, before: Before | None, limit: int) -> list[Happening]:
    """Answers to surveys that other tools held."""
    entries = [_survey_answer(one) for one in intake.survey_answers_of(person.parties)]
    return newest(entries, before, limit)


def _survey_answer(one: SurveyAnswerRecord) -> Happening:
    title = Text(
        f"アンケート「{one.survey}」の回答" if one.survey else "アンケートの回答",
        f"Answer to the survey “{one.survey}”" if one.survey else "Answer to a survey",
    )
    words = ": ".join(filter(None, (one.question, one.answer)))
    return Happening(one.answered_at, one.id, "survey", title, _note(words))


def reviews(person: Whose, before: Before | None, limit: int) -> list[Happening]:
    """Reviews of products, wherever they were written."""
    entries = [_review(one) for one in intake.reviews_of(person.parties)]
    return newest(entries, before, limit)


def _review(one: ReviewRecord) -> Happening:
    product, stars = one.product_name or one.sku, "★" * one.stars + "☆" * (5 - one.stars)
    hidden = one.is_published is False
    state = Text(";非公開" if hidden else "", "; not published" if hidden else "")
    place = Text(
        f"({one.site}{state.ja})" if one.site else f"({state.ja[1:]})" if hidden else "",
        f" ({one.site}{state.en})" if one.site else f" ({state.en[2:]})" if hidden else "",
    )
    title = Text(
        f"レビュー {stars}{f'「{product}」' if product else ''}{place.ja}",
        f"Review {stars}{f' “{product}”' if product else ''}{place.en}",
    )
    words = " ".join(filter(None, (one.title, one.body)))
    return Happening(
        one.written_at, one.id, "review", title, _note(words), is_not=one.stars <= _FEW_STARS
    )


def inquiries(person: Whose, before: Before | None, limit: int) -> list[Happening]:
    """What he brought to the shop's service."""
    entries = [_inquiry(one) for one in intake.inquiries_of(person.parties)]
    return newest(entries, before, limit)


def _inquiry(one: InquiryRecord) -> Happening:
    if one.medium == "interview":
        return _interview(one)
    kind, medium = _word(_KIND, one.kind), _word(_MEDIUM, one.medium)
    state = Text("未対応", "open") if one.status == "open" else Text("対応済み", "closed")
    subject = f"「{one.subject}」" if one.subject else ""
    title = Text(
        f"{kind.ja}{subject}({medium.ja}・{state.ja})",
        f"{kind.en}{f' “{one.subject}”' if one.subject else ''} ({medium.en}, {state.en})",
    )
    is_open_complaint = one.kind == "complaint" and one.status == "open"
    return Happening(
        one.opened_at, one.id, "inquiry", title, _note(one.body), is_not=is_open_complaint
    )


def _interview(one: InquiryRecord) -> Happening:
    title = Text(
        f"インタビュー「{one.subject}」" if one.subject else "インタビュー",
        f"Interview “{one.subject}”" if one.subject else "Interview",
    )
    tags = " ".join(f"#{tag}" for tag in one.tags)
    words = _note(" ".join(filter(None, (tags, one.body))))
    return Happening(
        one.opened_at, one.id, "inquiry", title, words, f"/voices/interviews/{one.id}/"
    )


def calls(person: Whose, before: Before | None, limit: int) -> list[Happening]:
    """Telephone calls with their results."""
    return newest([_call(one) for one in intake.calls_of(person.parties)], before, limit)


def _call(one: CallRecord) -> Happening:
    to = Text("お客様への電話", "Call to the customer")
    way = Text("お客様からの電話", "Call from the customer") if one.direction == "in" else to
    result = _word(_CALL_RESULT, one.result)
    title = Text(f"{way.ja}({result.ja})", f"{way.en} ({result.en})") if one.result else way
    return Happening(one.started_at, one.id, "call", title, _note(one.note))


def visits(person: Whose, before: Before | None, limit: int) -> list[Happening]:
    """What he looked at on the shop's pages, on all devices that are known to be his."""
    until = None if before is None else before[0] + timedelta(microseconds=1)
    found = customers.list_web_events(person.id, before=until, limit=limit + _SPARE)
    return newest([_visit(event) for event in found], before, limit)


def _visit(event: EventRecord) -> Happening:
    seen = event.query or event.title or event.sku or event.url
    return Happening(event.occurred_at, event.id, "visit", _word(_VISIT, event.kind), _note(seen))


def _word(known: dict[str, Text], code: str) -> Text:
    return known.get(code, Text(code, code))


def _note(words: str) -> Text | None:
    short = words if len(words) <= _LONGEST_NOTE else words[:_LONGEST_NOTE] + "…"
    return Text(short, short) if short else None
