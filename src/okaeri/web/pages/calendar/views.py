"""The content calendar: what each class gets next and when, and where nothing useful is planned."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from okaeri.foundation import clock
from okaeri.foundation.text import WEEKDAYS, Text
from okaeri.insight.types import TEN_CLASSES
from okaeri.plan import api as plan
from okaeri.plan.calendar_types import (
    ITEM_KIND_NAMES,
    CalendarItem,
    CalendarView,
    ClassOutlook,
    ItemKind,
    ItemSource,
)
from okaeri.web.access import needs
from okaeri.web.channel_names import channel_name
from okaeri.web.pages.calendar.months import asked_month
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.paging import Pager, asked_page
from okaeri.web.reader import language_of

SOURCE_NAMES = {
    ItemSource.MESSAGE: Text("送信待ち", "In the outbox"),
    ItemSource.JOURNEY: Text("シナリオ", "Journey"),
    ItemSource.ENTRY: Text("手で入れた予定", "Entered by hand"),
}
_CLASSES = {one.key: one for one in TEN_CLASSES}
_COLUMNS = tuple(
    Text(ja, en)
    for ja, en in (
        ("日付", "day"), ("種類", "kind"), ("クラス", "class"), ("人数", "people"),
        ("内容", "content"), ("届け方", "channel"), ("出どころ", "source"),
        ("シナリオ", "journey"), ("文面", "template"), ("メモ", "note"),
    )
)  # fmt: skip
DEFINITIONS = (
    (
        Text("予定あり・…人だけ", "Planned, only so many"),
        Text(
            "お役立ちの文面1つが、知らせる日数のうちにクラスの何人に届くかを数え、いちばん多い文面の人数です"
            "(同じ文面は、日が違えば別の方です)。設定の割合に届かなければ「…人だけ」とします。",
            "How many of the class one useful content reaches within the days, of all contents the most "
            "(one content on other days goes to other people). Under the share of the settings it says only.",
        ),
    ),
    (
        Text("次のお役立ち", "Next useful item"),
        Text(
            "そのクラスの方に届く予定の、いちばん近い「お役立ち」です。送信待ちのメッセージ、稼働中の"
            "シナリオをいま進んでいる方がこれから着く手順、手で入れた予定から数えます。",
            "The nearest item of the kind useful that the class is to get: from the outbox, from steps "
            "the people now walking live journeys will come to, and from entries made by hand.",
        ),
    ),
    (
        Text("人数", "People"),
        Text(
            "シナリオは、いま進んでいて対照群でない方を、いまのクラスで数えます。途中で購入した方や、"
            "配信停止の方は、送る直前に外れます。手で入れた予定は、クラスの全員です。",
            "For journeys: who walks them now and is not left out, by the class of today. Whoever buys "
            "on the way or has unsubscribed drops out before sending. For entries: all of the class.",
        ),
    ),
    (
        Text("お役立ち・販促", "Useful, sales"),
        Text(
            "文面ごとに決めてある種類です。手順がセグメントで文面を分けるときは、すべてがお役立ちの"
            "ときだけお役立ちと数えます。",
            "As marked on each content. A step that gives segments different contents counts as useful "
            "only where all of them are.",
        ),
    ),
    (
        Text("見込み", "Expected"),
        Text(
            "分岐の先にあるか、お一人ずつの使い切りの頃に送る手順です。届かない方や、日がずれる方が"
            "あります。",
            "Behind a branch, or sent when each person's product runs out: some never get it, or on "
            "another day.",
        ),
    ),
)  # fmt: skip
_NO_PEOPLE = Text(
    "まだクラスのあるお客様がいません。受注を取り込むと、クラスごとの予定がここに並びます。",
    "No customer has a class yet. Once orders are in, each class's plan stands here.",
)
_ALL_WELL = Text(
    "お客様のいる{n}クラスすべてに、{days}日以内のお役立ちの予定があります。",
    "All {n} classes with customers have something useful planned within {days} days.",
)
_FEW = Text(
    "お客様のいる{n}クラスすべてに予定がありますが、{thin}クラスでは、{days}日以内のお役立ちが{share}%の方にも届きません。",
    "All {n} classes with customers have something planned, but in {thin} it reaches fewer than {share}% "
    "within {days} days.",
)
_GAPS = Text(
    "お客様のいる{n}クラスのうち{gaps}クラスに、{days}日以内のお役立ちの予定がありません。",
    "{gaps} of {n} classes with customers have nothing useful planned within {days} days.",
)


@needs("journeys.see")
@require_GET
def calendar(request: HttpRequest) -> HttpResponseBase:
    """Show each class's next useful item with its gaps, and a month of the plan; as CSV too."""
    view = plan.view_calendar(clock.now())
    asked = request.GET
    month = asked_month(asked.get("month", ""), view.today)
    of_class = asked.get("class", "") if asked.get("class", "") in _CLASSES else ""
    kind = asked.get("kind", "") if asked.get("kind", "") in set(ItemKind) else ""
    items = [
        item
        for item in view.items
        if month.holds(item.day)
        and (not of_class or of_class in item.people)
        and (not kind or item.kind == kind)
    ]
    encoding = asked_encoding(request)
    if encoding is not None:
        language = language_of(request)
        columns = [column.render(language) for column in _COLUMNS]
        rows = _csv_rows(items, of_class, language)
        return csv_response(f"calendar-{month.key}", columns, rows, encoding=encoding)
    pager = Pager.within(asked_page(request), len(items))
    context = {
        "tab": "calendar",
        "view": view,
        "answer": _answer(view),
        "has_people": any(one.people for one in view.outlooks),
        "month": month,
        "is_list": asked.get("view") == "list",
        "weekdays": WEEKDAYS,
        "weeks": month.weeks(items, view.today),
        "rows": [_row(item, of_class) for item in items[pager.offset : pager.offset + pager.size]],
        "pager": pager,
        "count": len(items),
        "of_class": of_class,
        "kind": kind,
        "classes": TEN_CLASSES,
        "kinds": ITEM_KIND_NAMES.items(),
        "kind_names": ITEM_KIND_NAMES,
        "definitions": DEFINITIONS,
    }
    return render(request, "okaeri/calendar/calendar.html", context)


def _answer(view: CalendarView) -> Text:
    inhabited = [one for one in view.outlooks if one.people]
    if not inhabited:
        return _NO_PEOPLE
    gaps = sum(one.is_gap for one in inhabited)
    thin = sum(one.is_thin for one in inhabited)
    words = _GAPS if gaps else _FEW if thin else _ALL_WELL
    return words.format(
        n=len(inhabited), gaps=gaps, thin=thin, days=view.gap_days, share=view.thin_percent
    )


def _row(item: CalendarItem, of_class: str) -> dict[str, Any]:
    return {
        "item": item,
        "people": _people(item, of_class),
        "kind": ITEM_KIND_NAMES[item.kind],
        "source": SOURCE_NAMES[item.source],
        "channel": channel_name(item.channel),
    }


def _people(item: CalendarItem, of_class: str) -> list[tuple[Any, int]]:
    """Give (class, people) in the order of the ten, of the chosen class alone where one is chosen."""
    return [
        (one, item.people[key])
        for key, one in _CLASSES.items()
        if key in item.people and of_class in ("", key)
    ]


def _csv_rows(
    items: Sequence[CalendarItem], of_class: str, language: str
) -> Iterator[tuple[object, ...]]:
    for item in items:
        for one, people in _people(item, of_class):
            yield (
                item.day.isoformat(),
                ITEM_KIND_NAMES[item.kind].render(language),
                one.name.render(language),
                people,
                item.name.render(language),
                channel_name(item.channel).render(language),
                SOURCE_NAMES[item.source].render(language),
                item.journey_name.render(language) if item.journey_name else item.journey_key,
                item.template_key,
                item.note,
            )


def names_of(gaps: Sequence[ClassOutlook], most: int = 3) -> Text:
    """Name the classes of some gaps, the largest first: コツコツ現役客、優良離脱客ほか2クラス."""
    largest = sorted(gaps, key=lambda one: (-one.people, one.of.key))
    ja = "、".join(one.of.name.ja for one in largest[:most])
    en = "; ".join(one.of.name.en for one in largest[:most])
    rest = len(largest) - most
    return Text(f"{ja}ほか{rest}クラス", f"{en} and {rest} more") if rest > 0 else Text(ja, en)
