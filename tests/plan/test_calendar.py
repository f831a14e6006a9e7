"""What each class gets next: projected from walks, the outbox and entries; gaps where nothing useful is."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from okaeri.customers.actions.merge import merge_customers
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.settings import save, specs_of
from okaeri.insight import api as insight
from okaeri.insight.models import CustomerInsight
from okaeri.insight.types import TEN_CLASSES
from okaeri.plan import api as plan
from okaeri.plan.calendar_types import (
    CalendarItem,
    CalendarRules,
    ClassOutlook,
    EntryIn,
    ItemKind,
    ItemSource,
)
from okaeri.plan.domain.coming import coming_sends
from okaeri.plan.domain.outlook import kind_of_contents
from okaeri.plan.journeys.definition import Definition, parse
from okaeri.plan.models import Enrolment
from tests.plan.conftest import NOON, Run, Shop, know

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 1)
HEAD = """
key: test
name: {ja: 試し, en: A try}
purpose: {ja: 試し, en: To try}
hypothesis: {ja: 増える, en: More}
trigger: {kind: purchase, number: 1}
anchor: order
window_days: 30
nodes:
"""


def journey(*nodes: str) -> Definition:
    return parse(HEAD + "".join(f"  - {node}\n" for node in nodes))


def stands(customer_id: int, stage: str, *, is_lapsed: bool = False) -> None:
    know(customer_id, TODAY)
    CustomerInsight.objects.filter(customer_id=customer_id).update(stage=stage, is_lapsed=is_lapsed)


def outlook(key: str, shop: Shop) -> ClassOutlook:
    return next(one for one in plan.view_calendar(shop.now).outlooks if one.of.key == key)


def coming(shop: Shop) -> list[tuple[int, str, dict[str, int]]]:
    """What journeys bring: days from now, content, people by class."""
    view = plan.view_calendar(shop.now)
    return [
        ((one.day - view.today).days, one.template_key, dict(one.people))
        for one in view.items
        if one.source is not ItemSource.ENTRY
    ]


def an_entry(**changes: object) -> EntryIn:
    said = {
        "title": "春のお手入れ読本",
        "day": date(2026, 4, 20),
        "classes": ("steady", "prime:lapsed"),
        "kind": "useful",
        "channel": "email",
    }
    return EntryIn(**{**said, **changes})  # type: ignore[arg-type]


def test_waits_are_counted_from_where_the_walk_stands() -> None:
    definition = journey(
        "{id: one, send: {template: a}}",
        "{id: w1, wait: {day: 3}}",
        "{id: two, send: {template: b}}",
        "{id: w2, wait: {after_days: 4}}",
        "{id: three, send: {template: c}}",
        "{id: w3, wait: {run_out: -5, otherwise_day: 20}}",
        "{id: four, send: {template: d}}",
        "{id: end, exit: {reason: completed}}",
    )
    assert coming_sends(definition, "one", 0, 366) == [
        (0, "one", True),
        (3, "two", True),
        (7, "three", True),
        # When the product of each one runs out, the engine alone will know.
        (20, "four", False),
    ]
    # At a wait the engine has said when it ends, whatever the definition would say.
    assert [one.day for one in coming_sends(definition, "w1", 5, 366)] == [5, 9, 20]
    assert [one.node for one in coming_sends(definition, "w1", 5, 9)] == ["two", "three"]


def test_what_lies_behind_a_branch_is_expected_only_and_loops_come_to_an_end() -> None:
    definition = journey(
        "{id: w, wait: {after_days: 30}}",
        "{id: letter, send: {template: a}}",
        "{id: b, branch: {when: [{field: purchase_count, op: '>=', value: 9}], then: end}, next: w}",
        "{id: end, exit: {reason: completed}}",
    )
    found = coming_sends(definition, "w", 30, 100)
    assert found == [(30, "letter", True), (60, "letter", False), (90, "letter", False)]


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        (["useful"], ItemKind.USEFUL),
        (["useful", "useful"], ItemKind.USEFUL),
        (["useful", "sales"], ItemKind.SALES),
        (["useful", "transactional"], ItemKind.OTHER),
        (["transactional"], ItemKind.OTHER),
        ([], ItemKind.OTHER),
    ],
)
def test_a_step_is_useful_only_where_all_its_contents_are(kinds: list[str], kind: ItemKind) -> None:
    assert kind_of_contents(kinds) is kind


@pytest.mark.covers("C-18")
def test_each_class_has_its_next_useful_item_or_a_gap(shop: Shop, run_plan: Run) -> None:
    buyer, toddler = (shop.order(name, at=NOON - timedelta(days=1)) for name in ("one", "two"))
    stands(buyer, "first")
    stands(toddler, "toddler", is_lapsed=True)
    before = plan.find_gaps(shop.now)
    assert [(one.of.key, one.next_useful) for one in before] == [
        ("first", None),
        ("toddler:lapsed", None),
    ]
    assert [key for key, _ in before[0].drafts] == ["first_follow"]
    plan.activate("first_follow", now=shop.now, holdout_share=0.0)
    newcomer = shop.order("new", at=shop.now + timedelta(minutes=1))
    stands(newcomer, "first")
    shop.clock.advance(timedelta(hours=1))
    run_plan()
    assert coming(shop)[0] == (0, "first_follow_thanks", {"first": 1})
    first = outlook("first", shop)
    assert (first.people, first.reached, first.in_days, first.is_gap) == (2, 1, 0, False)
    assert first.next_useful is not None
    assert first.next_useful.source is ItemSource.MESSAGE
    assert [key for key, _ in first.live] == ["first_follow"]
    assert (first.in_reach, first.is_thin) == (1, False)
    specs = {spec.key: spec for spec in specs_of(CalendarRules).values()}
    save(specs, {"calendar.thin_percent": 51})
    assert outlook("first", shop).is_thin
    assert [one.of.key for one in plan.find_gaps(shop.now)] == ["toddler:lapsed"]
    plan.save_entry(an_entry(classes=("toddler:lapsed",)), now=shop.now)
    lapsed = outlook("toddler:lapsed", shop)
    assert (lapsed.reached, lapsed.in_days, lapsed.is_gap) == (1, 19, False)
    # What is for everybody reaches all; a walk of one in many is little to look forward to.
    assert (lapsed.in_reach, lapsed.is_thin) == (1, False)
    # The journey at hand for who has lapsed is the one made for those, not the one of half a year.
    assert [key for key, _ in lapsed.drafts] == ["win_back"]
    assert plan.find_gaps(shop.now) == []
    # Classes without anybody are no gap, whatever is planned.
    assert not any(one.is_gap for one in plan.view_calendar(shop.now).outlooks)
    assert len(plan.view_calendar(shop.now).outlooks) == len(TEN_CLASSES) == 10
    # A paused journey brings nothing.
    plan.pause("first_follow", now=shop.now)
    assert coming(shop) == []
    assert [one.of.key for one in plan.find_gaps(shop.now)] == ["first"]


def test_the_projection_is_what_the_engine_then_does(shop: Shop, run_plan: Run) -> None:
    plan.activate("first_follow", now=shop.now, holdout_share=0.0)
    stands(shop.order("new", at=shop.now + timedelta(minutes=1)), "first")
    shop.clock.advance(timedelta(hours=1))
    run_plan()
    foretold = {
        template: day for day, template, _ in coming(shop) if template != "first_follow_care"
    }
    came: dict[str, int] = {}
    for passed in range(1, 40):
        shop.pass_days(1)
        run_plan()
        for day, template, _ in coming(shop):
            if day == 0 and template != "first_follow_thanks":
                came.setdefault(template, passed)
    asked = {key: day for key, day in foretold.items() if day > 0}
    assert asked
    assert {key: came.get(key) for key in asked} == asked


def test_people_left_out_and_leads_get_nothing(shop: Shop, run_plan: Run) -> None:
    plan.activate("first_follow", now=shop.now, holdout_share=0.0)
    people = [shop.order(name, at=shop.now + timedelta(minutes=1)) for name in "ab"]
    for person in people:
        stands(person, "first")
    shop.clock.advance(timedelta(hours=1))
    run_plan()
    shop.pass_days(1)
    assert {tuple(who.items()) for _, _, who in coming(shop)} == {(("first", 2),)}
    Enrolment.objects.filter(customer_id=people[0]).update(arm="holdout")
    steps = [one for one in coming(shop) if one[1] == "first_follow_how_to"]
    assert [who for _, _, who in steps] == [{"first": 1}]
    stands(people[1], "lead")
    assert not [one for one in coming(shop) if one[1] == "first_follow_how_to"]


def test_a_walk_of_somebody_merged_counts_in_the_class_he_is_in_now(
    shop: Shop, run_plan: Run
) -> None:
    plan.activate("first_follow", now=shop.now, holdout_share=0.0)
    old = shop.order("old", at=NOON - timedelta(days=100))
    walker = shop.order("walker", at=shop.now + timedelta(minutes=1))
    stands(walker, "first")
    stands(old, "steady")
    shop.clock.advance(timedelta(hours=1))
    run_plan()
    with transaction.atomic():
        merge_customers(old, walker, evidence=["test"], now=shop.now)
    CustomerInsight.objects.filter(customer_id=walker).delete()
    assert {"steady"} == {key for _, template, who in coming(shop) for key in who}


def test_sales_and_the_past_fill_no_gap_and_far_away_is_a_gap(shop: Shop) -> None:
    stands(shop.order("x", at=NOON), "steady")
    plan.save_entry(an_entry(kind="sales"), now=shop.now)
    plan.save_entry(an_entry(kind="other"), now=shop.now)
    plan.save_entry(an_entry(day=TODAY - timedelta(days=1)), now=shop.now)
    steady = outlook("steady", shop)
    assert (steady.next_useful, steady.is_gap) == (None, True)
    plan.save_entry(an_entry(day=TODAY + timedelta(days=31)), now=shop.now)
    steady = outlook("steady", shop)
    assert (steady.in_days, steady.is_gap) == (31, True)
    specs = {spec.key: spec for spec in specs_of(CalendarRules).values()}
    save(specs, {"calendar.gap_days": 31})
    assert not outlook("steady", shop).is_gap


def test_an_entry_is_changed_put_away_and_brought_back(shop: Shop) -> None:
    number = plan.save_entry(an_entry(note=" 表紙を選ぶ "), now=shop.now)
    assert plan.get_entry(number).said == an_entry(note="表紙を選ぶ")
    plan.save_entry(an_entry(title="夏の読本"), number, now=shop.now)

    def titles() -> list[str]:
        return [one.name.ja for one in plan.view_calendar(shop.now).items]

    assert titles() == ["夏の読本"]
    plan.delete_entry(number, now=shop.now)
    assert titles() == []
    assert plan.get_entry(number).is_deleted
    plan.restore_entry(number)
    assert titles() == ["夏の読本"]
    with pytest.raises(NotFoundError):
        plan.get_entry(number + 1)
    with pytest.raises(NotFoundError):
        plan.save_entry(an_entry(), number + 1, now=shop.now)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "  "},
        {"title": "あ" * 121},
        {"classes": ()},
        {"classes": ("lead",)},
        {"kind": "gift"},
        {"channel": "pigeon"},
        {"note": "x" * 2001},
        {"template_key": "nowhere"},
        # Shows an order, so it suits not everybody.
        {"template_key": "first_follow_thanks"},
        # A letter that sells is not useful because somebody calls it so.
        {"template_key": "win_back_last", "kind": "useful"},
    ],
)
def test_nonsense_is_not_kept(shop: Shop, wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        plan.save_entry(an_entry(**wrong), now=shop.now)
    assert plan.view_calendar(shop.now).items == ()


def test_an_entry_becomes_a_sending_by_the_means_of_journeys(shop: Shop, run_plan: Run) -> None:
    inside, outside = (shop.order(name, at=NOON - timedelta(days=9)) for name in "ab")
    stands(inside, "steady")
    stands(outside, "trend")
    number = plan.save_entry(an_entry(), now=shop.now)
    with pytest.raises(InputError):
        plan.draft_for_entry(number, "ja", now=shop.now)
    plan.save_entry(an_entry(template_key="know_us_maker"), number, now=shop.now)
    key = plan.draft_for_entry(number, "ja", now=shop.now)
    assert plan.get_entry(number).journey_status == "draft"
    assert plan.lint_definition(key) == []
    assert plan.get_journey(key).name.ja == "春のお手入れ読本"
    # Nothing leaves, and no second segment of the same classes is made.
    run_plan()
    assert not Enrolment.objects.exists()
    assert plan.draft_for_entry(number, "ja", now=shop.now) == key
    assert [one.name for one in insight.list_segments()] == ["コツコツ現役客・優良離脱客"]
    plan.activate(key, now=shop.now, holdout_share=0.0)
    run_plan()
    assert list(Enrolment.objects.values_list("customer_id", flat=True)) == [inside]
    sent = [one for one in plan.view_calendar(shop.now).items if one.source is ItemSource.MESSAGE]
    assert [(one.template_key, dict(one.people)) for one in sent] == [
        ("know_us_maker", {"steady": 1})
    ]
    assert _of_entry(shop).journey_key == key
    # What is live stays as it was started.
    source = plan.get_journey(key).source
    plan.save_entry(an_entry(template_key="welcome_back_news"), number, now=shop.now)
    plan.draft_for_entry(number, "ja", now=shop.now)
    assert plan.get_journey(key).source == source


def _of_entry(shop: Shop) -> CalendarItem:
    return next(one for one in plan.view_calendar(shop.now).items if one.source is ItemSource.ENTRY)


def test_many_walks_are_counted_in_a_few_queries(
    shop: Shop, run_plan: Run, django_assert_max_num_queries: object
) -> None:
    plan.activate("first_follow", now=shop.now, holdout_share=0.0)
    for number in range(30):
        stands(shop.order(f"p{number}", at=shop.now + timedelta(minutes=number)), "first")
    shop.clock.advance(timedelta(hours=1))
    run_plan()
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        view = plan.view_calendar(shop.now)
    assert max(one.total for one in view.items) == 30
