"""How each customer buys each product: kept between refreshes, made anew for whom orders changed."""

import hashlib

import ibis
import ibis.expr.types as ir

from okaeri.foundation.settings import load
from okaeri.insight.analyses.goods_tables import GoodsTables
from okaeri.insight.analyses.kept import Kept, find_kept
from okaeri.insight.domain.fee_lines import FEE_LINES, PROMISES
from okaeri.insight.features.cycles import compute_item_gaps, compute_item_habits
from okaeri.insight.features.goods import (
    compute_goods,
    compute_item_days,
    compute_item_names,
    compute_purchase_goods,
    compute_unchosen,
)
from okaeri.insight.features.purchases import compute_bought_orders
from okaeri.insight.recommend_types import RecommendRules

TABLE = "item_habits"
# Counts up when the same orders give other habits than before.
_EDITION = 3


def find_habits(sources: GoodsTables) -> Kept:
    """Give the rows of `features.cycles.compute_item_habits`."""
    if not sources.keep:
        rows = sources.stage("habits", _of_everybody(sources))
        return Kept(rows, rows)

    def compute(people: ir.Table | None) -> ir.Table:
        return _of_everybody(sources) if people is None else _of_some(sources, people)

    return find_kept(sources.warehouse, TABLE, sources.counted, compute, edition=_edition(sources))


def habits_of_people(sources: GoodsTables, people: ir.Table) -> ir.Table:
    """Give the same of the people in a table (customer_id) alone, from the orders themselves."""
    return _of_some(sources, people)


def _edition(sources: GoodsTables) -> int:
    """Give a number for all that habits rest on besides orders and their lines."""
    samples = sorted(sku for sku, product in sources.master.items() if product.is_sample)
    left_out = sorted(load(RecommendRules).left_out.split())
    words = repr(
        (
            _EDITION,
            PROMISES,
            FEE_LINES,
            sources.rule_version,
            left_out,
            samples,
            sources.has_categories,
        )
    )
    return int(hashlib.sha256(words.encode()).hexdigest()[:8], 16)


def _of_everybody(sources: GoodsTables) -> ir.Table:
    return compute_item_habits(sources.item_days, sources.item_gaps, is_warm=sources.has_categories)


def _of_some(sources: GoodsTables, people: ir.Table) -> ir.Table:
    orders = sources.orders.semi_join(people, "customer_id")
    # Which purchase of a life each was, no habit asks.
    purchases = compute_bought_orders(orders, as_of=sources.as_of, rules=sources.rules)
    purchases = sources.stage("changed_purchases", purchases.mutate(n=ibis.literal(1)))
    # Only their lines are looked through for what is no product.
    lines = sources.order_lines.semi_join(purchases, "order_id")
    lines = sources.stage("changed_lines", lines)
    left_out = load(RecommendRules).left_out.split()
    unchosen = compute_unchosen(compute_item_names(lines), sources.products, left_out=left_out)
    goods = compute_purchase_goods(compute_goods(lines, unchosen), purchases)
    days = sources.stage("changed_item_days", compute_item_days(goods))
    return compute_item_habits(days, compute_item_gaps(days), is_warm=sources.has_categories)
