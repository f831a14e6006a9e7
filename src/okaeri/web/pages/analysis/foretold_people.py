"""Lists of people by what is foretold of them: whom to call, who is overdue, who will buy most."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.customers import api as customers
from okaeri.customers.types import CustomerProfile
from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.prediction_types import (
    CustomerPredictionView,
    PredictionPage,
    PredictionRules,
)
from okaeri.insight.types import CustomerInsightView, class_name
from okaeri.listen.types import CallRules
from okaeri.web import sight
from okaeri.web.access import needs, require
from okaeri.web.count_facet import facet_of
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding
from okaeri.web.pages.customers.views import display_name
from okaeri.web.pages.paging import PAGE_SIZE, read_slice
from okaeri.web.pages.people_csv import in_chunks, stream_people, veiled
from okaeri.web.reader import language_of

List = Callable[..., PredictionPage]


@dataclass(frozen=True, slots=True)
class Person:
    """One line: who, what he did, what is foretold, and the first reasons in words."""

    name: str
    told: CustomerPredictionView
    standing: CustomerInsightView
    reasons: tuple[Text, ...]


@needs("customers.see")
@require_GET
@with_count_facet("importance")
def importance(request: HttpRequest) -> HttpResponseBase:
    """Show who matters and may leave, highest priority first: the list to call."""
    report, rules = insight.find_report("predictions"), load(PredictionRules)
    return _listed(
        request,
        "importance",
        insight.list_to_call,
        rules=rules,
        most_calls=load(CallRules).most_offers,
        lapse_days=report.payload.get("lapse_days", rules.lapse_horizon_days) if report else 0,
        keys=("importance", "priority", "lapse_risk", "rfm"),
    )


@needs("customers.see")
@require_GET
@with_count_facet("overdue")
def overdue(request: HttpRequest) -> HttpResponseBase:
    """Show active customers past their usual interval, with the next purchase foretold."""
    return _listed(
        request,
        "overdue",
        insight.list_overdue,
        cycle=load(CycleRules),
        keys=("overdue_ratio", "next_on", "lapse_risk"),
    )


@needs("customers.see")
@require_GET
@with_count_facet("valuable")
def valuable(request: HttpRequest) -> HttpResponseBase:
    """Show who will buy most, beside what they did and their class."""
    report = insight.find_report("predictions")
    # How well the forecast held was counted on everybody.
    replay = report.payload.get("replay") if report and facet_of(request) is None else None
    return _listed(
        request,
        "valuable",
        insight.list_most_valuable,
        top=replay["top"] if replay else None,
        horizon_days=report.payload["horizon_days"] if report else 0,
        keys=("value_365", "orders_365", "p_alive", "portfolio"),
    )


def _listed(
    request: HttpRequest,
    name: str,
    find: List,
    *,
    keys: tuple[str, ...],
    **context: Any,  # noqa: ANN401 - template data
) -> HttpResponseBase:
    facet = facet_of(request)
    token = facet.token if facet else ""
    encoding = asked_encoding(request)
    if encoding:
        require(request.user, "customers.export")
        return _csv(request, name, token, encoding)
    if token:
        find = partial(insight.list_by_count, name, token)
    found, pager = read_slice(request, partial(_page, find))
    known = customers.list_profiles([row.customer_id for row in found.rows])
    report = insight.find_report("predictions")
    return show(
        request,
        name,
        people=list(_people(found.rows, sight.show(request, known), language_of(request))),
        total=f"{found.total:,}",
        pager=pager,
        report=report if report and report.payload["people"] else None,
        definitions=definitions_for(*keys),
        **context,
    )


def _page(find: List, offset: int) -> tuple[PredictionPage, int]:
    found = find(offset=offset, limit=PAGE_SIZE)
    return found, found.total


def _people(
    found: Sequence[CustomerPredictionView], profiles: dict[int, CustomerProfile], language: str
) -> Iterator[Person]:
    standings = insight.list_insights([row.customer_id for row in found])
    for row in found:
        if row.customer_id in profiles and row.customer_id in standings:
            yield Person(
                display_name(profiles[row.customer_id], language),
                row,
                standings[row.customer_id],
                tuple(insight.reasons_in_words(row)[:2]),
            )


_COLUMNS = (
    Text("顧客ID", "customer_id"),
    Text("名前", "name"),
    Text("クラス", "class"),
    Text("R", "r"),
    Text("F", "f"),
    Text("M", "m"),
    Text("直近12か月の購入額", "net_12m_minor"),
    Text("予測購入額(365日)", "value_365_minor"),
    Text("予測購入額の下限(80%)", "value_365_low_minor"),
    Text("予測購入額の上限(80%)", "value_365_high_minor"),
    Text("次回購入日", "next_on"),
    Text("次回購入日の下限(80%)", "next_low_on"),
    Text("次回購入日の上限(80%)", "next_high_on"),
    Text("乖離率", "overdue_ratio"),
    Text("離脱リスクを見る日数", "lapse_days"),
    Text("離脱リスク", "lapse_risk"),
    Text("離脱リスクの下限(80%)", "lapse_risk_low"),
    Text("離脱リスクの上限(80%)", "lapse_risk_high"),
    Text("継続の確率", "p_alive"),
    Text("継続の確率の下限(80%)", "p_alive_low"),
    Text("継続の確率の上限(80%)", "p_alive_high"),
    Text("期間内に戻る確率", "returns_chance"),
    Text("期間内に戻る確率の下限(80%)", "returns_low"),
    Text("期間内に戻る確率の上限(80%)", "returns_high"),
    Text("重要度", "importance"),
    Text("優先度", "priority"),
    Text("理由", "reasons"),
)


def _csv(request: HttpRequest, name: str, token: str, encoding: str) -> HttpResponseBase:
    ids = insight.ids_of_list(name, token)
    rows = _csv_rows(request, ids)
    return stream_people(request, name, _COLUMNS, ids, rows, encoding)


def _csv_rows(request: HttpRequest, ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    language = language_of(request)
    for part in in_chunks(lambda offset, limit: (ids[offset : offset + limit], len(ids))):
        told = insight.list_predictions(part)
        found = [told[number] for number in part if number in told]
        for person in _people(found, veiled(request, part), language):
            yield _csv_row(person, language)


def _csv_row(person: Person, language: str) -> tuple[Any, ...]:
    told, standing = person.told, person.standing
    return (
        told.customer_id,
        person.name,
        class_name(standing.stage, is_lapsed=standing.is_lapsed).render(language),
        standing.r_rank,
        standing.f_rank,
        standing.m_rank,
        standing.net_12m_minor,
        # Where nine in ten buy nothing, the point is the median: a mean would lie outside its range.
        told.value_365_minor if told.orders_365_high else 0,
        told.value_365_low_minor,
        told.value_365_high_minor,
        told.next_on,
        told.next_low_on,
        told.next_high_on,
        round(told.overdue_ratio, 2),
        told.lapse_days,
        *_rounded(told.lapse_risk, told.lapse_risk_low, told.lapse_risk_high),
        *_rounded(told.p_alive, told.p_alive_low, told.p_alive_high),
        *_rounded(told.returns_chance, told.returns_low, told.returns_high),
        round(told.importance, 1),
        round(told.priority, 1),
        " / ".join(reason.render(language) for reason in person.reasons),
    )


def _rounded(*chances: float | None) -> list[float | None]:
    return [None if chance is None else round(chance, 3) for chance in chances]
