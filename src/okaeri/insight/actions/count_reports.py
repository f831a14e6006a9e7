"""Reports over the people who stand at one purchase count today, computed when a page asks for them.

The people are those the rule of `domain.count_facets` means, the same as behind the links of the cells. Where
they stand (class, ranks, freshness) is what the last refresh found for the whole shop; everything else is
computed from their orders alone. A report counts as of that refresh: the next one makes it old.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
from django.db import transaction

from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.analysis import Request, portfolio_of
from okaeri.insight.actions.count_people import (
    build_interests,
    build_life_events,
    build_list,
    ids_of_list,
    page_of_list,
)
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.segment_members import read_tables
from okaeri.insight.actions.segment_tables import PEOPLE
from okaeri.insight.actions.segments import read_rule, resolve_now
from okaeri.insight.actions.sync import AREAS, LINES, ORDERS
from okaeri.insight.analyses import ANALYSES
from okaeri.insight.analyses.source_schemas import CYCLE
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.count_types import CountFacet
from okaeri.insight.domain.count_facets import MARK, report_name, rule_of
from okaeri.insight.domain.reports.freshness import freshness_payload
from okaeri.insight.domain.reports.portfolio import portfolio_payload
from okaeri.insight.domain.reports.ranks import ranks_payload
from okaeri.insight.domain.unit_price import UnitPrice
from okaeri.insight.features.f2 import compute_totals
from okaeri.insight.features.portfolio import compute_portfolio
from okaeri.insight.features.ranks import compute_cells
from okaeri.insight.features.segment_flags import compute_segment_flags, parts_of
from okaeri.insight.prediction_types import PredictionPage
from okaeri.insight.rank_types import RankRules
from okaeri.insight.store import items, reports
from okaeri.insight.types import LifecycleRules, ReportView, Stage

Build = Callable[[Sources], dict[str, Any]]
Given = Callable[[Warehouse, date, ir.Table], dict[str, Any]]
Progress = Callable[[int, int], None]
# The report of a facet itself: {customers, rule}.
FACET = "people"
_NOT_YET = Text(
    "購入回数で分けるには、まず集計が必要です。",
    "Analyse the shop once before splitting it by count.",
)


def compute_count_reports(
    facet: CountFacet,
    names: Sequence[str],
    *,
    warehouse: Warehouse,
    given: Mapping[str, Given] | None = None,
    progress: Progress | None = None,
) -> int:
    """Keep the reports `names` over the people of a facet; gives how many people they are.

    `given` builds reports of what stations above know, from a warehouse that holds these people alone, the
    day and their numbers (customer_id). Raises NotFoundError before a first refresh.
    """
    # Read first: a refresh that ends meanwhile must make these reports old.
    last = _last()
    sources = narrow(warehouse, facet, last)
    known = {**ANALYSES, **_STANDING, **_OF_PEOPLE}
    customers = warehouse.count(sources.customers)
    payloads: dict[str, Any] = {FACET: {"customers": customers, "rule": rule_of(facet)}}
    # Of nobody there is nothing to say but that.
    wanted = names if customers else ()
    for done, name in enumerate(wanted):
        if progress is not None:
            progress(done, len(names))
        if given is not None and name in given:
            payloads[name] = given[name](sources.warehouse, sources.as_of, sources.customers)
        else:
            payloads[name] = known[name](sources)
    with transaction.atomic():
        reports.save_all(
            {report_name(name, facet.token): payload for name, payload in payloads.items()},
            as_of=last.as_of,
            rule_version=last.rule_version,
            orders_seen=reports.last_computed()["summary"][2],
            now=last.computed_at,
        )
        reports.let_go_before(last.computed_at, MARK)
    return customers


def find_count_report(name: str, token: str) -> ReportView | None:
    """Give a report over the people of a facet (`CountFacet.token`); None unless of the last refresh."""
    found, last = reports.find(report_name(name, token)), reports.find("summary")
    if found is None or last is None or found.computed_at != last.computed_at:
        return None
    # A list kept by an older version was cut: it is asked for anew.
    return None if "ids" in found.payload else found


def list_by_count(name: str, token: str, *, offset: int = 0, limit: int = 50) -> PredictionPage:
    """Give a list of foretold people ("importance", "overdue", "valuable") of a facet."""
    found = find_count_report(name, token)
    if found is None:
        return PredictionPage((), 0)
    return page_of_list(name, found.payload, offset=offset, limit=limit)


def ids_by_count(name: str, token: str) -> list[int]:
    """Give everybody `list_by_count` pages, in its order."""
    found = find_count_report(name, token)
    return ids_of_list(name, found.payload) if found else []


def narrow(warehouse: Warehouse, facet: CountFacet, last: ReportView) -> Sources:
    """Give the shop as the last refresh saw it, with nobody in it but the people of a facet."""
    if not warehouse.has(ORDERS):
        raise NotFoundError(_NOT_YET)
    standing = _standing(warehouse, rule_of(facet), last.as_of)
    standing = warehouse.stage("count_standing", standing)
    people = standing.select("customer_id")
    orders = read_orders(warehouse, last.as_of).semi_join(people, "customer_id")
    # The stored rows, not `orders`: whoever reads them subtracts what came back himself.
    stored = warehouse.table(ORDERS).semi_join(people, "customer_id")
    tables = {ORDERS: stored, PEOPLE: standing}
    for name in (LINES, AREAS):
        if warehouse.has(name):
            tables[name] = warehouse.table(name).semi_join(orders, "order_id")
    return Sources(
        warehouse.with_tables(tables),
        orders,
        standing,
        as_of=last.as_of,
        rules=load(LifecycleRules),
        threshold_minor=_payload("portfolio")["threshold_minor"],
        rule_version=last.rule_version,
        people=people,
        # Else people would run out of something else here than behind the links of the page.
        shop_cycles=_shop_cycles(warehouse),
    )


def _shop_cycles(warehouse: Warehouse) -> ir.Table:
    """Give the cycles the last refresh told run-outs by: sku, cycle_days."""
    known = items.all_cycles()
    columns = {"sku": list(known), "cycle_days": list(known.values())}
    return warehouse.upload(pa.table(columns, schema=CYCLE))


def portfolio_where(asked: Mapping[str, Any], *, warehouse: Warehouse) -> dict[str, Any]:
    """Give the payload of `domain.reports.portfolio` of those a rule of segments means.

    Classes, and the bar between them, are what the last refresh found for the whole shop. Raises
    NotFoundError before one, RuleError for a rule that is none.
    """
    standing = _standing(warehouse, asked, _last().as_of)
    return _portfolio_of(warehouse.collect(compute_portfolio(standing)).to_pylist())


def portfolio_then_where(
    asked: Mapping[str, Any], *, as_of: date, threshold_minor: int, warehouse: Warehouse
) -> dict[str, Any]:
    """Give the portfolio payload, as of a day before, of those a rule meant by what they had done by then.

    Counted from the orders as they are known today; what is asked of the person himself (consent) is
    today's too. `threshold_minor`: the bar that was frozen for that day.
    """
    people = _standing(warehouse, asked, as_of).select("customer_id")
    orders = read_orders(warehouse, as_of).semi_join(people, "customer_id")
    then = Request(as_of, load(LifecycleRules), load(RankRules))
    whole = _payload("portfolio")
    price = UnitPrice(whole["aov_minor"], threshold_minor, whole["is_fixed_price"])
    return portfolio_of(warehouse, orders, then, price)


def _standing(warehouse: Warehouse, asked: Mapping[str, Any], as_of: date) -> ir.Table:
    """One row per buyer a rule means by what was done up to a day: `segment_people`."""
    rule = resolve_now(read_rule(asked), as_of)
    everybody, facts = read_tables(warehouse, parts_of([rule]), as_of)
    # Not the bitmaps of segments: somebody erased is still counted by every report.
    flags = compute_segment_flags(everybody, facts, [rule], warehouse.stage)
    buyers = everybody.filter(everybody.stage != Stage.LEAD.value)
    return buyers.semi_join(flags.filter(flags.s0), "customer_id")


def _last() -> ReportView:
    last = reports.find("summary")
    if last is None:
        raise NotFoundError(_NOT_YET)
    return last


def _payload(name: str) -> dict[str, Any]:
    """Give what the last refresh said of the whole shop."""
    found = reports.find(name)
    if found is None:
        raise NotFoundError(_NOT_YET)
    return found.payload


def _portfolio(sources: Sources) -> dict[str, Any]:
    return _portfolio_of(sources.rows(compute_portfolio(sources.customers)))


def _portfolio_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    whole = _payload("portfolio")
    price = UnitPrice(whole["aov_minor"], whole["threshold_minor"], whole["is_fixed_price"])
    return portfolio_payload(rows, price)


def _freshness(sources: Sources) -> dict[str, Any]:
    (totals,) = sources.rows(
        compute_totals(sources.customers, active_days=sources.rules.active_days)
    )
    return freshness_payload(
        sources.rows(compute_cells(sources.customers)),
        median=totals["median_freshness"],
        half_life_days=_payload("freshness")["half_life_days"],
    )


def _rfm(sources: Sources) -> dict[str, Any]:
    edges = _payload("rfm")["edges"]
    return ranks_payload(
        sources.rows(compute_cells(sources.customers)),
        r_edges=edges["r"],
        f_edges=edges["f"],
        m_edges=edges["m_minor"],
    )


# Made of where people stand, by the bars and edges of the whole shop.
_STANDING: Mapping[str, Build] = {"portfolio": _portfolio, "freshness": _freshness, "rfm": _rfm}
_OF_PEOPLE: Mapping[str, Build] = {
    "interests": build_interests,
    "life_events": build_life_events,
    **{name: partial(build_list, name) for name in ("importance", "overdue", "valuable")},
}
