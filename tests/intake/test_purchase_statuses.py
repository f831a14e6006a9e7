"""What a source's status words mean for counting is the shop's word, for files, live orders and stored ones."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from okaeri.foundation import clock, settings
from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.types import Depth
from okaeri.intake import api
from okaeri.intake.counting_types import STATUSES as NAMED
from okaeri.intake.counting_types import StatusRules
from okaeri.intake.domain.statuses import STATUSES
from okaeri.intake.models import Order
from okaeri.intake.types import LineIn, OrderIn, PartyIn, ProductIn
from tests.intake.carts import CARTS, PURCHASES

pytestmark = pytest.mark.django_db
KEY = "purchase_statuses"


def choose(text: str) -> None:
    settings.save({s.key: s for s in settings.specs_of(StatusRules).values()}, {KEY: text})


def eccube(folder: Path) -> Path:
    return next(cart for cart in CARTS if cart.key == "eccube").file(folder)


def rows() -> list[dict[str, Any]]:
    kept = ("order_no", "status", "status_word", "is_purchase", "net_minor", "margin_minor")
    return list(Order.objects.order_by("order_no").values(*kept))


def live(number: str, word: str, *, source: str = "eccube", amount: int = 3000) -> OrderIn:
    return OrderIn(
        source=source,
        order_no=number,
        ordered_at=datetime(2026, 5, 1, 3, tzinfo=UTC),
        status="accepted",
        party=PartyIn(email=f"{number}@example.com"),
        lines=(LineIn("A", "化粧水", 2, amount // 2, amount),),
        points_minor=500,
        status_word=word,
    )


def test_the_words_of_a_file_are_kept_and_the_shops_meaning_stands_above_the_carts(
    tmp_path: Path,
) -> None:
    api.import_file(eccube(tmp_path))
    before = rows()
    words = {row["order_no"]: row["status_word"] for row in before}
    sold = next(p.number for p in PURCHASES if not p.is_cancelled)
    word = words[sold]
    assert word
    choose(f"eccube:{word}=unpaid")
    assert api.settle_statuses() == sum(w == word for w in words.values())
    stored = rows()
    assert [row["is_purchase"] for row in stored] == [False] * len(stored)
    assert {row["net_minor"] for row in stored} == {0}
    # The same file into an empty shop gives the same rows.
    Order.objects.all().delete()
    api.import_file(eccube(tmp_path))
    assert rows() == stored
    # Back to what is built in.
    choose("")
    api.settle_statuses()
    assert rows() == before
    assert api.settle_statuses() == 0


def test_a_cancellation_that_another_column_tells_stays_one() -> None:
    (order,) = (live("X", ""),)
    api.record_orders([order])
    choose("eccube:1=returned")
    assert api.settle_statuses() == 0
    assert Order.objects.get().status == "accepted"


def test_live_orders_returns_samples_and_margins_follow_the_word() -> None:
    api.record_products(
        [ProductIn("A", "化粧水", cost_minor=400), ProductIn("S", "見本", is_sample=True)]
    )
    choose("eccube:9=accepted; shop2:wait=cancelled")
    sample = (LineIn("S", "見本", 1, 100, 100),)
    back = (LineIn("A", "化粧水", -1, 1500, -1500),)
    orders = [
        live("A", "1"),
        live("B", "wait", source="shop2"),
        live("C", "wait"),
    ]
    orders += [
        OrderIn(**{**as_dict(live("D", "9")), "status": "returned"}),
        OrderIn(**{**as_dict(live("E", "wait", source="shop2")), "lines": sample}),
        OrderIn(**{**as_dict(live("F", "9")), "lines": back, "points_minor": 0}),
    ]
    api.record_orders(orders)
    by_import = rows()
    assert {row["order_no"]: row["status"] for row in by_import} == {
        "A": "accepted", "B": "cancelled", "C": "accepted", "D": "accepted", "E": "cancelled",
        "F": "returned",
    }  # fmt: skip
    assert {row["order_no"]: row["net_minor"] for row in by_import} == {
        "A": 2500, "B": 0, "C": 2500, "D": 2500, "E": 0, "F": -1500,
    }  # fmt: skip
    api.settle_statuses()
    assert rows() == by_import
    # Without the shop's words the connector's own meaning holds: 9 is 返品, a word it does not know counts.
    choose("")
    assert api.settle_statuses() == 3
    now = {row["order_no"]: row for row in rows()}
    assert [now[n]["status"] for n in "ABCDEF"] == [
        "accepted", "accepted", "accepted", "returned", "accepted", "returned",
    ]  # fmt: skip
    assert now["B"]["margin_minor"] == 2500 - 2 * 400
    assert (now["E"]["is_purchase"], now["D"]["net_minor"]) == (False, 0)
    choose("eccube:9=accepted; shop2:wait=cancelled")
    api.settle_statuses()
    assert rows() == by_import


def as_dict(order: OrderIn) -> dict[str, Any]:
    return {name: getattr(order, name) for name in OrderIn.__dataclass_fields__}


@pytest.mark.parametrize(
    "text", ["1=unpaid", "eccube:1", "eccube:1=later", "eccube:=unpaid", ":1=unpaid", "x"]
)
def test_what_cannot_be_read_is_refused_with_the_part_and_the_choices(text: str) -> None:
    with pytest.raises(ConfigurationError, match="accepted, cancelled, returned, unpaid, test"):
        choose(text)


def test_the_choices_are_the_statuses_orders_have() -> None:
    assert NAMED == STATUSES


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    with clock.use(clock.SimulatedClock(datetime(2026, 6, 20, 3, tzinfo=UTC))):
        yield opened
    opened.close()


@pytest.mark.engine
def test_a_night_after_a_change_counts_only_what_counts_now(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    api.import_file(eccube(tmp_path))
    today = date(2026, 6, 20)
    first = insight.refresh(warehouse=warehouse, as_of=today, depth=Depth.CLASSES)
    word = Order.objects.filter(is_purchase=True).values_list("status_word", flat=True)[0]
    choose(f"eccube:{word}=test")
    later = insight.refresh(warehouse=warehouse, as_of=today, depth=Depth.DUE)
    assert first.orders == Order.objects.filter(status_word=word).count() > 0
    assert later.orders == 0
