"""Numbers and days as the field writes them (domain reference §2.13)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory

from okaeri.foundation.text import Text
from okaeri.plan.types import NodeView
from okaeri.web import formats
from okaeri.web.charts.journey_flow import draw_flow
from okaeri.web.pages.paging import Pager, read_slice


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formats.people(1234, "ja"), "1,234人"),
        (formats.people(1, "en"), "1 person"),
        (formats.money(12800, "JPY", "ja"), "12,800円"),
        (formats.money(12800, "JPY", "en"), "¥12,800"),
        (formats.money(None, "JPY", "ja"), "—"),
        (formats.unit_money(50.0, "USD", "en"), "$0.50"),
        (formats.unit_money(0.5, "JPY", "ja"), "0.5円"),
        (formats.unit_money(None, "JPY", "ja"), "—"),
        (formats.money_change(500, "JPY", "ja"), "+500円"),
        (formats.money_change(-500, "JPY", "ja"), "−500円"),
        (formats.percent(0.23301), "23.3%"),
        (formats.percent(None), "—"),
        (formats.percent_range(0.19, 0.281, "ja"), "19.0〜28.1%"),
        (formats.percent_range(0.19, 0.281, "en"), "19.0 to 28.1%"),
        (formats.signed(-3), "−3"),
        (formats.signed(12), "+12"),
        (formats.signed(0.0), "±0"),
        (formats.number(-0.4), "0"),
        (formats.day(date(2026, 11, 21), "ja"), "2026年11月21日(土)"),
        (formats.day(date(2026, 11, 21), "en"), "Sat 21 Nov 2026"),
        (formats.month("2026-01", "ja"), "2026年1月"),
        (formats.days_ago(42, "ja"), "42日前"),
        (formats.days_ago(0, "en"), "today"),
    ],
)
def test_values_are_written_as_the_field_writes_them(written: str, expected: str) -> None:
    assert written == expected


def test_an_instant_is_shown_in_the_shops_own_time() -> None:
    instant = datetime(2026, 11, 20, 20, 5, tzinfo=UTC)
    written = formats.moment(instant, ZoneInfo("Asia/Tokyo"), "ja")
    assert written == "2026年11月21日(土) 05:05"


def test_no_loss_is_ever_marked_with_a_triangle() -> None:
    for value in (-1, -1234, -0.5):
        assert "▲" not in formats.number(value, 1) + formats.money(value, "JPY", "ja")


def test_the_last_page_of_a_list_ends_where_the_list_ends() -> None:
    last = Pager(page=3, total=101)
    assert (last.first, last.last, last.next, last.previous) == (101, 101, None, 2)
    empty = Pager(page=1, total=0)
    assert (empty.pages, empty.next, empty.previous) == (1, None, None)


def test_a_page_past_the_end_is_the_last_one() -> None:
    asked, people = RequestFactory().get("/?page=99"), list(range(120))
    rows, pager = read_slice(asked, lambda offset: (people[offset : offset + 50], len(people)))
    assert (rows, pager) == (people[100:], Pager(page=3, total=120))
    assert Pager.within(99, 4_901, 60).first == 4_861
    assert read_slice(asked, lambda _offset: ([], 0)) == ([], Pager(page=1, total=0))


def _node(name: str, *targets: str) -> NodeView:
    label = Text(name, name)
    arrows = tuple((target, Text("", "")) for target in targets)
    return NodeView(name, "wait", label, arrows, here=3, passed=1200, messages={})


def test_a_flow_draws_every_step_once_with_its_counts_and_escapes_names() -> None:
    nodes = [_node("a", "b", "c"), _node("b", "d"), _node("c", "d"), _node("<d>"), _node("d")]
    svg = draw_flow(nodes, "ja", title="流れ")
    assert svg.count("いま 3人・通過 1,200人</text>") == 5
    assert "<d>" not in svg
    assert svg.count("marker-end") == 4


def test_a_flow_that_turns_back_is_drawn_and_ends() -> None:
    assert draw_flow([_node("a", "b"), _node("b", "a")], "en", title="x").count("<rect") == 2
