"""The class of a customer on his page: after each night, and with each order before the next one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers import duties as customer_duties
from okaeri.foundation import clock
from okaeri.foundation.settings import save, specs_of
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.foundation.work.loop import WorkLoop
from okaeri.insight import api as insight
from okaeri.insight import duties as insight_duties
from okaeri.insight.types import CustomerInsightView, LifecycleRules
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
NOON = datetime(2026, 5, 20, 3, tzinfo=UTC)
# What an order moves; ranks, margins and classes of before wait for the night.
MOVED = (
    *("stage", "is_lapsed", "is_at_risk", "is_f2_late", "is_revived", "purchase_count"),
    *("order_count", "first_on", "second_on", "last_on", "tenure_days", "recency_days"),
    *("net_minor", "net_12m_minor", "cycle_days", "freshness_band"),
    *("discount_share", "fresh_on"),
)


@pytest.fixture
def simulated() -> Iterator[clock.SimulatedClock]:
    simulated = clock.SimulatedClock(NOON)
    with clock.use(simulated):
        yield simulated


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    yield opened
    opened.close()


def buy(name: str, *, on: date | None = None, no: str, net: int = 4000, **more: object) -> None:
    at = datetime.combine(on, NOON.timetz()) if on else clock.now()
    line = LineIn("LOTION", "化粧水", 1, net, net)
    party = PartyIn(email=f"{name}@example.com", family_name="山田", email_opt_in=True)
    order = OrderIn("shop", no, at, "accepted", party, (line,), total_minor=net)
    intake.record_orders([replace(order, **more)])  # type: ignore[arg-type]


def work() -> None:
    """What the worker does all day."""
    WorkLoop((*customer_duties.duties(), *insight_duties.duties())).run_until_idle()


def id_of(name: str) -> int:
    return customers.search_customers(f"{name}@example.com")[0].id


def night(warehouse: Warehouse) -> None:
    insight.refresh(warehouse=warehouse, as_of=clock.now().date())


def standing(name: str) -> CustomerInsightView:
    found = insight.find_insight(id_of(name))
    assert found is not None
    return found


def head_of(browser: Client, name: str) -> str:
    html = browser.get(f"/customers/{id_of(name)}/").content.decode()
    return html.split("<main")[1].split("</h1>")[1].split("</p>")[0]


@pytest.mark.covers("C-01")
def test_a_first_order_gives_its_class_at_once_and_the_night_moves_it_on(
    browser_of_staff: Client, simulated: clock.SimulatedClock, warehouse: Warehouse
) -> None:
    buy("old", on=date(2026, 1, 10), no="1")
    work()
    night(warehouse)
    work()
    assert "初回現役客" in head_of(browser_of_staff, "old")
    simulated.advance(timedelta(hours=2))
    buy("new", no="2", net=60_000)
    work()
    assert "初回現役客" in head_of(browser_of_staff, "new")
    simulated.advance(timedelta(days=5))
    buy("new", no="3")
    work()
    assert "よちよち現役客" in head_of(browser_of_staff, "new")
    # Cancelled: it was the first purchase only, after all.
    buy("new", no="3", status="cancelled")
    work()
    assert "初回現役客" in head_of(browser_of_staff, "new")
    # The 239th silent day, and the 240th.
    simulated.move_to(datetime(2026, 9, 6, 3, tzinfo=UTC))
    night(warehouse)
    assert "初回現役客" in head_of(browser_of_staff, "old")
    simulated.advance(timedelta(days=1))
    night(warehouse)
    assert "初回離脱客" in head_of(browser_of_staff, "old")


def test_what_an_order_moves_is_what_the_night_would_compute(
    simulated: clock.SimulatedClock, warehouse: Warehouse
) -> None:
    for name, days in {"a": [400, 100], "b": [30, 20, 10], "c": [300], "d": [90]}.items():
        for day in days:
            buy(name, on=NOON.date() - timedelta(days=day), no=f"{name}{day}")
    work()
    night(warehouse)
    work()
    simulated.advance(timedelta(days=1))
    for name in ("a", "b", "c", "d", "e"):
        buy(name, no=f"{name}-now", net=12_000)
    buy("b", no="b-twice-a-day", net=500)
    work()
    at_once = {name: standing(name) for name in "abcde"}
    night(warehouse)
    for name, before in at_once.items():
        after = standing(name)
        for column in MOVED:
            assert getattr(before, column) == getattr(after, column), (name, column)
        assert before.freshness == pytest.approx(after.freshness)
    assert at_once["c"].is_revived


def test_an_order_that_comes_while_a_night_counts_is_not_lost(
    simulated: clock.SimulatedClock, warehouse: Warehouse
) -> None:
    buy("a", on=NOON.date() - timedelta(days=20), no="a1")
    work()
    night(warehouse)
    work()

    def meanwhile(done: int, _total: int) -> None:
        if done == 2:
            buy("a", no="a2")
            work()
            assert standing("a").purchase_count == 2

    insight.refresh(warehouse=warehouse, as_of=clock.now().date(), progress=meanwhile)
    assert standing("a").purchase_count == 1
    work()
    assert standing("a").purchase_count == 2


def test_late_second_purchases_go_by_the_shops_own_days_at_night_and_with_an_order(
    browser_of_staff: Client, simulated: clock.SimulatedClock, warehouse: Warehouse
) -> None:
    today = NOON.date()
    for person in range(30):
        wait = 20 if person < 24 else 50
        for nth, days in enumerate((200, 200 - wait)):
            buy(f"back{person}", on=today - timedelta(days=days), no=f"{person}-{nth}")
    buy("early", on=today - timedelta(days=25), no="early")
    buy("late", on=today - timedelta(days=26), no="late")
    work()
    night(warehouse)
    assert [standing(name).is_f2_late for name in ("early", "late")] == [False, False]
    shown = browser_of_staff.get("/settings/rules/classes/").content.decode()
    assert "2回目を買った方の80%が、初回から 26日以内" in shown
    tried = browser_of_staff.get("/settings/rules/classes/?own_f2=1").content.decode()
    assert 'value="own_days" selected' in tried
    known = {spec.key: spec for spec in specs_of(LifecycleRules).values()}
    save(known, {"cpm.f2_late_mode": "own_days"})
    night(warehouse)
    assert [standing(name).is_f2_late for name in ("early", "late")] == [False, True]
    assert "26日以上" in insight.definitions()["f2_late"].ja
    # An order that changes restates its person by the same days.
    for name, days in (("early", 25), ("late", 26)):
        buy(name, on=today - timedelta(days=days), no=name, net=5000)
    work()
    assert [standing(name).net_minor for name in ("early", "late")] == [5000, 5000]
    assert [standing(name).is_f2_late for name in ("early", "late")] == [False, True]
