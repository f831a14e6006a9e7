"""Lists of customers by rules: a page, a count, their ids."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from pyroaring import BitMap64

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.segments import members_now, read_rule, resolve_now
from okaeri.insight.domain.segment_rules import RuleError
from okaeri.insight.store import insights, rule_query, segments
from okaeri.insight.types import LARGEST_PAGE, CustomerPage

_NOT_PLAIN = Text(
    "一覧をその場で絞れるのは、クラスや購入回数など顧客の項目だけです。"
    "この条件はセグメントとして保存してください。",
    "Lists are narrowed by columns of a customer only; keep this rule as a segment instead.",
)
_BAD_ORDER = Text(
    "並び順 {order_by} は使えません。使えるのは {known} です。",
    "Customers cannot be ordered by {order_by}; known fields are {known}.",
)


def list_customers(
    *,
    rule: dict[str, Any] | None = None,
    segment_id: int | None = None,
    meant: dict[str, Any] | None = None,
    warehouse: Warehouse | None = None,
    order_by: str = "-last_on",
    offset: int = 0,
    limit: int = 50,
) -> CustomerPage:
    """Give one page of customers for whom `rule` holds (all of them without a rule).

    The rule names plain columns only; `segment_id` asks for the people a segment held when last
    counted, `meant` for those any rule means (`needs_warehouse` says whether it takes one), and both for
    those of them for whom `rule` holds. `order_by` is a field of CustomerInsightView, with "-" for
    falling; unknown values come last.
    """
    if order_by.lstrip("-") not in insights.COLUMNS:
        known = ", ".join(insights.COLUMNS)
        raise InputError(_BAD_ORDER.format(order_by=order_by, known=known))
    where = _plain(rule) if rule else Q()
    offset, limit = max(offset, 0), min(max(limit, 0), LARGEST_PAGE)
    members = _among(segment_id, meant, warehouse)
    if members is None:
        rows = insights.page(where, order_by, offset, limit)
        return CustomerPage(tuple(rows), insights.count_where(where))
    if rule:
        members &= BitMap64(insights.iter_ids_where(where))
    return CustomerPage(tuple(insights.page_among(members, order_by, offset, limit)), len(members))


def ids_of_customers(
    *,
    rule: dict[str, Any] | None = None,
    segment_id: int | None = None,
    meant: dict[str, Any] | None = None,
    warehouse: Warehouse | None = None,
) -> list[int]:
    """Give all whom `list_customers` pages, in rising order of their ids."""
    members = _among(segment_id, meant, warehouse)
    if members is not None and not rule:
        return list(members)
    found = insights.iter_ids_where(_plain(rule) if rule else Q())
    return [number for number in found if members is None or number in members]


def _among(
    segment_id: int | None, meant: dict[str, Any] | None, warehouse: Warehouse | None
) -> BitMap64 | None:
    """Give who is in a segment and meant by a rule; None where neither is asked for."""
    members = None if segment_id is None else segments.bitmap_of(segments.get(segment_id))
    if meant is None:
        return members
    found = members_now(read_rule(meant), warehouse)
    return found if members is None else members & found


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
