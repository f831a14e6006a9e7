"""The lowest freshness band: ordinary journeys let its people go, the win-back journey takes them in."""

from datetime import timedelta
from pathlib import Path

import pytest

from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.types import BAND_NAMES, FreshnessBand
from okaeri.plan import api as plan
from okaeri.plan.content.library import list_playbook_sources
from okaeri.plan.journeys.definition import parse
from okaeri.plan.models import Enrolment
from tests.plan.conftest import NOON, Run, Shop

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
SOURCES = Path(__file__).resolve().parents[2] / "src"
LONG = """
key: long_care
name: {ja: 長い世話, en: Long care}
purpose: {ja: 世話, en: Care}
hypothesis: {ja: 増える, en: More}
trigger: {kind: purchase, number: 3}
anchor: order
window_days: 90
exit_on: [purchase, lost]
nodes:
  - {id: later, wait: {day: 100}}
  - {id: end, exit: {reason: completed}}
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return open_warehouse(tmp_path / "warehouse")


def night(shop: Shop, warehouse: Warehouse) -> None:
    """What a night does: the analysis of yesterday, counted segments included."""
    insight.refresh(warehouse=warehouse, as_of=shop.now.date() - timedelta(days=1))


def walks(key: str) -> list[tuple[int, str, str]]:
    rows = Enrolment.objects.filter(journey__key=key).order_by("customer_id")
    return list(rows.values_list("customer_id", "state", "exit_reason"))


@pytest.mark.covers("A-08")
def test_who_falls_into_the_lowest_band_leaves_ordinary_journeys_and_enters_win_back(
    shop: Shop, run_plan: Run, warehouse: Warehouse
) -> None:
    plan.save_definition(LONG, now=shop.now)
    for name, gap in (("often", 10), ("seldom", 60)):
        for nth in (2, 1):
            shop.order(name, at=NOON - timedelta(days=nth * gap))
    night(shop, warehouse)
    preset = insight.find_preset("lost")
    assert preset is not None
    insight.create_segment("離脱圏", preset.rule, warehouse=warehouse, preset="lost")
    plan.activate("long_care", now=shop.now, holdout_share=0)
    plan.activate("win_back", now=shop.now, holdout_share=0)
    shop.pass_days(1)
    often, seldom = shop.order("often"), shop.order("seldom")
    run_plan()
    both = [(often, "active", ""), (seldom, "active", "")]
    assert walks("long_care") == both
    # Whoever buys every 10.5 days is at 18 points after 26 days, and at 14.7 after 29.
    shop.pass_days(27)
    night(shop, warehouse)
    run_plan()
    assert (walks("long_care"), walks("win_back")) == (both, [])
    shop.pass_days(3)
    night(shop, warehouse)
    run_plan()
    standing = insight.find_insight(often)
    assert standing is not None
    assert standing.freshness_band is FreshnessBand.LOST
    assert walks("long_care") == [(often, "exited", "lost"), (seldom, "active", "")]
    assert walks("win_back") == [(often, "active", "")]
    (why,) = [one.why for one in plan.decisions_of(often) if one.action == "exited"]
    assert "離脱圏" in why.ja
    # A purchase brings him back: the win-back ends, and what it starts is not undone by last night.
    shop.order("often")
    run_plan()
    assert walks("win_back") == [(often, "exited", "goal")]


def test_a_stale_analysis_does_not_end_what_a_purchase_has_just_begun(
    shop: Shop, run_plan: Run, warehouse: Warehouse
) -> None:
    plan.save_definition(LONG, now=shop.now)
    for days in (320, 310):
        shop.order("back", at=NOON - timedelta(days=days))
    night(shop, warehouse)
    plan.activate("long_care", now=shop.now, holdout_share=0)
    shop.pass_days(1)
    back = shop.order("back", order_no="again")
    run_plan()
    shop.order("back", order_no="again", shipped_on=shop.now.date())
    run_plan()
    assert walks("long_care") == [(back, "active", "")]


@pytest.mark.covers("A-08")
def test_the_lowest_band_has_a_neutral_name_and_the_playbooks_know_it() -> None:
    assert BAND_NAMES[FreshnessBand.LOST].ja == "離脱圏"
    texts = [one for kind in ("py", "html", "yaml", "js") for one in SOURCES.rglob(f"*.{kind}")]
    assert not [one for one in texts if "腐" in one.read_text("utf-8")]
    definitions = [parse(source) for source in list_playbook_sources()]
    leaving = {one.key for one in definitions if "lost" in one.exit_on}
    assert leaving == {"first_follow", "know_us", "runs_out", "value_for_money"}
    assert {one.key for one in definitions if getattr(one.trigger, "preset", "") == "lost"} == {
        "win_back"
    }
