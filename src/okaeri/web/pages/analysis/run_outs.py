"""Who runs out of what and when, and when he buys it again: one row per product of a person."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.customers import api as customers
from okaeri.customers.types import CustomerProfile
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.cycle_types import KEPT_AHEAD, KEPT_BEHIND, RunOutView
from okaeri.insight.types import CustomerInsightView, class_name
from okaeri.web import sight
from okaeri.web.access import needs, require
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding
from okaeri.web.pages.customers.views import display_name
from okaeri.web.pages.paging import PAGE_SIZE, read_slice
from okaeri.web.pages.people_csv import in_chunks, stream_people, veiled
from okaeri.web.reader import language_of

# Days from the last refresh, by their name in the address.
_SPANS = {
    "7": (0, 7, Text("7日以内", "Within 7 days")),
    "14": (0, 14, Text("14日以内", "Within 14 days")),
    "28": (0, KEPT_AHEAD, Text("28日以内", "Within 28 days")),
    "past": (-KEPT_BEHIND, -1, Text("この7日間に過ぎた", "Passed in the last 7 days")),
}
_FIRST_SPAN = "14"
BASES = {
    "supply": Text("数量と使用日数", "Quantity and days of use"),
    "own": Text("本人の間隔", "Own intervals"),
    "product": Text("商品の間隔", "The product's intervals"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One product of one person: who he is, what he bought, when it is used up and bought again."""

    name: str
    item: str
    due: RunOutView
    standing: CustomerInsightView
    basis: Text


@needs("customers.see")
@require_GET
def run_outs(request: HttpRequest) -> HttpResponseBase:
    """List what runs out in a span of days, the first first."""
    as_of = insight.find_report_day("summary")
    asked, sku = request.GET.get("within", ""), request.GET.get("sku", "")
    span = asked if asked in _SPANS else _FIRST_SPAN
    first, last = _days(as_of, span) if as_of is not None else (date.min, date.min)
    encoding = asked_encoding(request)
    if encoding:
        require(request.user, "customers.export")
        return _csv(request, first, last, sku, encoding)
    found, pager = read_slice(
        request,
        lambda offset: insight.page_of_run_outs(
            first, last, sku=sku, offset=offset, limit=PAGE_SIZE
        ),
    )
    summary = insight.find_report("summary")
    known = customers.list_profiles({row.customer_id for row in found})
    learned = insight.find_report("item_timing")
    return show(
        request,
        "run_outs",
        report=summary if summary and summary.payload["buyers"] else None,
        rows=list(_rows(found, sight.show(request, known), language_of(request))),
        total=pager.total_text,
        pager=pager,
        spans=[(key, name, key == span) for key, (_, _, name) in _SPANS.items()],
        span=_SPANS[span][2],
        item=insight.names_of_items([sku])[sku] if sku else "",
        held=learned.payload["replay"] if learned else None,
        definitions=definitions_for("runs_out_on", "item_next_on"),
    )


def _days(as_of: date, span: str) -> tuple[date, date]:
    first, last, _ = _SPANS[span]
    return as_of + timedelta(days=first), as_of + timedelta(days=last)


def _rows(
    found: Sequence[RunOutView], profiles: dict[int, CustomerProfile], language: str
) -> Iterator[Row]:
    people = {row.customer_id for row in found}
    standings, names = insight.list_insights(people), insight.names_of_items(r.sku for r in found)
    for row in found:
        # Whoever was erased or absorbed since the last refresh is left out.
        if row.customer_id in profiles and row.customer_id in standings:
            yield Row(
                display_name(profiles[row.customer_id], language),
                names[row.sku],
                row,
                standings[row.customer_id],
                BASES[row.basis],
            )


# What a file tells of one run-out.
RUN_OUT_COLUMNS = (
    Text("商品コード", "sku"),
    Text("商品", "product"),
    Text("最終購入日", "last_on"),
    Text("使い切り予定日", "runs_out_on"),
    Text("使い切り予定日の根拠", "basis"),
    Text("次にこの商品を買う日", "next_on"),
    Text("次にこの商品を買う日の下限(80%)", "next_low_on"),
    Text("次にこの商品を買う日の上限(80%)", "next_high_on"),
)
_COLUMNS = (
    Text("顧客ID", "customer_id"),
    Text("名前", "name"),
    Text("クラス", "class"),
    Text("購入回数", "purchases"),
    *RUN_OUT_COLUMNS,
)


def _csv(
    request: HttpRequest, first: date, last: date, sku: str, encoding: str
) -> HttpResponseBase:
    def page(offset: int, limit: int) -> tuple[list[RunOutView], int]:
        return insight.page_of_run_outs(first, last, sku=sku, offset=offset, limit=limit)

    people = insight.people_running_out(first, last, sku=sku)
    rows = _csv_rows(request, in_chunks(page))
    return stream_people(request, "run_outs", _COLUMNS, people, rows, encoding)


def _csv_rows(
    request: HttpRequest, chunks: Iterable[Sequence[RunOutView]]
) -> Iterator[tuple[Any, ...]]:
    language = language_of(request)
    for found in chunks:
        shown = veiled(request, (one.customer_id for one in found))
        for row in _rows(found, shown, language):
            yield _csv_row(row, language)


def _csv_row(row: Row, language: str) -> tuple[Any, ...]:
    due, standing = row.due, row.standing
    return (
        due.customer_id,
        row.name,
        class_name(standing.stage, is_lapsed=standing.is_lapsed).render(language),
        standing.purchase_count,
        due.sku,
        row.item,
        due.last_on,
        due.runs_out_on,
        row.basis.render(language),
        due.next_on,
        due.next_low_on,
        due.next_high_on,
    )
