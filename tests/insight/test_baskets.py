"""Pairs of products: counted by hand in a small shop, and against plain SQL on real receipts."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight.domain.reports.baskets import baskets_payload
from okaeri.insight.features.baskets import (
    compute_basket_totals,
    compute_next_products,
    compute_pairs_in_orders,
    compute_pairs_in_periods,
)
from okaeri.insight.features.goods import (
    compute_goods,
    compute_item_days,
    compute_item_names,
    compute_purchase_goods,
    compute_unchosen,
)
from okaeri.insight.features.purchases import compute_purchases
from okaeri.insight.types import LifecycleRules
from tests.insight.feature_lists import unbound_products
from tests.insight.real_orders import CLEAN, online_retail, online_retail_lines, online_retail_path

pytestmark = pytest.mark.engine
AS_OF = date(2011, 12, 9)
SINCE = date(2010, 12, 10)
SAMPLE = CLEAN + ' and "CustomerID" % 12 = 1'


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path_factory.mktemp("baskets"))
    yield opened
    opened.close()


_STAGED: dict[str, Any] = {}


@pytest.fixture
def retail(warehouse: Warehouse, shared_data: Path) -> dict[str, Any]:
    """Goods and days of a quarter of the customers, staged by the first test that asks."""
    if _STAGED:
        return _STAGED
    path = online_retail_path(shared_data)
    orders = warehouse.upload(online_retail(path, SAMPLE))
    purchases = compute_purchases(orders, as_of=AS_OF, rules=LifecycleRules())
    lines = warehouse.upload(online_retail_lines(path, SAMPLE))
    nothing = warehouse.upload(unbound_products().schema().to_pyarrow().empty_table())
    unchosen = compute_unchosen(compute_item_names(lines), nothing, left_out=())
    chosen = compute_goods(lines, warehouse.stage("unchosen", unchosen))
    goods = warehouse.stage("goods", compute_purchase_goods(chosen, purchases))
    _STAGED.update(goods=goods, days=warehouse.stage("days", compute_item_days(goods)))
    return _STAGED


def _oracle(shared_data: Path, body: str) -> set[tuple[Any, ...]]:
    path = online_retail_path(shared_data)
    named = "^postage|dotcom postage|carriage$|^manual$|bank charges|^discount"
    asked = f"""
      with lines as (select "InvoiceNo" as o, cast("CustomerID" as bigint) as c, "StockCode" as s,
          cast("InvoiceDate" as date) as t from read_parquet('{path}')
          where {SAMPLE} and not regexp_matches(lower("Description"), '{named}')
            and round("Quantity" * "UnitPrice" * 100) > 0),
        invoices as (select "InvoiceNo" as o, cast("CustomerID" as bigint) as c,
          cast(min("InvoiceDate") as date) as t from read_parquet('{path}') where {SAMPLE} group by 1, 2),
        visits as (select o, dense_rank() over (partition by c order by t) as n from invoices)
      {body}"""
    return set(duckdb.sql(asked).fetchall())


def _rows(warehouse: Warehouse, expr: Any, *names: str) -> set[tuple[Any, ...]]:
    found = warehouse.collect(expr).to_pylist()
    return {tuple(row[name] for name in names) for row in found}


def test_pairs_of_real_receipts_are_those_of_plain_sql(
    warehouse: Warehouse, retail: dict[str, Any], shared_data: Path
) -> None:
    ours = _rows(warehouse, compute_pairs_in_orders(retail["goods"], fewest=12), "a", "b", "both")
    theirs = _oracle(
        shared_data,
        """select l.s, r.s, count(distinct l.o) from lines l join lines r on l.o = r.o and l.s < r.s
           group by 1, 2 having count(distinct l.o) >= 12""",
    )
    assert ours == theirs
    assert len(ours) > 200


def test_pairs_of_a_year_are_those_of_plain_sql(
    warehouse: Warehouse, retail: dict[str, Any], shared_data: Path
) -> None:
    pairs = compute_pairs_in_periods(retail["days"], since=SINCE, fewest=24)
    ours = _rows(warehouse, pairs, "a", "b", "both", "same_day")
    theirs = _oracle(
        shared_data,
        f"""select l.s, r.s, count(distinct l.c),
             count(distinct case when l.t = r.t then l.c end)
           from lines l join lines r on l.c = r.c and l.s < r.s
           where l.t >= date '{SINCE}' and r.t >= date '{SINCE}'
           group by 1, 2 having count(distinct l.c) >= 24""",
    )
    assert ours == theirs
    assert len(ours) > 50


def test_what_follows_what_is_that_of_plain_sql(
    warehouse: Warehouse, retail: dict[str, Any], shared_data: Path
) -> None:
    following = compute_next_products(retail["days"], fewest=12)
    ours = _rows(warehouse, following, "a", "b", "both", "both_first")
    theirs = _oracle(
        shared_data,
        """, steps as (select c, s, n from lines join visits using (o))
           select l.s, r.s, count(distinct l.c), count(distinct case when l.n = 1 then l.c end)
           from steps l join steps r on l.c = r.c and l.n + 1 = r.n
           group by 1, 2 having count(distinct l.c) >= 12""",
    )
    assert ours == theirs
    assert len(ours) > 20


def test_totals_leave_postage_out(
    warehouse: Warehouse, retail: dict[str, Any], shared_data: Path
) -> None:
    ((orders, people),) = _rows(
        warehouse,
        compute_basket_totals(retail["goods"], retail["days"], since=SINCE),
        "orders",
        "people",
    )
    theirs = _oracle(
        shared_data,
        f"select count(distinct o), count(distinct case when t >= date '{SINCE}' then c end) from lines",
    )
    assert theirs == {(orders, people)}
    codes = _rows(warehouse, retail["goods"].select("sku").distinct(), "sku")
    assert not codes & {("POST",), ("M",), ("DOT",), ("C2",)}


def test_support_confidence_and_lift_by_hand() -> None:
    # Of 100 orders 40 hold a, 25 hold b, 20 both: 20 % support, half of a's, twice what chance gives.
    row = {"a": "a", "b": "b", "both": 20, "with_a": 40, "with_b": 25}
    payload = baskets_payload(
        {"together": [row], "period": [], "order": [{**row, "both_first": 3}]},
        {"orders": 100, "people": 60, "returning_people": 50},
        {"a": "A", "b": "B"},
        period_days=365,
        fewest={"together": 20, "period": 20, "order": 20},
    )
    (pair,) = payload["together"]
    assert (pair["support"], pair["confidence"], pair["back"], pair["lift"]) == (0.2, 0.5, 0.8, 2.0)
    assert pair["low"] < 0.5 < pair["high"]
    (step,) = payload["order"]
    assert (step["support"], step["lift"], step["back"]) == (0.4, 1.0, None)
