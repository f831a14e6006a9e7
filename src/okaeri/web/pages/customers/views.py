"""The customer list: filter, sort, search, CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from okaeri.customers import api as customers
from okaeri.customers.types import CustomerProfile
from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight import api as insight
from okaeri.insight.types import CustomerInsightView, CustomerPage, Stage, class_name
from okaeri.web import sight
from okaeri.web.access import needs, require
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.csv_file import asked_encoding
from okaeri.web.pages.customers.filters import (
    BAND_CHOICES,
    FLAGS,
    SORTS,
    STAGE_CHOICES,
    Filters,
    read_filters,
)
from okaeri.web.pages.customers.meant import Meant, find_meant, is_being_counted
from okaeri.web.pages.paging import PAGE_SIZE, Pager, read_slice
from okaeri.web.pages.people_csv import stream_people
from okaeri.web.pages.segments.counting import count_by
from okaeri.web.reader import language_of

_MOST_FOUND = 50
_CSV_CHUNK = 500
_NAMELESS = Text("名前なし", "No name")


@dataclass(frozen=True, slots=True)
class Row:
    """One customer of the list; `standing` is None before a refresh saw him."""

    profile: CustomerProfile
    standing: CustomerInsightView | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: the list's own filters, and the rule behind a number of another page."""

    filters: Filters
    meant: Meant | None

    @property
    def whole(self) -> dict[str, Any] | None:
        """Give the rule; None where none is asked for."""
        return self.meant.rule if self.meant else None

    @property
    def is_all(self) -> bool:
        """Tell whether nothing but a word narrows the list."""
        return not (self.filters.rule() or self.meant or self.filters.segment is not None)


@needs("customers.see")
@require_GET
def customer_list(request: HttpRequest) -> HttpResponseBase:
    """Show customers with class, freshness and value."""
    asked = Asked(read_filters(request), find_meant(request))
    filters, meant = asked.filters, asked.meant
    encoding = asked_encoding(request)
    if encoding:
        require(request.user, "customers.export")
        return _csv(request, asked, encoding)
    rows, pager = _page(request, asked)
    if filters.text and asked.is_all and len(rows) == 1:
        return redirect("customer", rows[0].profile.id)
    context = {
        "rows": rows,
        "pager": pager,
        "filters": filters,
        "meant": meant,
        "is_being_counted": meant is not None and is_being_counted(),
        "stages": STAGE_CHOICES,
        "bands": BAND_CHOICES,
        "flags": FLAGS.items(),
        "sorts": SORTS.items(),
        "segment": None if filters.segment is None else insight.get_segment(filters.segment),
        "is_narrowed": filters.is_narrowed or meant is not None,
        "has_customers": bool(rows) or customers.count_customers() > 0,
        "definitions": definitions_for("freshness", "cycle_days", "net_minor", "tenure_days"),
    }
    return render(request, "okaeri/customers/list.html", context)


def _page(request: HttpRequest, asked: Asked) -> tuple[list[Row], Pager]:
    if asked.filters.text:
        found = _search(request, asked.filters.text, _MOST_FOUND)
        standings = insight.list_insights([profile.id for profile in found])
        rows = [Row(profile, standings.get(profile.id)) for profile in found]
        fitting = _fitting(asked, [row.profile.id for row in rows])
        rows = [row for row in rows if row.profile.id in fitting]
        return rows, Pager(1, len(rows))
    seen, pager = read_slice(request, partial(_insights, asked))
    profiles = sight.show(request, customers.list_profiles([row.customer_id for row in seen]))
    rows = [Row(profiles[row.customer_id], row) for row in seen if row.customer_id in profiles]
    return rows, pager


def _insights(asked: Asked, offset: int) -> tuple[Sequence[CustomerInsightView], int]:
    filters = asked.filters

    def ask(warehouse: Warehouse | None) -> CustomerPage:
        return insight.list_customers(
            rule=filters.rule(),
            segment_id=filters.segment,
            meant=asked.whole,
            warehouse=warehouse,
            order_by=filters.order_by,
            offset=offset,
            limit=PAGE_SIZE,
        )

    found = count_by(asked.whole, ask)
    return found.rows, found.total


def _fitting(asked: Asked, ids: list[int]) -> set[int]:
    """Give those of these people whom the address means; the database decides, as for the list."""
    if asked.is_all or not ids:
        return set(ids)
    among = {"field": "customer_id", "op": "in", "value": ids}
    rule = asked.filters.rule()
    return set(_ids(asked, {"all": [rule, among] if rule else [among]}))


def _ids(asked: Asked, rule: dict[str, Any] | None) -> list[int]:
    """Give whom the address means and a rule of columns holds for, by id: a download is one pass so."""
    find = partial(
        insight.ids_of_customers, rule=rule, segment_id=asked.filters.segment, meant=asked.whole
    )
    return count_by(asked.whole, lambda warehouse: find(warehouse=warehouse))


_COLUMNS = (
    Text("顧客ID", "customer_id"),
    Text("姓", "family_name"),
    Text("名", "given_name"),
    Text("セイ", "family_kana"),
    Text("メイ", "given_kana"),
    Text("メールアドレス", "email"),
    Text("クラス", "class"),
    Text("鮮度", "freshness"),
    Text("購入回数", "purchase_count"),
    Text("累計購入額", "net_minor"),
    Text("初回購入日", "first_on"),
    Text("最終購入日", "last_on"),
    Text("最終購入からの日数", "recency_days"),
    Text("知り合った日", "known_on"),
)


def _search(request: HttpRequest, text: str, limit: int) -> list[CustomerProfile]:
    """Find people; by name, address or phone only whoever may see those anyway."""
    is_open = sight.sees_personal(request)
    found = customers.search_customers(text, limit=limit, by_number_only=not is_open)
    return sight.show_list(request, found, action="search")


def _csv(request: HttpRequest, asked: Asked, encoding: str) -> HttpResponseBase:
    if asked.filters.text:
        ids = [row.profile.id for row in _page(request, asked)[0]]
    else:
        ids = _ids(asked, asked.filters.rule())
    rows = _csv_rows(request, ids)
    fields = ("name", "email")
    return stream_people(request, "customers", _COLUMNS, ids, rows, encoding, fields=fields)


def _csv_rows(request: HttpRequest, ids: list[int]) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(ids), _CSV_CHUNK):
        yield from _csv_chunk(request, ids[start : start + _CSV_CHUNK])


def _csv_chunk(request: HttpRequest, ids: list[int]) -> Iterator[tuple[Any, ...]]:
    language, zone = language_of(request), load(ShopProfile).zone
    profiles, standings = customers.list_profiles(ids), insight.list_insights(ids)
    for customer_id in ids:
        if customer_id in profiles:
            profile = sight.veil(request, profiles[customer_id])
            known_on = clock.local_day(profile.known_at, zone)
            yield (*_csv_row(Row(profile, standings.get(customer_id)), language), known_on)


def _csv_row(row: Row, language: str) -> tuple[Any, ...]:
    who, what = row.profile, row.standing
    head = (who.id, who.family_name, who.given_name, who.family_kana, who.given_kana, who.email)
    if what is None:
        return (*head, *[""] * 7)
    return (
        *head,
        class_name(Stage(what.stage), is_lapsed=what.is_lapsed).render(language),
        round(what.freshness, 1),
        what.purchase_count,
        what.net_minor,
        what.first_on or "",
        what.last_on or "",
        "" if what.recency_days is None else what.recency_days,
    )


def display_name(profile: CustomerProfile, language: str) -> str:
    """Give a name a person can be called by on a page: else the e-mail's first part."""
    return profile.full_name or profile.email.partition("@")[0] or _NAMELESS.render(language)


def palette_entries(request: HttpRequest, text: str) -> list[tuple[str, str, str]]:
    """Give (name, address, note) of customers for the palette."""
    language = language_of(request)
    return [
        (display_name(p, language), f"/customers/{p.id}/", p.email)
        for p in _search(request, text, 6)
    ]
