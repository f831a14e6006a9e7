"""What analyses read: shared tables, each made once per refresh, when the first analysis asks."""

from collections.abc import Callable, Mapping
from copy import copy
from datetime import date
from functools import cached_property
from typing import Any, Self

import ibis.expr.types as ir
import pyarrow as pa

from okaeri.foundation.settings import load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.analyses.contracts import find_contracts
from okaeri.insight.analyses.gone import find_gone, find_waits
from okaeri.insight.analyses.habits import find_habits, find_run_outs
from okaeri.insight.analyses.kept import Kept
from okaeri.insight.analyses.source_schemas import AREA, LINE, PRODUCT
from okaeri.insight.analyses.taken_back import TakenBack
from okaeri.insight.analyses.traits import find_traits
from okaeri.insight.analysis_types import LTV_YEAR, LtvRules
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.domain.cycle import DEFAULT_CYCLE_DAYS
from okaeri.insight.features.baskets import compute_next_products
from okaeri.insight.features.cohort_steps import compute_life_values
from okaeri.insight.features.customer_history import (
    compute_counted_orders,
    compute_order_days,
)
from okaeri.insight.features.cycles import (
    compute_bought_cycles,
    compute_item_gaps,
    compute_kept_gaps,
    compute_next_run_outs,
    compute_product_cycles,
    is_near,
    is_waited_for,
)
from okaeri.insight.features.facets import (
    compute_faceted,
    compute_first_values,
    compute_product_names,
)
from okaeri.insight.features.goods import (
    compute_goods,
    compute_item_days,
    compute_item_facts,
    compute_item_names,
    compute_newest_names,
    compute_purchase_goods,
    compute_unchosen,
)
from okaeri.insight.features.prices import compute_price_habits
from okaeri.insight.features.purchases import (
    compute_first_purchases,
    compute_purchases,
    counts_as_purchase,
)
from okaeri.insight.recommend_types import RecommendRules
from okaeri.insight.types import LifecycleRules
from okaeri.intake import api as intake
from okaeri.intake.types import ProductIn

# Two people are a coincidence.
FEWEST = 3


# So many products, media and sources stand beside each other; the rest are "others".
MOST_VALUES = 8
# More rows of customer, product and day tell little more about pairs of products.
MOST_PAIRED_ROWS = 500_000


class Sources:
    """The shop as one refresh sees it: the day, the rules, and tables inside the engine."""

    def __init__(
        self,
        warehouse: Warehouse,
        orders: ir.Table,
        customers: ir.Table | None = None,
        *,
        as_of: date,
        rules: LifecycleRules,
        threshold_minor: int = 0,
        threshold_on: Callable[[date], int] | None = None,
        rule_version: str = "",
        shop_cycle_days: float = DEFAULT_CYCLE_DAYS,
        keep: bool = False,
        people: ir.Table | None = None,
        shop_cycles: ir.Table | None = None,
    ) -> None:
        self.warehouse = warehouse
        # Every order of the warehouse, also those that do not count (`insight.actions.refresh`).
        self.orders = orders
        # One row per buyer: columns of `CustomerInsight` (`features.lifecycle` and followers).
        if customers is not None:
            self.customers = customers
        self.as_of = as_of
        self.rules = rules
        self.threshold_minor = threshold_minor
        # The bar between steady and loyal as it stood on a day before; without a word, as today.
        self.threshold_on = threshold_on or (lambda _day: threshold_minor)
        self.rule_version = rule_version
        self.shop_cycle_days = shop_cycle_days
        # Whether what holds for the next night too may be kept in the warehouse.
        self.keep = keep
        # Whom alone this is about (customer_id); None: everybody. Tables of `warehouse` hold no others.
        self.people = people
        # The whole shop's `trusted_cycles` (sku, cycle_days), by which run-outs are told; None: these.
        self.shop_cycles = shop_cycles
        self._staged: dict[str, ir.Table] = {}

    def of(
        self,
        customers: ir.Table,
        *,
        order_days: ir.Table,
        threshold_minor: int,
        threshold_on: Callable[[date], int],
        shop_cycle_days: float,
    ) -> Self:
        """Give the same shop once its people are analysed; what was made of orders is shared."""
        known = copy(self)
        known.customers, known.order_days = customers, order_days
        known.threshold_minor, known.threshold_on = threshold_minor, threshold_on
        known.shop_cycle_days = shop_cycle_days
        return known

    @cached_property
    def counted(self) -> ir.Table:
        """One row per order that counts: columns of the warehouse, no place in a life."""
        return self.orders.filter(
            counts_as_purchase(self.orders, as_of=self.as_of, rules=self.rules)
        )

    @cached_property
    def taken_back(self) -> TakenBack:
        """What came back and when, for whoever asks how a past day was."""
        return TakenBack(self.warehouse, self.orders, as_of=self.as_of, rules=self.rules)

    @cached_property
    def order_days(self) -> ir.Table:
        """One row per buyer with the days of his orders (`features.customer_history`)."""
        counted = compute_counted_orders(self.orders, as_of=self.as_of, rules=self.rules)
        days = compute_order_days(counted, as_of=self.as_of, rules=self.rules)
        return self.stage("order_days", days)

    @cached_property
    def purchases(self) -> ir.Table:
        """One row per counted order with its place in the customer's life (`features.purchases`)."""
        return self.stage(
            "purchases", compute_purchases(self.orders, as_of=self.as_of, rules=self.rules)
        )

    @cached_property
    def order_lines(self) -> ir.Table:
        """One row per line of any order, as the warehouse keeps it."""
        name = "order_lines"
        known = self.warehouse.has(name)
        rows = self.warehouse.table(name) if known else self.warehouse.upload(LINE.empty_table())
        return rows.select(*LINE.names)

    @cached_property
    def order_areas(self) -> ir.Table:
        """One row per order: order_id, prefecture, postal3 ("" unknown)."""
        name = "order_areas"
        known = self.warehouse.has(name)
        rows = self.warehouse.table(name) if known else self.warehouse.upload(AREA.empty_table())
        return rows.select(*AREA.names)

    @cached_property
    def firsts(self) -> ir.Table:
        """One row per buyer: how it began (`features.purchases.compute_first_purchases`)."""
        rows = compute_first_purchases(self.counted, self.customers, self.order_lines)
        return self.stage("firsts", rows)

    @cached_property
    def began_on(self) -> date | None:
        """Give the day of the shop's first purchase; None before there is one."""
        first = self.customers.aggregate(day=self.customers.first_on.min())
        day: date | None = self.rows(first)[0]["day"]
        return day

    @cached_property
    def lives(self) -> ir.Table:
        """One row per buyer old enough: what he brought (`features.cohort_steps.compute_life_values`).

        Every figure called LTV is a mean of these; a year is always among the windows.
        """
        windows = sorted({*load(LtvRules).days, LTV_YEAR})
        values = compute_life_values(self.purchases, as_of=self.as_of, windows=windows)
        return self.stage("lives", values)

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
    def price_habits(self) -> ir.Table:
        """One row per buyer: how he pays (`features.prices`)."""
        # Straight from the orders: every night needs it, and no place in a life is asked for.
        habits = compute_price_habits(
            self.counted, as_of=self.as_of, active_days=self.rules.active_days
        )
        return self.stage("price_habits", habits)

    @cached_property
    def names(self) -> dict[str, str]:
        """Give sku → name: of the product master, else as its newest line says."""
        master = {sku: product.name for sku, product in self.master.items() if product.name}
        return {**{fact["sku"]: fact["name"] or fact["sku"] for fact in self.item_facts}, **master}

    @cached_property
    def one_person_in(self) -> int:
        """Tell of how many people one is looked at for pairs of products; 1 means everybody.

        Pairs grow with the square of what people buy; half a million purchases of products tell
        shares as well as all of them do.
        """
        return max(1, -(-self.warehouse.count(self.item_days) // MOST_PAIRED_ROWS))

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

    @cached_property
    def master(self) -> dict[str, ProductIn]:
        """Product code → what the shop says of it."""
        return intake.list_products()

    @property
    def has_categories(self) -> bool:
        """Whether any product has a category: without one nobody can be told to care for any."""
        return any(product.category for product in self.master.values())

    @cached_property
    def item_gaps(self) -> ir.Table:
        """One row per repeat purchase of a product (`features.cycles.compute_item_gaps`)."""
        return self.stage("item_gaps", compute_item_gaps(self.item_days))

    @cached_property
    def product_cycles(self) -> ir.Table:
        """One row per product somebody came back for (`features.cycles`)."""
        # Habits hold every interval, and are kept: the lines need not be read for it.
        gaps = compute_kept_gaps(self._kept_habits.with_lists)
        return self.stage("product_cycles", compute_product_cycles(gaps))

    @property
    def trusted_cycles(self) -> ir.Table:
        """The rows of `product_cycles` with as many intervals as the shop asks for."""
        cycles = self.product_cycles
        return cycles.filter(cycles.intervals >= load(CycleRules).fewest_intervals)

    def last_bought_cycles(self, order_days: ir.Table) -> ir.Table:
        """One row per customer: the cycle of what he bought on his last day (`compute_bought_cycles`)."""
        self.order_days = order_days
        return compute_bought_cycles(self.last_bought, self.trusted_cycles)

    @cached_property
    def last_bought(self) -> ir.Table:
        """One row per customer and product of his last day: customer_id, sku, last_on."""
        days = self.order_days
        last_on = days.order_days[(days.order_count - 1).cast("int32")]
        last = days.select("customer_id", last_on=last_on)
        habits = self.habits.select("customer_id", "sku", "last_on")
        # Staged, as DuckDB would look up something of everything first.
        return self.stage("last_bought", habits.semi_join(last, ["customer_id", "last_on"]))

    @cached_property
    def _kept_habits(self) -> Kept:
        return find_habits(self)

    @property
    def habits(self) -> ir.Table:
        """One row per customer and product (`features.cycles.compute_item_habits`), without gap_days."""
        return self._kept_habits.rows

    @property
    def habits_with_lists(self) -> ir.Table:
        """The same with gap_days, read from the files."""
        return self._kept_habits.with_lists

    @cached_property
    def waits(self) -> ir.Table:
        """One row per product: after how many days its buyer is gone (`features.gone`)."""
        return self.stage("waits", find_waits(self))

    @cached_property
    def gone(self) -> ir.Table:
        """One row per buyer: whether he is gone, and by which rule (`features.gone.compute_gone`)."""
        return self.stage("gone", find_gone(self))

    @cached_property
    def run_outs(self) -> ir.Table:
        """One row per customer and product: when it is used up (`features.cycles`).

        Reports count everybody's; what a night writes down needs a part (`_coming_run_outs`).
        """
        return self.stage("run_outs", find_run_outs(self))

    @cached_property
    def _coming_run_outs(self) -> ir.Table:
        """The rows of `run_outs` that are near, or still waited for."""
        if "run_outs" in self._staged:
            return self.run_outs
        rows = find_run_outs(self)
        ratio = load(CycleRules).at_risk_ratio
        wanted = is_near(rows) | is_waited_for(rows, at_risk_ratio=ratio)
        return self.stage("coming_run_outs", rows.filter(wanted))

    @property
    def near_run_outs(self) -> ir.Table:
        """What runs out in the weeks journeys look at."""
        rows = self._coming_run_outs
        return rows.filter(is_near(rows))

    @property
    def next_run_outs(self) -> ir.Table:
        """One row per customer who still waits for something (`features.cycles`)."""
        ratio = load(CycleRules).at_risk_ratio
        return compute_next_run_outs(self._coming_run_outs, as_of=self.as_of, at_risk_ratio=ratio)

    @cached_property
    def products(self) -> ir.Table:
        """One row per known product; of products without a master row nothing is known."""
        rows = [
            {name: getattr(product, name) for name in PRODUCT.names}
            for product in self.master.values()
        ]
        return self.warehouse.upload(pa.Table.from_pylist(rows, schema=PRODUCT))

    @cached_property
    def traits(self) -> ir.Table:
        """One row per known person: customer_id, birthday, ... (`analyses.traits`)."""
        return self.of_people(find_traits(self.warehouse, self.as_of))

    def of_people(self, rows: ir.Table) -> ir.Table:
        """Keep the rows of those this is about, where rows come from outside the warehouse."""
        return rows if self.people is None else rows.semi_join(self.people, "customer_id")

    @cached_property
    def contracts(self) -> ir.Table:
        """One row per contract with a delivery (`features.survival.compute_contracts`)."""
        return self.stage("contracts", find_contracts(self))

    @cached_property
    def first_values(self) -> dict[str, list[str]]:
        """Facet → its values most customers began with, most first (`features.facets`)."""
        rows = self.rows(compute_first_values(self.firsts, most=MOST_VALUES))
        found: dict[str, list[str]] = {}
        for row in sorted(rows, key=lambda row: (-row["customers"], row["value"])):
            found.setdefault(row["facet"], []).append(row["value"])
        return found

    @cached_property
    def faceted(self) -> ir.Table:
        """One row per buyer with the facets he began with (`features.facets.compute_faceted`)."""
        return self.stage("faceted", compute_faceted(self.firsts, values=self.first_values))

    @cached_property
    def product_names(self) -> dict[str, str]:
        """Product code → name, of the products most customers began with."""
        skus = self.first_values.get("product", [])
        rows = self.rows(compute_product_names(self.item_names, skus=skus))
        return {row["sku"]: row["name"] for row in rows if row["name"]}

    def stage(
        self, name: str, expr: ir.Table, words: Mapping[str, ir.Table] | None = None
    ) -> ir.Table:
        """Keep the rows of an expression that several analyses read; `words` as in `Warehouse.stage`."""
        self._staged[name] = self.warehouse.stage(f"insight_{name}", expr, words)
        return self._staged[name]

    def find_staged(self, name: str) -> ir.Table | None:
        """Give a table an analysis of this refresh staged before; None where none did."""
        return self._staged.get(name)

    def rows(self, expr: ir.Table) -> list[dict[str, Any]]:
        """Run an expression whose result is small, and give its rows."""
        found: list[dict[str, Any]] = self.warehouse.collect(expr).to_pylist()
        return found
