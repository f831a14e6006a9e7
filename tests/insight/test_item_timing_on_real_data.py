"""When people buy single products again, foretold on real orders from earlier days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import ibis
import pytest

from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight.actions.analysis import Request, analyse_customers
from okaeri.insight.actions.item_timing import learn_item_timing
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.rank_types import RankRules
from okaeri.insight.types import LifecycleRules
from tests.insight.real_orders import (
    CLEAN,
    online_retail,
    online_retail_lines,
    online_retail_path,
)

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.fixture
def retail(shared_data: Path, tmp_path: Path) -> Iterator[Warehouse]:
    path = online_retail_path(shared_data)
    warehouse = open_warehouse(tmp_path)
    orders = warehouse.upload(online_retail(path, CLEAN))
    # Its people choose each time: what other tests make subscriptions of are none here.
    orders = orders.mutate(subscription_no=ibis.literal(""), delivery_no=ibis.null("int64"))
    warehouse.replace("orders", orders)
    warehouse.replace("order_lines", warehouse.upload(online_retail_lines(path, CLEAN)))
    yield warehouse
    warehouse.close()


@pytest.mark.parametrize(
    "as_of", [date(2011, 12, 9), date(2011, 10, 31), date(2011, 9, 15), date(2011, 7, 15)]
)
def test_the_80_percent_interval_of_a_products_next_purchase_holds_what_it_says(
    retail: Warehouse, as_of: date
) -> None:
    request = Request(as_of, LifecycleRules(), RankRules())
    orders = retail.table("orders")
    orders = orders.filter(orders.ordered_on <= as_of)
    found = analyse_customers(retail, orders, request)
    sources = Sources(retail, orders, found.customers, as_of=as_of, rules=request.rules)
    replay = learn_item_timing(sources)["replay"]
    print(replay)
    assert replay["came"] > 5_000
    assert 0.76 <= replay["inside"] <= 0.84
