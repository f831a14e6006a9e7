"""Coupons in journeys: given by a step, shown in letters, kept from those left out."""

from datetime import timedelta
from typing import Any

import pytest

from okaeri.deliver import api as deliver
from okaeri.deliver.actions.rendering import render_due
from okaeri.foundation import clock
from okaeri.foundation.text import Text
from okaeri.foundation.work.loop import WorkLoop
from okaeri.plan import api as plan
from okaeri.plan.domain.advance import Advanced
from okaeri.plan.domain.advance import advance as engine
from okaeri.plan.duties import duties
from okaeri.plan.journeys.step import GiveCoupon
from okaeri.rewards import api as rewards
from okaeri.rewards.coupon_types import CouponFor, OfferIn, code_in_groups
from tests.plan.conftest import NOON, Run, Shop
from tests.plan.journeys_for_tests import HEADER, START, definition_of, facts, source_of, walk_at


def advance(*given: Any) -> Advanced:
    found = engine(*given)
    assert isinstance(found, Advanced)
    return found


database = pytest.mark.django_db
BASE = "https://shop.example"
GIFT = "  - {id: gift, coupon: {offer: next10}}\n"
END = "  - {id: end, exit: {}}\n"
SEND = "  - {id: notice, send: {template: coupon_notice, override_reason: 店長の判断}}\n"
REMIND = "  - {id: reminder, send: {template: coupon_reminder, override_reason: 店長の判断}}\n"
# A coupon of 30 days ends on the 30th; three days before that is 26 days after the first.
WHOLE = GIFT + SEND + "  - {id: later, wait: {after_days: 26}}\n" + REMIND + END
LASTING = HEADER.replace("anchor: order", "anchor: order\nexit_on: []")


def offer(**terms: object) -> None:
    words = {"name": Text("次回10%引き", "10% off"), "minimum_minor": 3_000} | terms
    rewards.create_offer(OfferIn("next10", **words), now=clock.now())  # type: ignore[arg-type]


def go_live(nodes: str, *, holdout: float = 0.0, header: str = LASTING) -> None:
    plan.save_definition(source_of(nodes, header), now=clock.now())
    plan.activate("tiny", now=clock.now(), holdout_share=holdout)


def letters(customer_id: int) -> list[tuple[str, str, str, str]]:
    """Render what is due; give node, status, subject and text of each message, oldest first."""
    renderer = plan.PlanRenderer("a secret of the process", BASE)
    render_due(clock.now(), renderer, ["email"])
    found = []
    for view in sorted(deliver.messages_of(customer_id), key=lambda one: one.id):
        words = deliver.find_content(view.id)
        text = words.body_text if words else ""
        found.append((view.source_part, view.status, view.subject, text))
    return found


# ---- the step ----------------------------------------------------------------------------------


def test_the_step_gives_to_the_treated_who_can_get_one_and_owe_nothing() -> None:
    definition = definition_of(GIFT + END)
    can = frozenset({"payments", "coupon:next10"})
    known = facts(loaded=can, coupons=frozenset({"next10"}))
    treated = advance(definition, walk_at("gift"), known, START)
    assert treated.commands == (GiveCoupon("gift", "next10"),)
    held_out = advance(definition, walk_at("gift", is_held_out=True), known, START)
    assert held_out.commands == ()
    had_one = advance(definition, walk_at("gift"), known._replace(coupons=frozenset()), START)
    assert (had_one.commands, had_one.decisions[0].why["code"]) == ((), "no_coupon")
    owes = advance(definition, walk_at("gift"), known._replace(has_unpaid_orders=True), START)
    assert (owes.commands, owes.decisions[0].why["code"]) == ((), "coupon_unpaid")


@database
def test_a_letter_that_shows_a_coupon_is_refused_as_a_draft_where_none_was_given(
    shop: Shop,
) -> None:
    late = "  - {id: w, wait: {after_days: 20}}\n"
    fork = (
        "  - {id: f, branch: {when: [{field: purchase_count, op: '>', value: 3}], then: gift,"
        " otherwise: notice}}\n"
    )
    variant = (
        "  - {id: v, send: {template: first_follow_thanks,"
        " variants: [{segment: 1, template: coupon_notice}]}}\n"
    )
    for nodes in (
        variant + END,
        SEND + END,
        SEND + GIFT + END,
        late + SEND + END,
        fork + GIFT + SEND + END,
    ):
        with pytest.raises(plan.DefinitionError) as refused:
            plan.save_definition(source_of(nodes), now=NOON)
        assert "coupon_notice" in refused.value.message.en
        assert "クーポンを贈らずに" in refused.value.message.ja
    assert "tiny" not in plan.journey_keys()
    plan.save_definition(source_of(WHOLE), now=NOON)


@database
def test_a_journey_lives_only_with_a_coupon_that_is_given_out(shop: Shop) -> None:
    plan.save_definition(source_of(WHOLE), now=NOON)
    with pytest.raises(plan.DefinitionError, match="next10"):
        plan.activate("tiny", now=NOON)
    offer()
    rewards.stop_offer("next10", now=NOON)
    with pytest.raises(plan.DefinitionError, match="next10"):
        plan.activate("tiny", now=NOON)


# ---- letters -----------------------------------------------------------------------------------


@database
@pytest.mark.covers("F-08")
@pytest.mark.covers("K-12")
def test_a_coupon_is_given_announced_and_called_to_mind_three_days_before_its_end(
    shop: Shop, run_plan: Run
) -> None:
    offer()
    go_live(WHOLE)
    person = shop.order("hana")
    run_plan()
    (coupon,) = rewards.coupons_of(person)
    ((node, status, subject, text),) = letters(person)
    assert (node, status, subject) == (
        "notice", "rendered", "次回のお買い物に使える10%引きクーポンをお届けします",
    )  # fmt: skip
    assert code_in_groups(coupon.code) in text
    assert "有効期限: 2026年4月30日まで" in text
    assert "3,000円以上のお買い上げで使えます" in text
    assert "セール品は対象外です。" in text
    assert f"{BASE}/my/{person}-" in text
    # It may be used on 28, 29 and 30 April: the reminder comes three days before the last.
    shop.pass_days(25)
    run_plan()
    assert [one[0] for one in letters(person)] == ["notice"]
    shop.pass_days(1)
    run_plan()
    reminder = letters(person)[1]
    assert (reminder[0], reminder[1]) == ("reminder", "rendered")
    assert "2026年4月30日まで" in reminder[2]
    assert (coupon.valid_until - clock.now().date()).days == 3
    assert code_in_groups(coupon.code) in reminder[3]


@database
def test_whoever_used_his_coupon_is_not_reminded_of_it(shop: Shop, run_plan: Run) -> None:
    offer()
    go_live(WHOLE)
    person = shop.order("hana")
    run_plan()
    letters(person)
    code = rewards.coupons_of(person)[0].code
    rewards.redeem_coupon(code, key="k", reference="", amount_minor=5_000, at=clock.now())
    shop.pass_days(26)
    run_plan()
    assert [one[:2] for one in letters(person)] == [
        ("notice", "rendered"), ("reminder", "suppressed"),
    ]  # fmt: skip
    why = next(one for one in deliver.messages_of(person) if one.source_part == "reminder").why
    assert "使えるクーポンがありません" in why.ja


@database
def test_people_held_out_get_no_coupon_and_others_one_however_often_it_runs(
    shop: Shop, run_plan: Run
) -> None:
    offer()
    go_live(WHOLE, holdout=0.5)
    people = [shop.order(f"p{number}") for number in range(20)]
    for _ in range(3):
        run_plan()
    held_out = plan.left_out(people)
    assert 0 < len(held_out) < 20
    for person in people:
        assert len(rewards.coupons_of(person)) == (0 if person in held_out else 1)
    assert rewards.get_offer("next10").issued == 20 - len(held_out)


@database
def test_a_second_walk_gives_no_second_coupon_and_sends_no_empty_letter(
    shop: Shop, run_plan: Run
) -> None:
    offer()
    header = LASTING.replace("window_days: 90", "window_days: 90\nreentry_days: 1").replace(
        "{kind: purchase, number: 1}", "{kind: recency, days: 2}"
    )
    go_live(GIFT + SEND + END, header=header.replace("anchor: order", "anchor: entry"))
    person = shop.order("hana")
    run_twice = WorkLoop(duties(batch=50)).run_until_idle
    from tests.plan.conftest import know

    know(person, NOON.date())
    shop.pass_days(2)
    run_twice()
    assert [one[:2] for one in letters(person)] == [("notice", "rendered")]
    shop.order("hana")
    know(person, clock.now().date())
    shop.pass_days(2)
    run_twice()
    assert [one[:2] for one in letters(person)] == [
        ("notice", "rendered"), ("notice", "suppressed"),
    ]  # fmt: skip
    assert len(rewards.coupons_of(person)) == 1


@database
def test_of_two_walks_in_one_batch_one_says_it_gave_the_coupon(shop: Shop, run_plan: Run) -> None:
    offer()
    for key in ("tiny", "other"):
        source = source_of(GIFT + END, LASTING).replace("key: tiny", f"key: {key}")
        plan.save_definition(source, now=clock.now())
        plan.activate(key, now=clock.now(), holdout_share=0.0)
    people = [shop.order("hana"), shop.order("yuki")]
    run_plan()
    for person in people:
        assert len(rewards.coupons_of(person)) == 1
        said = sorted(one.action for one in plan.decisions_of(person) if "next10" in one.why.en)
        assert said == ["granted", "skipped"]


@database
def test_a_preview_spends_nothing(shop: Shop) -> None:
    offer()
    person = shop.order("hana")
    rewards.issue_coupons("next10", [CouponFor(person, "k")], at=NOON)
    seen = plan.preview("coupon_notice", person)
    assert "ABCD-EFGH-JKMN-PQRS" in seen.body_text
    assert code_in_groups(rewards.coupons_of(person)[0].code) not in seen.body_text
    assert rewards.find_my_page(seen.body_text.split("/my/")[-1][:80]) is None


# ---- the link to his page ----------------------------------------------------------------------


@database
def test_a_link_ends_by_itself_and_by_hand(shop: Shop) -> None:
    person = shop.order("hana")
    token = rewards.my_page_links([person], BASE)[person].split("/")[-2]
    assert rewards.find_my_page(token) == person
    for other in (token[:-1], token + "0", f"{person + 1}{token[len(str(person)) :]}", "", "1-2"):
        assert rewards.find_my_page(other) is None
    rewards.end_my_page_links(person)
    assert rewards.find_my_page(token) is None
    fresh = rewards.my_page_links([person], BASE)[person].split("/")[-2]
    shop.pass_days(90)
    assert rewards.find_my_page(fresh) == person
    shop.clock.advance(timedelta(days=1))
    assert rewards.find_my_page(fresh) is None
