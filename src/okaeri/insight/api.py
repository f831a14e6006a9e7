"""The door of insight: refresh, insights of customers, lists by rule, reports, segments."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.db.models.expressions import Combinable
from pyroaring import BitMap64

from okaeri.foundation.errors import InputError
from okaeri.foundation.personal import Documents
from okaeri.foundation.settings import ShopProfile, hold, load
from okaeri.foundation.text import Text
from okaeri.insight.actions.ages import (
    age_band,
    age_report,
    channel_for,
    channel_sureness,
    measure_ages,
)
from okaeri.insight.actions.analyse import analyse
from okaeri.insight.actions.balance import compute_balance, find_balance
from okaeri.insight.actions.best_channels import measure_best_channels
from okaeri.insight.actions.care_cost import measure_care_cost
from okaeri.insight.actions.count_reports import FACET as FACET_REPORT
from okaeri.insight.actions.count_reports import (
    compute_count_reports,
    find_count_report,
    list_by_count,
    portfolio_then_where,
    portfolio_where,
)
from okaeri.insight.actions.follow_orders import follow_orders
from okaeri.insight.actions.later import is_due
from okaeri.insight.actions.life_events import estimate_life_events, save_life_events
from okaeri.insight.actions.movement_between import (
    compute_movement_between,
    find_movement_between,
    movement_days,
)
from okaeri.insight.actions.new_products import list_new_products
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.perks import measure_perks, perk_report
from okaeri.insight.actions.person_run_outs import list_person_run_outs
from okaeri.insight.actions.person_signs import day_points_of
from okaeri.insight.actions.preview import preview_class_counts
from okaeri.insight.actions.recommendations import (
    recommend_like_viewed_many,
    recommend_many,
    recommend_popular,
)
from okaeri.insight.actions.refresh import refresh
from okaeri.insight.actions.responses import measure_responses
from okaeri.insight.actions.rule_series import list_series, present_version
from okaeri.insight.actions.segment_presets import find_preset, list_presets
from okaeri.insight.actions.segment_tables import PERSONAL_TABLES
from okaeri.insight.actions.segments import (
    classes_of,
    create_segment,
    delete_segment,
    explain_person,
    members_page,
    overlaps_of,
    preview_rule,
    problem_of,
    read_rule,
    resolve_now,
    restore_segment,
    say_part,
    say_rule,
    segment_catalog,
    update_segment,
)
from okaeri.insight.actions.silent import list_silent
from okaeri.insight.actions.sync import PERSONAL_ORDER_TABLES, sync_warehouse
from okaeri.insight.actions.touches import measure_touches, touches_begin
from okaeri.insight.actions.voices import measure_voices, voice_reports
from okaeri.insight.analysis_types import ForecastRules, TargetRules
from okaeri.insight.cycle_types import RunOutView
from okaeri.insight.domain.age_bands import BANDS as _AGE_BANDS
from okaeri.insight.domain.age_bands import YOUNG as YOUNG_BANDS
from okaeri.insight.domain.count_facets import rule_of as count_rule
from okaeri.insight.domain.definitions import number_definitions
from okaeri.insight.domain.findings import list_findings as _findings_of
from okaeri.insight.domain.kpis.figures import rate as rate_of
from okaeri.insight.domain.lapse_risk import reason_in_words
from okaeri.insight.domain.leads import faded, lead_view
from okaeri.insight.domain.media_costs import read_costs
from okaeri.insight.domain.next_steps import recommend_next_steps as _steps_of
from okaeri.insight.domain.reports import RULES
from okaeri.insight.domain.reports.balance import class_rates
from okaeri.insight.domain.reports.care_cost import compare_costs
from okaeri.insight.domain.reports.forecast import forecast_rows, response_rows
from okaeri.insight.domain.segment_rules import RuleError
from okaeri.insight.domain.shares import forecast_interval
from okaeri.insight.domain.vip import last_vip_day as _last_vip_day
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.media_types import MediaCostView
from okaeri.insight.prediction_types import (
    CustomerPredictionView,
    PredictionPage,
    PredictionRules,
)
from okaeri.insight.price_types import PriceRules
from okaeri.insight.rank_types import RankRules
from okaeri.insight.recommend_types import RecommendedItem
from okaeri.insight.store import (
    insights,
    interests,
    items,
    media_costs,
    predictions,
    reports,
    rule_query,
    run_outs,
    segments,
)
from okaeri.insight.types import (
    CustomerInsightView,
    CustomerPage,
    Finding,
    FreshnessBand,
    LifecycleRules,
    NextStep,
    PortfolioRow,
    PortfolioSeries,
    ReportView,
    SegmentChangeView,
    SegmentView,
    Stage,
)
from okaeri.insight.vip_types import VipRules
from okaeri.intake import api as intake

__all__ = [
    "AGE_BAND_NAMES",
    "FACET_REPORT",
    "PERSONAL_ORDER_TABLES",
    "PERSONAL_TABLES",
    "YOUNG_BANDS",
    "RuleError",
    "age_band",
    "age_report",
    "analyse",
    "channel_for",
    "channel_sureness",
    "class_column",
    "class_rates",
    "classes_of",
    "compare_costs",
    "compute_balance",
    "compute_count_reports",
    "compute_movement_between",
    "count_classes",
    "count_customers_where",
    "count_rule",
    "create_segment",
    "day_points_of",
    "definitions",
    "delete_segment",
    "estimate_life_events",
    "explain_person",
    "find_balance",
    "find_count_report",
    "find_count_rule",
    "find_insight",
    "find_movement_between",
    "find_preset",
    "find_report",
    "find_report_day",
    "follow_orders",
    "forecast",
    "forecast_range",
    "forget_results",
    "get_segment",
    "has_run_outs",
    "interest_audience",
    "interest_rule",
    "interests_of",
    "is_due",
    "iter_customers_where",
    "last_vip_day",
    "latest_segment_change",
    "lead_standing",
    "list_by_count",
    "list_countable_items",
    "list_customers",
    "list_discount_dependent",
    "list_findings",
    "list_first_buyers",
    "list_insights",
    "list_media_costs",
    "list_most_valuable",
    "list_new_products",
    "list_next_steps",
    "list_overdue",
    "list_person_run_outs",
    "list_portfolio_series",
    "list_predictions",
    "list_presets",
    "list_recency_reached",
    "list_running_out",
    "list_segment_changes_after",
    "list_segments",
    "list_silent",
    "list_to_call",
    "lost_among",
    "measure_ages",
    "measure_best_channels",
    "measure_care_cost",
    "measure_perks",
    "measure_responses",
    "measure_touches",
    "measure_voices",
    "members_among",
    "members_page",
    "movement_days",
    "names_of_items",
    "needs_warehouse",
    "newest_segment_change",
    "overlaps_of",
    "page_of_run_outs",
    "perk_report",
    "portfolio_history",
    "portfolio_then_where",
    "portfolio_where",
    "present_version",
    "preview_class_counts",
    "preview_rule",
    "problem_of",
    "rate_of",
    "read_media_costs",
    "read_orders",
    "read_rule",
    "reasons_in_words",
    "recommend",
    "recommend_like_viewed_many",
    "recommend_many",
    "recommend_popular",
    "refresh",
    "remove_media_cost",
    "responses_of",
    "restore_segment",
    "run_outs_of",
    "save_life_events",
    "save_media_costs",
    "say_part",
    "say_rule",
    "segment_catalog",
    "segment_changes",
    "segment_changes_after",
    "segment_members",
    "segment_names",
    "segment_of_preset",
    "sync_warehouse",
    "touches_begin",
    "update_segment",
    "voice_reports",
]

AGE_BAND_NAMES = {band: name for band, (_, name) in _AGE_BANDS.items()}
REPORTS = ("summary", "portfolio", "dropoff", "f2", "cohorts", "freshness", "rfm")
_LARGEST_PAGE = 1000
_MOST_ITEMS = 50
_NOT_PLAIN = Text(
    "一覧をその場で絞れるのは、クラスや購入回数など顧客の項目だけです。"
    "この条件はセグメントとして保存してください。",
    "Lists are narrowed by columns of a customer only; keep this rule as a segment instead.",
)
_BAD_ORDER = Text(
    "並び順 {order_by} は使えません。使えるのは {known} です。",
    "Customers cannot be ordered by {order_by}; known fields are {known}.",
)


def last_vip_day(standing: CustomerInsightView) -> date | None:
    """Give the last day of VIP treatment of somebody who is loyal no more; None where there is none."""
    return _last_vip_day(standing, load(VipRules))


def list_insights(customer_ids: Iterable[int]) -> dict[int, CustomerInsightView]:
    """Give id → standing as of the last refresh; customers it did not see are left out."""
    return insights.views(customer_ids)


def find_insight(customer_id: int) -> CustomerInsightView | None:
    """Give one customer's standing, or None before a refresh saw him."""
    return insights.views([customer_id]).get(customer_id)


def class_column(of: str) -> Combinable:
    """Give a column for another station's query: the class key of the customer its column `of` names.

    So whole crowds are counted by class inside the database. NULL for whom no analysis knows.
    """
    return insights.class_column(of)


def count_classes() -> dict[str, int]:
    """Give the key of each class that has people → how many, as of now; leads under "lead"."""
    return insights.count_classes()


def list_first_buyers(since: date, until: date, limit: int) -> list[tuple[int, date]]:
    """Give (customer, day) of active people whose only purchase lies in these days, the newest first."""
    return insights.first_buyers(since, until, limit)


def list_freshness(customer_ids: Collection[int]) -> dict[int, int]:
    """Give id → freshness in whole points (0..100); customers no refresh saw are left out."""
    return insights.freshness_of(customer_ids)


def list_sale_only(customer_ids: Iterable[int]) -> set[int]:
    """Give those of these people who buy at a discount or in campaigns only (セール時のみ購入).

    By default 8 of 10 orders or more, from two orders on (settings `price.campaign_share` and
    `price.fewest_orders`).
    """
    rules = load(PriceRules)
    return insights.buying_at_discounts(customer_ids, rules.campaign_share, rules.fewest_orders)


def list_discount_dependent(customer_ids: Iterable[int]) -> set[int]:
    """Give those of these people who are trend customers and depend on discounts (流行客・値引き依存).

    They look like the best by amount and buy what is let off (row C-08). By default half of the orders
    or more, from two orders on (settings `price.dependent_share` and `price.fewest_orders`).
    """
    rules = load(PriceRules)
    return insights.buying_at_discounts(
        customer_ids, rules.dependent_share, rules.fewest_orders, stage=Stage.TREND
    )


def list_predictions(customer_ids: Iterable[int]) -> dict[int, CustomerPredictionView]:
    """Give id → what is foretold of him, as of the last refresh; buyers only."""
    return predictions.views(customer_ids)


def reasons_in_words(told: CustomerPredictionView) -> list[Text]:
    """Say what moves a person's lapse risk, the strongest first."""
    return [reason_in_words(reason) for reason in told.lapse_reasons]


def list_overdue(*, offset: int = 0, limit: int = 50) -> PredictionPage:
    """Give active customers past 1.2 of their usual interval, those of most value to come first."""
    return predictions.overdue(offset, min(limit, _LARGEST_PAGE))


def list_to_call(*, offset: int = 0, limit: int = 50) -> PredictionPage:
    """Give who matters and may leave, by the shop's own bars, the highest priority first."""
    rules = load(PredictionRules)
    return predictions.to_call(
        rules.call_from, rules.call_risk_percent / 100, offset, min(limit, _LARGEST_PAGE)
    )


def list_most_valuable(*, offset: int = 0, limit: int = 50) -> PredictionPage:
    """Give every buyer, those of most value to come first."""
    return predictions.most_valuable(offset, min(limit, _LARGEST_PAGE))


def list_customers(
    *,
    rule: dict[str, Any] | None = None,
    segment_id: int | None = None,
    order_by: str = "-last_on",
    offset: int = 0,
    limit: int = 50,
) -> CustomerPage:
    """Give one page of customers for whom `rule` holds (all of them without a rule).

    The rule names plain columns only; `segment_id` asks for the people a segment held when last
    counted, and for those of them for whom the rule holds. `order_by` is a field
    of CustomerInsightView, with "-" for falling; unknown values come last.
    """
    if order_by.lstrip("-") not in insights.COLUMNS:
        known = ", ".join(insights.COLUMNS)
        raise InputError(_BAD_ORDER.format(order_by=order_by, known=known))
    where = _plain(rule) if rule else Q()
    offset, limit = max(offset, 0), min(max(limit, 0), _LARGEST_PAGE)
    if segment_id is not None:
        members = segments.bitmap_of(segments.get(segment_id))
        if rule:
            members &= BitMap64(insights.iter_ids_where(where))
        return CustomerPage(
            tuple(insights.page_among(members, order_by, offset, limit)), len(members)
        )
    rows = insights.page(where, order_by, offset, limit)
    return CustomerPage(tuple(rows), insights.count_where(where))


def count_customers_where(rule: dict[str, Any]) -> int:
    """Give how many customers a rule of plain columns holds for; raises RuleError."""
    return insights.count_where(_plain(rule))


def iter_customers_where(rule: dict[str, Any]) -> Iterator[int]:
    """Give the ids a rule of plain columns holds for in rising order, read as they are asked for."""
    return insights.iter_ids_where(_plain(rule))


def _plain(rule: dict[str, Any]) -> Q:
    resolved = resolve_now(read_rule(rule))
    if not rule_query.is_plain(resolved):
        raise RuleError(_NOT_PLAIN)
    return rule_query.to_condition(resolved)


def needs_warehouse(rule: dict[str, Any]) -> bool:
    """Tell whether a rule looks beyond a customer's columns, so that counting it takes a warehouse."""
    return not rule_query.is_plain(resolve_now(read_rule(rule)))


def lead_standing(
    customer_id: int, seen_on: date, as_of: date, before: CustomerInsightView | None = None
) -> CustomerInsightView:
    """Give where somebody stands who never bought and was first known on `seen_on`.

    `before` is how the last analysis saw him: it counted his signs of life, which fade since then.
    """
    bands = load(BandRules)
    lead = lead_view(customer_id, seen_on=seen_on, as_of=as_of, bands=bands)
    return faded(before, lead, bands)


def lost_among(customer_ids: Collection[int]) -> dict[int, date]:
    """Give those of these buyers whose freshness is in its lowest band → the day of that analysis.

    Of somebody who never bought there is nothing to win back.
    """
    return insights.in_band(customer_ids, FreshnessBand.LOST)


def list_recency_reached(
    day: date, recency_days: int, *, within_days: int | None = None
) -> list[tuple[int, date]]:
    """Give (customer, day of last purchase) of those silent for `recency_days` or more on `day`.

    With `within_days` only those who reached it in the last so many days (1: exactly on `day`).
    """
    last = day - timedelta(days=recency_days)
    first = None if within_days is None else last - timedelta(days=within_days - 1)
    return insights.last_on_between(first, last)


def list_running_out(
    day: date, *, lead_days: int = 0, within_days: int = 1, sku: str = ""
) -> list[RunOutView]:
    """Give what came within `lead_days` of its run-out in the `within_days` up to and on `day`.

    Known from a week behind the last refresh to four weeks ahead of it.
    """
    last = day + timedelta(days=lead_days)
    return run_outs.due_between(last - timedelta(days=within_days - 1), last, sku)


def has_run_outs(sku: str = "") -> bool:
    """Tell whether anything (of one product) runs out from last week to four weeks ahead."""
    return run_outs.has_any(sku)


def page_of_run_outs(
    first: date, last: date, *, sku: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[RunOutView], int]:
    """Give a page of what runs out from `first` to `last` (of one product), and how many there are."""
    return run_outs.page_between(first, last, sku, offset, limit)


def names_of_items(skus: Iterable[str]) -> dict[str, str]:
    """Give product code → name as the shop says, else as it was sold; a code nobody knows is its name."""
    wanted = list(dict.fromkeys(skus))
    sold, master = items.facts_of(wanted), intake.list_products(wanted)
    names = {sku: (sold[sku].name if sku in sold else "") or sku for sku in wanted}
    return names | {sku: product.name for sku, product in master.items() if product.name}


def run_outs_of(customer_ids: Iterable[int]) -> list[RunOutView]:
    """Give what runs out for these people in the next four weeks or ran out last week."""
    return run_outs.of_customers(customer_ids)


def find_report_day(name: str) -> date | None:
    """Give the shop day a report is of; None where there is none."""
    return reports.find_day(name)


def find_report(name: str) -> ReportView | None:
    """Give a report ("summary", "portfolio", ...) or None before the first refresh."""
    return reports.find(name)


def find_count_rule(token: str) -> dict[str, Any] | None:
    """Give the rule of a facet (`CountFacet.token`) whose reports are of the last refresh, else None."""
    known = find_count_report(FACET_REPORT, token)
    return known.payload["rule"] if known else None


def list_countable_items(also: str = "") -> dict[str, str]:
    """Give product code → name of the products with most buyers, most first, and of one more."""
    found = items.most_bought(_MOST_ITEMS)
    if also and also not in found:
        found |= {sku: fact.name or sku for sku, fact in items.facts_of([also]).items()}
    return found


def portfolio_history(months: int = 13, version: str = "") -> list[PortfolioRow]:
    """Give month-end cells, oldest first, ten a month, as the shop's present rules told them.

    `version` asks for those of an older series (`list_portfolio_series`).
    """
    version = version or present_version()
    known = sorted(reports.snapshot_months(version))[-months:]
    if not known:
        return []
    return [
        PortfolioRow(
            month=row.month,
            stage=row.stage,
            is_lapsed=row.is_lapsed,
            customers=row.customers,
            net_minor=row.net_minor,
            net_12m_minor=row.net_12m_minor,
            threshold_minor=row.threshold_minor,
        )
        for row in reports.snapshots_since(known[0], version)
    ]


def list_portfolio_series() -> list[PortfolioSeries]:
    """Give every series of month ends, the one of the shop's present rules first (§1.3 #33)."""
    return list_series()


def interests_of(customer_id: int) -> list[str]:
    """Give the topics somebody cares for as of the last night, widest first."""
    return interests.topics_with(customer_id)


def interest_audience(topic: str) -> list[int]:
    """Give who cares for a topic as of the last night, in rising order."""
    return interests.members_of(topic)


def interest_rule(topic: str) -> dict[str, Any]:
    """Give the rule of everybody who cares for a topic, whoever that is on the day it is asked."""
    return {"did": "interest", "where": [{"field": "topic", "op": "=", "value": topic}]}


def recommend(
    customer_id: int, *, n: int = 5, on: date, may_cross_sell: bool = False
) -> list[RecommendedItem]:
    """Give at most `n` products worth showing to one person on the day `on`, best first.

    Somebody who bought once gets only what he uses up, unless `may_cross_sell` (§1.3 #17).
    """
    allowed = [customer_id] if may_cross_sell else []
    return recommend_many([customer_id], n=n, on=on, may_cross_sell=allowed)[customer_id]


def forecast(token: str = "") -> list[dict[str, Any]]:
    """Give what a message to each class would bring (`domain.reports.forecast`); none before a refresh.

    `token` (`CountFacet`) asks for the people of one purchase count; rates are those of everybody.
    """
    portfolio = find_count_report("portfolio", token) if token else reports.find("portfolio")
    measured = reports.find("responses")
    if portfolio is None or not any(cell["customers"] for cell in portfolio.payload["cells"]):
        return []
    seen = measured.payload["rows"] if measured else []
    return forecast_rows(portfolio.payload["cells"], seen, load(ForecastRules))


def forecast_range(told: float, variance: float, people: int) -> tuple[float, float]:
    """Give the 80 % interval of purchases foretold of several classes together."""
    return forecast_interval(told, variance, people)


def responses_of(source_kind: str, source_id: int) -> list[dict[str, Any]]:
    """Give how each class answered the messages of one source (`domain.reports.forecast.response_rows`)."""
    measured = reports.find("responses")
    sources = measured.payload.get("sources", {}) if measured else {}
    return response_rows(sources.get(f"{source_kind}:{source_id}", ()), load(ForecastRules))


def list_segments() -> list[SegmentView]:
    """Give every segment, newest first."""
    return segments.list_views()


def get_segment(segment_id: int) -> SegmentView:
    """Give one segment or raise NotFoundError."""
    return segments.view(segments.get(segment_id))


def segment_of_preset(key: str) -> SegmentView | None:
    """Give the newest segment in use that was made from a ready-made one; None while there is none."""
    return next((one for one in list_segments() if one.preset == key), None)


def latest_segment_change() -> int:
    """Give the number of the newest change of any segment, 0 before the first."""
    return segments.latest_change()


def segment_members(segment_id: int) -> list[int]:
    """Give the customers a segment held when last computed, in rising order."""
    return list(segments.bitmap_of(segments.get(segment_id)))


def members_among(segment_id: int, customer_ids: Iterable[int]) -> frozenset[int]:
    """Give those of these ids a segment in use held when last computed; none of one that is gone."""
    return frozenset(segments.members_among(segment_id, customer_ids))


def segment_names() -> dict[int, str]:
    """Give number → name of every segment, also of those put away."""
    return segments.names()


def segment_changes(segment_id: int, limit: int = 30) -> list[SegmentChangeView]:
    """Give who entered and left at the newest counts, the newest first."""
    return segments.newest_changes(segment_id, limit)


def segment_changes_after(
    segment_id: int, change_id: int, limit: int = 100
) -> list[SegmentChangeView]:
    """Give who entered and left since a change (0: since the beginning), the oldest first."""
    return segments.changes_after(segment_id, change_id, limit)


def list_segment_changes_after(
    change_id: int, until: datetime, limit: int
) -> list[SegmentChangeView]:
    """Give who entered and left any segment, counted until an instant, the oldest change first."""
    return segments.all_changes_after(change_id, until, limit)


def newest_segment_change() -> int:
    """Give the id of the newest change of any segment, 0 before the first."""
    return segments.latest_change()


def export_person(customer_ids: Iterable[int]) -> dict[str, Documents]:
    """Give what the last analysis says of a person."""
    wanted = list(customer_ids)
    topics = sorted({topic for one in wanted for topic in interests.topics_with(one)})
    return {
        **insights.export_person(wanted),
        **predictions.export_person(wanted),
        "interests": [{"topic": topic} for topic in topics],
        "run_outs": run_outs.export_person(wanted),
    }


def erase_person(customer_ids: Iterable[int]) -> dict[str, int]:
    """Take a person out of the segments; his figures stay as those of nobody. Rows by table."""
    wanted = list(customer_ids)
    return {
        "segments": segments.forget(wanted),
        "predictions": predictions.forget(wanted),
        "interests": interests.forget(wanted),
        "run_outs": run_outs.forget(wanted),
    }


def forget_results() -> None:
    """Drop every stored result, also of closed months; the next refresh computes what it can anew."""
    reports.forget_all()


def list_media_costs() -> list[MediaCostView]:
    """Give what each acquisition source cost by month, the newest month first."""
    return media_costs.list_all()


def read_media_costs(text: str) -> tuple[list[MediaCostView], list[Text]]:
    """Read a table of month, media code and cost; give the costs and every mistake in a sentence."""
    return read_costs(text, load(ShopProfile).currency)


def save_media_costs(costs: Iterable[MediaCostView]) -> int:
    """Keep costs, each in the place of what was written of its month and source; how many."""
    return media_costs.save(costs)


def remove_media_cost(month: date, media_code: str) -> int:
    """Take one cost away; how many rows went."""
    return media_costs.remove(month, media_code)


def definitions() -> dict[str, Text]:
    """Give この数字の定義 by number key, with the shop's own settings filled in."""
    with hold():
        rules, ranks = load(LifecycleRules), load(RankRules)
        further: list[object] = [load(kind) for kind in RULES]
        return number_definitions(rules, ranks, _payloads(), load(ShopProfile).currency, further)


def list_findings() -> list[Finding]:
    """Give the sentences pages show beside the reports; none before the first refresh."""
    stored = _payloads()
    if not stored:
        return []
    currency = load(ShopProfile).currency
    return _findings_of(stored, load(LifecycleRules), currency, load(TargetRules))


def list_next_steps() -> list[NextStep]:
    """Give up to three things worth doing next, the largest stake first."""
    stored = _payloads()
    return _steps_of(stored, load(LifecycleRules), load(ShopProfile).currency) if stored else []


def _payloads() -> dict[str, dict[str, Any]]:
    found = {name: reports.find(name) for name in REPORTS}
    complete = {name: report.payload for name, report in found.items() if report is not None}
    return complete if len(complete) == len(REPORTS) else {}
