"""Who looked at whose data: the log, and the answer a breach has to be reported with."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from okaeri.customers import api as customers
from okaeri.customers.access_types import AccessRecord
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.web import formats
from okaeri.web.access import needs
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.paging import PAGE_SIZE, Pager, read_slice
from okaeri.web.pages.privacy.words import in_words
from okaeri.web.reader import language_of

ACTIONS = {
    "view": Text("閲覧", "View"),
    "search": Text("検索", "Search"),
    "export": Text("書き出し", "Export"),
    "change": Text("変更", "Change"),
    "reveal": Text("表示の解除", "Reveal"),
}
_COLUMNS = (
    Text("番号", "number"),
    Text("日時", "at"),
    Text("だれが", "actor"),
    Text("操作", "action"),
    Text("顧客ID", "customer_id"),
    Text("人数", "people"),
    Text("項目", "fields"),
    Text("場所", "where"),
)
_PEOPLE = (
    Text("顧客ID", "customer_id"),
    Text("だれが", "actor"),
    Text("項目", "fields"),
    Text("いつから", "since"),
)


def asked_filters(request: HttpRequest) -> dict[str, Any]:
    """Read the address; unknown words and days ask for nothing."""
    asked = request.GET
    where: dict[str, Any] = {}
    since, until = _day(asked.get("since", "")), _day(asked.get("until", ""))
    if since:
        where["since"] = _start(since)
    if until:
        where["until"] = _start(until + timedelta(days=1))
    if asked.get("action") in ACTIONS:
        where["action"] = asked["action"]
    if asked.get("actor"):
        where["actor"] = asked["actor"][:150]
    return where


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), load(ShopProfile).zone).astimezone(UTC)


def asked_person(request: HttpRequest) -> int | None:
    """Read whose entries are asked for; what is no number asks for nobody's alone."""
    text = request.GET.get("customer", "").strip().lstrip("#")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def read_page(request: HttpRequest, where: dict[str, Any]) -> tuple[Sequence[AccessRecord], Pager]:
    """Give the page of the log that is asked for, of the asked person's entries alone if so."""
    person = asked_person(request)
    return read_slice(
        request,
        lambda offset: customers.list_access(
            offset=offset, limit=PAGE_SIZE, customer_id=person, **where
        ),
    )


@needs("privacy.see")
@require_GET
def access(request: HttpRequest) -> HttpResponseBase:
    """Show the log, newest first, narrowed by day, person, actor and action; as CSV when asked for."""
    where, encoding = asked_filters(request), asked_encoding(request)
    language = language_of(request)
    if encoding:
        columns = [column.render(language) for column in _COLUMNS]
        return csv_response("access-log", columns, _rows(where, language), encoding=encoding)
    found, pager = read_page(request, where)
    context = {
        "tab": "privacy",
        "rows": [(entry, ACTIONS[entry.action], in_words(entry.fields)) for entry in found],
        "pager": pager,
        "actions": ACTIONS.items(),
        "actors": customers.list_access_actors(),
        "asked": request.GET,
        "check": customers.verify_access_log() if request.GET.get("check") else None,
    }
    return render(request, "okaeri/privacy/access.html", context)


def _rows(where: dict[str, Any], language: str) -> Iterator[tuple[Any, ...]]:
    zone = load(ShopProfile).zone
    for entry in customers.iter_access(**where):
        yield (
            entry.id,
            formats.moment(entry.at, zone, language),
            entry.actor,
            ACTIONS[entry.action].render(language),
            "" if entry.customer_id is None else entry.customer_id,
            entry.people,
            " ".join(entry.fields),
            entry.where,
        )


@needs("privacy.see")
@require_GET
def people(request: HttpRequest) -> HttpResponseBase:
    """Answer a breach as CSV: whose data, which fields, since when, by whom."""
    language = language_of(request)
    zone = load(ShopProfile).zone
    rows = (
        (
            one.customer_id,
            one.actor,
            " ".join(one.fields),
            formats.moment(one.since, zone, language),
        )
        for one in customers.iter_access_scope(**asked_filters(request))
    )
    columns = [column.render(language) for column in _PEOPLE]
    return csv_response(
        "affected-people", columns, rows, encoding=asked_encoding(request) or "utf-8"
    )
