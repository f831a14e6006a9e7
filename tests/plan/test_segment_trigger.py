"""Walks that begin by coming into a segment: once, with a reason, nobody of before unless asked for."""

from datetime import timedelta
from itertools import pairwise

import pytest
from pyroaring import BitMap64

from okaeri.deliver.models import Message
from okaeri.foundation.errors import InputError
from okaeri.insight import api as insight
from okaeri.insight.models import Segment
from okaeri.insight.store import segments
from okaeri.plan import api as plan
from okaeri.plan.models import Enrolment
from okaeri.plan.types import DefinitionError
from tests.plan.conftest import NOON, Run, Shop

pytestmark = pytest.mark.django_db
JOURNEY = """
key: by_segment
name: {ja: 試し, en: A try}
purpose: {ja: 試し, en: To try}
hypothesis: {ja: 増える, en: More}
trigger: TRIGGER
anchor: entry
window_days: 30
nodes:
  - {id: later, wait: {day: 3}}
  - {id: end, exit: {reason: completed}}
"""


def keep(trigger: str) -> None:
    plan.save_definition(JOURNEY.replace("TRIGGER", trigger), now=NOON)


def count_as(segment_id: int, *members: int, shop: Shop) -> None:
    """Let the segment hold these people, as its nightly count would."""
    segments.save_members(Segment.objects.get(pk=segment_id), BitMap64(members), shop.now)


def made(*, preset: str = "") -> int:
    rule = {"field": "purchase_count", "op": ">=", "value": 100}
    return insight.create_segment("百回以上", rule, preset=preset).id


def entered() -> list[int]:
    return list(Enrolment.objects.order_by("customer_id").values_list("customer_id", flat=True))


def start() -> None:
    plan.activate("by_segment", now=NOON, holdout_share=0.0)


def test_whoever_comes_into_a_segment_starts_once_and_those_before_do_not(
    shop: Shop, run_plan: Run
) -> None:
    here, comes, goes = (shop.order(name, at=NOON - timedelta(days=9)) for name in "abc")
    segment_id = made()
    count_as(segment_id, here, shop=shop)
    keep(f"{{kind: segment, segment: {segment_id}}}")
    start()
    run_plan()
    assert entered() == []
    count_as(segment_id, here, comes, goes, shop=shop)
    count_as(segment_id, here, comes, shop=shop)
    run_plan()
    assert entered() == [comes]
    (why,) = [one.why for one in plan.decisions_of(comes) if one.action == "entered"]
    assert why.ja == "セグメント「百回以上」に入ったため始めました"
    assert plan.get_journey("by_segment").trigger.ja == "セグメント「百回以上」に入った時"
    # Going and coming back is no second start: the journey says nothing of re-entry.
    count_as(segment_id, here, shop=shop)
    shop.pass_days(5)
    run_plan()
    count_as(segment_id, here, comes, shop=shop)
    run_plan()
    assert entered() == [comes]


@pytest.mark.parametrize("preset", ["", "loyal"])
def test_a_segment_is_not_removed_while_a_live_journey_begins_at_it(
    shop: Shop, preset: str
) -> None:
    segment_id = made(preset=preset)
    keep(
        "{kind: segment, preset: loyal}" if preset else f"{{kind: segment, segment: {segment_id}}}"
    )
    other = made()
    start()
    with pytest.raises(InputError) as refused:
        plan.remove_segment(segment_id)
    assert "「試し」" in refused.value.message.ja
    assert plan.remove_segment(other).deleted_at is not None
    plan.pause("by_segment", now=NOON)
    assert plan.remove_segment(segment_id).deleted_at is not None
    name = "ロイヤル" if preset else "百回以上"
    assert plan.get_journey("by_segment").trigger.ja == f"セグメント「{name}」に入った時"


def test_those_in_it_start_as_well_where_the_journey_says_so(shop: Shop, run_plan: Run) -> None:
    here, comes = (shop.order(name, at=NOON - timedelta(days=9)) for name in "ab")
    segment_id = made(preset="loyal")
    count_as(segment_id, here, shop=shop)
    keep("{kind: segment, preset: loyal, present: true}")
    start()
    run_plan()
    assert entered() == [here]
    count_as(segment_id, here, comes, shop=shop)
    run_plan()
    assert entered() == [here, comes]
    # Paused and begun again: nobody of before twice, nobody missed who came meanwhile.
    plan.pause("by_segment", now=shop.now)
    late = shop.order("late", at=NOON - timedelta(days=9))
    count_as(segment_id, here, comes, late, shop=shop)
    run_plan()
    assert late not in entered()
    start()
    run_plan()
    assert entered() == [here, comes, late]


def test_a_purchase_after_coming_in_is_the_goal(shop: Shop, run_plan: Run) -> None:
    comes = shop.order("comes", at=NOON - timedelta(days=9))
    segment_id = made()
    keep(f"{{kind: segment, segment: {segment_id}}}")
    start()
    count_as(segment_id, comes, shop=shop)
    run_plan()
    shop.order("comes", at=shop.now + timedelta(hours=1))
    shop.pass_days(1)
    run_plan()
    (walk,) = Enrolment.objects.all()
    assert (walk.state, walk.exit_reason) == ("exited", "goal")


@pytest.mark.parametrize(
    "trigger", ["{kind: segment, preset: loyal}", "{kind: segment, segment: 7}"]
)
def test_a_journey_cannot_start_before_its_segment_is_made(shop: Shop, trigger: str) -> None:
    keep(trigger)
    with pytest.raises(DefinitionError, match="does not exist yet"):
        start()


@pytest.mark.parametrize(
    "trigger", ["{kind: segment}", "{kind: segment, preset: loyal, segment: 7}"]
)
def test_a_trigger_names_exactly_one_segment(trigger: str) -> None:
    (problem,) = plan.check_definition(JOURNEY.replace("TRIGGER", trigger))
    assert "どちらか一つ" in problem.ja


def shipped(preset: str) -> int:
    """Make the ready-made segment without counting it; the test says who is in it."""
    return Segment.objects.create(
        name=preset, rule={"all": []}, preset=preset, created_at=NOON, computed_at=NOON
    ).pk


@pytest.mark.parametrize(
    ("key", "preset", "letters"),
    [
        (
            "after_one_delivery",
            "subscription_1",
            ["after_one_thanks", "after_one_support", "after_one_voices"],
        ),
        (
            "after_two_singles",
            "single_2_gone",
            ["two_singles_left", "two_singles_need", "two_singles_regular"],
        ),
        ("before_fourth", "subscription_4_ahead", ["before_fourth_left", "before_fourth_use"]),
        ("trial_to_full", "trial_gone", ["trial_how_was_it", "trial_full_product"]),
        ("vip_invitation", "high_spend", ["vip_thanks", "vip_invitation"]),
        ("win_back", "lost", ["win_back_reason", "win_back_news", "win_back_last"]),
    ],
)
def test_a_shipped_journey_writes_to_whoever_comes_into_its_segment(
    key: str, preset: str, letters: list[str], shop: Shop, run_plan: Run
) -> None:
    comes = shop.order("comes", at=NOON - timedelta(days=200))
    segment_id = shipped(preset)
    plan.activate(key, now=NOON, holdout_share=0.0)
    count_as(segment_id, comes, shop=shop)
    run_plan()
    for day, before in pairwise([0, 1, 3, 7, 8, 14, 17, 21, 30, 45, 60, 75]):
        shop.pass_days(before - day)
        run_plan()
    asked = Message.objects.filter(customer_id=comes).order_by("id")
    assert list(asked.values_list("template_key", flat=True)) == letters
    (walk,) = Enrolment.objects.all()
    assert walk.state == "finished"
    assert insight.find_preset(preset).playbook == key  # type: ignore[union-attr]
