"""How fresh each source is: the newest of what it told, whatever comes late, on every way in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from okaeri.foundation import clock
from okaeri.intake import api
from okaeri.intake.event_types import EventIn
from okaeri.intake.models import Event, Order, SourceMark
from okaeri.intake.types import LineIn, OrderIn, PartyIn, SourceFreshness

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def order(number: str, at: datetime, source: str = "shop") -> OrderIn:
    line = LineIn("A", "A", 1, 1000, 1000)
    party = PartyIn(email=f"{number}@example.invalid")
    return OrderIn(source, number, at, "accepted", party, (line,), total_minor=1000)


def fresh() -> dict[str, SourceFreshness]:
    with clock.use(clock.SimulatedClock(NOW)):
        return {one.source: one for one in api.source_freshness()}


def test_the_newest_order_and_event_of_each_source_count_whatever_comes_late() -> None:
    hours = [NOW - timedelta(hours=number) for number in range(8)]
    api.record_orders([order("1", hours[3]), order("2", hours[5], "till"), order("3", hours[7])])
    api.record_orders([order("4", hours[6]), order("5", hours[1], "till")])
    event = EventIn("key-00000001", "page_view", hours[2], "device-0001")
    api.record_events([event], source="web", received_at=NOW)
    late = event._replace(key="key-00000002", occurred_at=hours[4])
    api.record_events([late], source="web", received_at=NOW)
    assert {name: one.orders_at for name, one in fresh().items()} == {
        "shop": hours[3], "till": hours[1], "web": None,
    }  # fmt: skip
    assert fresh()["web"].events_at == hours[2]
    # The rows that are kept say what the large tables would.
    for subject, model, column in (("order", Order, "ordered_at"), ("event", Event, "occurred_at")):
        marks = SourceMark.objects.filter(subject=subject).values_list("source", "newest_at")
        rows = model._default_manager.order_by("source", f"-{column}").values_list("source", column)
        newest: dict[str, datetime] = {}
        for source, at in rows:
            newest.setdefault(source, at)
        assert dict(marks) == newest


def test_an_order_told_again_with_another_day_moves_the_mark_on_only() -> None:
    first = order("1", NOW - timedelta(days=2))
    api.record_orders([first])
    api.record_orders([replace(first, ordered_at=NOW - timedelta(days=1))])
    assert fresh()["shop"].orders_at == NOW - timedelta(days=1)
