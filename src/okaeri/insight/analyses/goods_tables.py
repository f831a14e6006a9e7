"""What was bought: one row per line, product or pair of products, of what people chose themselves."""

from functools import cached_property
from typing import Any

import ibis.expr.types as ir

from okaeri.foundation.settings import load
from okaeri.insight.analyses.shop_tables import ShopTables
from okaeri.insight.domain.sampling import one_in
from okaeri.insight.features.baskets import compute_next_products
from okaeri.insight.features.cycles import compute_item_gaps
from okaeri.insight.features.goods import (
    compute_goods,
    compute_item_days,
    compute_item_facts,
    compute_item_names,
    compute_newest_names,
    compute_purchase_goods,
    compute_unchosen,
)
from okaeri.insight.recommend_types import RecommendRules

# Two people are a coincidence.
FEWEST = 3
# More rows of customer, product and day tell little more about pairs of products.
MOST_PAIRED_ROWS = 500_000


class GoodsTables(ShopTables):
    """Tables of products and of what people bought of them."""

    @cached_property
    def item_names(self) -> ir.Table:
        """One row per product and name it was ever sold under (`features.goods`)."""
        return self.stage("item_names", compute_item_names(self.order_lines))

    @cached_property
    def unchosen(self) -> ir.Table:
        """One row per product and name nobody chooses (`features.goods.compute_unchosen`)."""
        left_out = load(RecommendRules).left_out.split()
        unchosen = compute_unchosen(self.item_names, self.products, left_out=left_out)
        return self.stage("unchosen", unchosen)

    @cached_property
    def _chosen(self) -> ir.Table:
        """One row per line with something chosen, of any order: no postage, no gifts."""
        return compute_goods(self.order_lines, self.unchosen)

    @cached_property
    def goods(self) -> ir.Table:
        """One row per line of a purchase with something chosen (`compute_purchase_goods`)."""
        rows = compute_purchase_goods(self._chosen, self.purchases)
        return self.stage("goods", rows, words={"sku": self.item_names})

    @cached_property
    def item_days(self) -> ir.Table:
        """One row per customer, product and day (`features.goods.compute_item_days`)."""
        return self.stage("item_days", compute_item_days(self.goods))

    @cached_property
    def item_facts(self) -> list[dict[str, Any]]:
        """What all purchases say of each product (`features.goods`), most buyers first."""
        facts = self.rows(compute_item_facts(self.goods, self.item_days, as_of=self.as_of))
        newest = self.rows(compute_newest_names(self._chosen, self.item_names, self.purchases))
        names = {row["sku"]: row["name"] for row in newest}
        facts = [{**fact, "name": names.get(fact["sku"], "")} for fact in facts]
        return sorted(facts, key=lambda fact: (-fact["buyers"], fact["sku"]))

    @cached_property
    def names(self) -> dict[str, str]:
        """Give sku → name: of the product master, else as its newest line says."""
        master = {sku: product.name for sku, product in self.master.items() if product.name}
        return {**{fact["sku"]: fact["name"] or fact["sku"] for fact in self.item_facts}, **master}

    @cached_property
    def item_gaps(self) -> ir.Table:
        """One row per repeat purchase of a product (`features.cycles.compute_item_gaps`)."""
        return self.stage("item_gaps", compute_item_gaps(self.item_days))

    @cached_property
    def one_person_in(self) -> int:
        """Tell of how many people one is looked at for pairs of products; 1 means everybody.

        Pairs grow with the square of what people buy; half a million purchases of products tell
        shares as well as all of them do.
        """
        return one_in(self.warehouse.count(self.item_days), MOST_PAIRED_ROWS)

    def of_some_people(self, rows: ir.Table) -> ir.Table:
        """Keep the rows of every `one_person_in`th customer by number."""
        if self.one_person_in == 1:
            return rows
        return rows.filter(rows.customer_id % self.one_person_in == 0)

    @cached_property
    def paired_days(self) -> ir.Table:
        """Rows of `item_days` of those people pairs of products are counted for."""
        return self.stage("paired_days", self.of_some_people(self.item_days))

    @cached_property
    def next_products(self) -> ir.Table:
        """One row per product and product of the purchase after it, with 3 people or more.

        Of some people only (`one_person_in`).
        """
        return self.stage("next_products", compute_next_products(self.paired_days, fewest=FEWEST))
