"""A night after any changes gives the rows that a full refresh gives on an empty warehouse."""

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from okaeri.customers import api as customers
from okaeri.customers.models import MatchCandidate
from okaeri.foundation import clock, settings
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.analyses import kept
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.models import CustomerInsight, CustomerPrediction, RunOut
from okaeri.insight.types import Depth
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn, ProductIn
from tests.web.filled import lived_once

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
START = date(2026, 5, 20)
MEMBERS = 8
# One lasts as the shop says, of the others only purchases tell.
SKUS = ("LOTION", "TEA", "SOAP", "POSTAGE")
NAMES = {"LOTION": "化粧水", "TEA": "お茶", "SOAP": "せっけん", "POSTAGE": "送料"}
NIGHTLY = (*api.REPORTS, "predictions")

_MEMBER, _SKU = st.integers(0, MEMBERS - 1), st.sampled_from(SKUS)
# The day an order is dated, before the night; a future one begins to count on a later night.
_AGO = st.sampled_from([-2, -1, 0, 0, 1, 3, 20, 45, 200])
_ORDER = st.tuples(st.just("order"), _MEMBER, _SKU, _AGO)
_PLACE = st.integers(0, 40)
CHANGES = st.one_of(
    _ORDER,
    _ORDER,
    st.tuples(st.just("cancel"), _PLACE),
    st.tuples(st.just("lines"), _PLACE, _SKU, st.integers(1, 4)),
    st.tuples(st.just("move"), _PLACE, _MEMBER),
    st.tuples(st.just("merge"), _MEMBER, _MEMBER),
    st.tuples(st.just("split")),
    st.tuples(st.just("remove")),
    st.tuples(st.just("free"), _SKU),
)
EVERYTHING = [
    ("move", 4, 2),
    ("merge", 0, 5),
    ("order", 5, "TEA", -1),
    ("order", 9, "POSTAGE", 0),
    ("lines", 6, "SOAP", 2),
    ("remove",),
]
# What replays found is kept from one training to the next, like the training itself; of what is foretold
# these columns rest on none of it.
LEARNT = {"replay", "misfit"}
PRESENT = (
    *("customer_id", "as_of", "horizon_days", "p_alive", "returns_chance", "orders_365"),
    *("value_365_minor", "usual_gap_days", "overdue_ratio", "importance", "importance_parts"),
)
NIGHTS = st.lists(st.lists(CHANGES, max_size=5), min_size=1, max_size=3)


class Shop:
    """Orders by number, so that a change finds one again."""

    def __init__(self) -> None:
        self.day = START
        self.warehouse: Warehouse
        self._orders: list[OrderIn] = []
        self._merges: list[int] = []

    def begin(self) -> None:
        intake.record_products([ProductIn("LOTION", NAMES["LOTION"], days_supply=30)])
        for member in range(MEMBERS):
            for nth in range(2 + member % 3):
                self.order(member, SKUS[(member + nth) % 3 and 1], 25 * nth + member)

    def order(self, member: int, sku: str, days_ago: int) -> None:
        number = len(self._orders)
        # What one source sold may be taken out again.
        source = "sample" if number % 5 == 4 else "shop"
        order = OrderIn(
            source=source,
            order_no=f"N{number}",
            ordered_at=datetime.combine(self.day - timedelta(days_ago), time(3), UTC),
            status="accepted",
            party=_person(source, member),
            lines=(_line(sku, 1, 1000 + 100 * (number % 7)),),
            subscription_no=f"S{number}" if number % 6 == 5 else "",
        )
        self._orders.append(order)
        intake.record_orders([order])

    def cancel(self, place: int) -> None:
        self._change(place, status="cancelled")

    def lines(self, place: int, sku: str, quantity: int) -> None:
        self._change(place, lines=(_line(sku, quantity, 1500),))

    def move(self, place: int, member: int) -> None:
        self._change(place, party=_person("shop", member))

    def _change(self, place: int, **values: Any) -> None:
        place %= len(self._orders)
        self._orders[place] = replace(self._orders[place], **values)
        intake.record_orders([self._orders[place]])

    def merge(self, one: int, other: int) -> None:
        customers.resolve_new_parties(clock.now())
        people = {
            person.id
            for member in (one, other)
            for person in customers.search_customers(_person("shop", member).email)
        }
        if len(people) == 2:
            left, right = sorted(people)
            candidate = MatchCandidate.objects.create(
                left_id=left, right_id=right, probability=0.9, evidence=[], found_at=clock.now()
            )
            self._merges.append(customers.merge_candidate(candidate.pk, "mari"))
            candidate.delete()

    def split(self) -> None:
        if self._merges:
            customers.undo_merge(self._merges.pop(), "mari")

    def remove(self) -> None:
        """Take one source out, as the sample shop is (`web.pages.start.sample`)."""
        removed = intake.remove_source("sample")
        for table in ("orders", "order_lines", "order_areas"):
            if self.warehouse.has(table):
                self.warehouse.forget(table, "order_id", removed.order_ids)
        self._orders = [order for order in self._orders if order.source != "sample"]

    def free(self, sku: str) -> None:
        """Say that a product is a sample, which nobody chooses."""
        intake.record_products([ProductIn(sku, NAMES[sku], is_sample=True)])


def _person(source: str, member: int) -> PartyIn:
    name = f"{source}{member}"
    return PartyIn(member_no=name, email=f"{name}@example.com")


def _line(sku: str, quantity: int, price: int) -> LineIn:
    return LineIn(sku, NAMES[sku], quantity, price, price * quantity)


# A refresh takes seconds, so few are drawn beside the named ones.
@hypothesis_settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
@example(nights=[[("order", 1, "TEA", 0), ("cancel", 3), ("free", "POSTAGE")], EVERYTHING])
@example(nights=[[("lines", 9, "TEA", 3), ("split",), ("free", "TEA")], []])
@given(nights=NIGHTS)
def test_a_night_gives_the_rows_of_a_full_refresh(nights: list[list[tuple[Any, ...]]]) -> None:
    # In a shop of eight nearly every change is one of many people, and all would be computed anew.
    few = mock.patch.object(kept, "_MOST_CHANGED", 2.0)
    with few, TemporaryDirectory() as folder, transaction.atomic():
        _live_through(nights, Path(folder))
        transaction.set_rollback(True)


def _live_through(nights: list[list[tuple[Any, ...]]], folder: Path) -> None:
    settings.save(
        {spec.key: spec for spec in settings.specs_of(CycleRules).values()},
        {"cycle.fewest_intervals": 1},
    )
    with clock.use(clock.current()):
        lived_once("nights", folder / "nightly", lambda: _begin(folder / "nightly"))
    shop = deepcopy(_begun[0])
    shop.warehouse = nightly = open_warehouse(folder / "nightly")
    for changes in nights:
        for kind, *given_values in changes:
            getattr(shop, kind)(*given_values)
        shop.day += timedelta(days=1)
        _refresh(nightly, shop.day, Depth.DUE)
    by_night = _rows()
    nightly.close()
    fresh = open_warehouse(folder / "fresh")
    _refresh(fresh, shop.day, Depth.ALL)
    fresh.close()
    _assert_same(by_night, _rows())


# The shop as it stands before the first night, which is the same whatever the nights bring.
_begun: list[Shop] = []


def _begin(folder: Path) -> None:
    shop, warehouse = Shop(), open_warehouse(folder)
    shop.begin()
    _refresh(warehouse, shop.day, Depth.ALL)
    api.create_segment(
        "twice", {"field": "purchase_count", "op": ">=", "value": 2}, warehouse=warehouse
    )
    warehouse.close()
    _begun[:] = [shop]


def _refresh(warehouse: Warehouse, day: date, depth: Depth) -> None:
    with clock.use(clock.SimulatedClock(datetime.combine(day, time(15), UTC))):
        api.refresh(warehouse=warehouse, as_of=day, depth=depth)


def _rows() -> dict[str, Any]:
    """Give everything a night writes, by table and key."""
    columns = ("customer_id", "sku", "last_on", "runs_out_on", "basis")
    found: dict[str, Any] = {
        "insights": {row["customer_id"]: row for row in CustomerInsight.objects.values()},
        "foretold": {
            row["customer_id"]: row for row in CustomerPrediction.objects.values(*PRESENT)
        },
        "run_outs": sorted(RunOut.objects.values_list(*columns)),
        "segments": {one.name: api.segment_members(one.id) for one in api.list_segments()},
    }
    for name in NIGHTLY:
        report = api.find_report(name)
        assert report is not None
        found[name] = {key: told for key, told in report.payload.items() if key not in LEARNT}
    return found


def _assert_same(one: Any, other: Any, path: str = "") -> None:
    """Compare to the last day and yen; sums of floats may differ in their last digits."""
    if isinstance(one, dict) and isinstance(other, dict):
        assert one.keys() == other.keys(), path
        for key in one:
            _assert_same(one[key], other[key], f"{path}/{key}")
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple):
        assert len(one) == len(other), path
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            _assert_same(left, right, f"{path}/{place}")
    elif isinstance(one, float) and isinstance(other, float):
        assert one == pytest.approx(other, rel=1e-6, abs=1e-6), path
    else:
        assert one == other, path
