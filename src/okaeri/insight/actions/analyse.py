"""An analysis without a database, for a file somebody wants understood."""

from datetime import date

import ibis.expr.types as ir

from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.analysis import (
    Request,
    analyse_customers,
    build_reports,
    count_left_out,
)
from okaeri.insight.actions.order_table import less_returned
from okaeri.insight.domain.definitions import number_definitions
from okaeri.insight.domain.findings import list_findings
from okaeri.insight.domain.next_steps import recommend_next_steps
from okaeri.insight.domain.rule_version import rule_version
from okaeri.insight.rank_types import RankRules
from okaeri.insight.types import Analysis, LifecycleRules


def analyse(
    orders: ir.Table,
    *,
    warehouse: Warehouse,
    as_of: date,
    rules: LifecycleRules | None = None,
    ranks: RankRules | None = None,
    currency: str = "JPY",
) -> Analysis:
    """Analyse `orders` as of the end of the shop day `as_of`; stores nothing.

    Orders need customer_id, ordered_on (date), is_purchase, is_trial and net_minor, and must be a
    table of `warehouse` (`warehouse.upload`).
    """
    request = Request(as_of, rules or LifecycleRules(), ranks or RankRules())
    orders = less_returned(warehouse, orders, as_of)
    found = analyse_customers(warehouse, orders, request)
    reports = build_reports(warehouse, found, request, known=0)
    reports["summary"]["left_out"] = count_left_out(warehouse, orders, request)
    return Analysis(
        as_of=as_of,
        currency=currency,
        rule_version=rule_version(request.rules, request.ranks),
        engine=warehouse.engine,
        reports=reports,
        findings=tuple(list_findings(reports, request.rules, currency)),
        next_steps=tuple(recommend_next_steps(reports, request.rules, currency)),
        definitions=number_definitions(request.rules, request.ranks, reports, currency),
    )
