"""Whole walks through the worker's own door: orders in, message requests out, every decision kept."""

import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.deliver.types import RenderTask
from okaeri.foundation.settings import ShopProfile, save, specs_of
from okaeri.insight.types import LifecycleRules
from okaeri.intake import api as intake
from okaeri.intake.types import PartyIn, ProductIn, SubscriptionIn
from okaeri.listen import api as listen
from okaeri.measure import api as measure
from okaeri.plan import api as plan
from okaeri.plan.actions import advance as advancing
from okaeri.plan.actions import enrol as enrolling
from okaeri.plan.domain.entry import Earlier, Entry, choose_entries
from okaeri.plan.duties import duties
from okaeri.plan.models import Decision, Enrolment
from okaeri.plan.store import journeys as store
from okaeri.rewards import api as rewards
from tests.plan.conftest import NOON, Run, Shop, know
from tests.plan.journeys_for_tests import source_of

pytestmark = pytest.mark.django_db


def local_days(customer_id: int) -> list[tuple[str, str]]:
    """Each message asked for: its node and its day in Tokyo, oldest first."""
    asked = sorted(deliver.messages_of(customer_id), key=lambda view: view.due_at)
    return [
        (view.source_part, (view.due_at + timedelta(hours=9)).date().isoformat()) for view in asked
    ]


def everyone_treated(key: str = "first_follow") -> None:
    plan.activate(key, now=NOON, holdout_share=0.0)


def put_live(source: str, now: datetime = NOON, holdout_share: float = 0.0) -> str:
    key = plan.save_definition(source, now=now).key
    plan.activate(key, now=now, holdout_share=holdout_share)
    return key


@contextmanager
def database_that_threads_share(path: Path) -> Iterator[None]:
    """A copy of the test's database in a file, where SQLite in memory cannot serve two threads."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=WAL")
    name = connection.settings_dict["NAME"]
    in_memory = connection.connection
    connection.connection = None
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.connection.close()
        connection.settings_dict["NAME"] = name
        connection.connection = in_memory


TWO_STEPS = source_of(
    """
  - {id: hello, send: {template: first_follow_thanks}}
  - {id: until_3, wait: {day: 3}}
  - {id: more, send: {template: first_follow_how_to}}
  - {id: until_5, wait: {day: 5}}
  - {id: end, exit: {}}
"""
)


@pytest.mark.covers("D-01", "B-11")
def test_a_first_buyer_gets_each_of_the_six_messages_on_its_day_and_nothing_sells(
    shop: Shop, run_plan: Run
) -> None:
    everyone_treated()
    buyer = shop.order("hanako", shipped_on=date(2026, 4, 2), delivered_on=date(2026, 4, 3))
    seen: dict[str, list[str]] = {}
    for _ in range(70):
        run_plan()
        for node, _day in local_days(buyer):
            seen.setdefault(node, []).append((shop.now + timedelta(hours=9)).date().isoformat())
        shop.pass_days(1)
    # The day on which the worker asked, and the day the plan meant, are the same.
    assert {node: days[0] for node, days in seen.items()} == dict(local_days(buyer))
    assert local_days(buyer) == [
        ("thanks", "2026-04-01"),
        ("arrival", "2026-04-04"),
        ("how_to", "2026-04-06"),
        ("question", "2026-04-10"),
        ("knowledge", "2026-04-13"),
        ("voices", "2026-04-17"),
    ]
    assert {view.content_kind for view in deliver.messages_of(buyer)} == {"useful"}
    walk = plan.enrolments_of(buyer)[0]
    assert (walk.state, walk.ended_at) == ("finished", NOON.replace(day=2, month=6))
    assert "2回目の購入がない" in walk.why.ja
    reasons = [decision.why.ja for decision in reversed(plan.decisions_of(buyer))]
    assert reasons[0] == "1回目の購入(注文番号 A1)があったため始めました"
    assert len(reasons) == 15


@pytest.mark.covers("D-08")
def test_a_second_purchase_ends_the_first_journey_begins_the_second_and_withdraws_what_waits(
    shop: Shop, run_plan: Run
) -> None:
    everyone_treated()
    everyone_treated("know_us")
    buyer = shop.order("hanako")
    run_plan()
    assert [view.status for view in deliver.messages_of(buyer)] == ["planned"]
    shop.pass_days(1)
    shop.order("hanako")
    run_plan()
    walks = {walk.journey_key: walk for walk in plan.enrolments_of(buyer)}
    assert walks["first_follow"].state == "exited"
    assert walks["first_follow"].why.ja == "2回目の購入があったため終了しました"
    assert walks["know_us"].state == "active"
    # Whoever begins at a wait stands there and has not passed it.
    first = next(node for node in plan.get_journey("know_us").nodes if node.id == "until_maker")
    assert (first.here, first.passed) == (1, 0)
    assert [view.status for view in deliver.messages_of(buyer)] == ["suppressed"]


@pytest.mark.covers("F-09")
def test_who_is_brought_it_by_subscription_is_not_asked_to_order_it_again(
    shop: Shop, run_plan: Run
) -> None:
    everyone_treated("know_us")
    numbers = {"buyer": "", "told": "S-1", "untold": "S-2", "stopped": "S-3", "tea": ""}
    for at in (NOON - timedelta(days=30), NOON + timedelta(hours=1)):
        ids = {
            who: shop.order(who, at=at, subscription_no=numbers[who], resolve=True)
            for who in numbers
        }
    for who, status, sku in (
        ("told", "active", ""),
        ("stopped", "cancelled", ""),
        ("tea", "active", "TEA"),
    ):
        intake.record_subscriptions(
            [
                SubscriptionIn(
                    source="test",
                    subscription_no=numbers[who] or "S-4",
                    sku=sku,
                    party=PartyIn(email=f"{who}@example.invalid"),
                    status=status,
                    changed_at=NOON,
                )
            ]
        )
    shop.resolve()
    for _ in range(45):
        shop.pass_days(1)
        run_plan()
    asked = {who for who, number in ids.items() if "reorder" in dict(local_days(number))}
    # A subscription to something else brings no lotion.
    assert asked == {"buyer", "stopped", "tea"}
    (why,) = [d.why.ja for d in plan.decisions_of(ids["untold"]) if "定期" in d.why.ja]
    assert why == "条件に合いました: 注文した商品の定期がはい(いまははい)"


def test_who_has_five_weeks_left_of_it_is_not_asked_to_order_it_again_yet(
    shop: Shop, run_plan: Run
) -> None:
    intake.record_products([ProductIn("LOTION", "化粧水", days_supply=60)])
    everyone_treated("know_us")
    buyer = 0
    for at in (NOON - timedelta(days=30), NOON):
        buyer = shop.order("hanako", at=at, delivered_on=at.date() + timedelta(days=2))
    for _ in range(60):
        shop.pass_days(1)
        run_plan()
    # Delivered on 3 April, used up on 2 June: five days before.
    assert dict(local_days(buyer))["reorder"] == "2026-05-28"


def test_two_orders_on_one_day_are_one_purchase(shop: Shop, run_plan: Run) -> None:
    everyone_treated()
    everyone_treated("know_us")
    buyer = shop.order("hanako", at=NOON + timedelta(minutes=5))
    shop.order("hanako", at=NOON + timedelta(minutes=9))
    shop.clock.advance(timedelta(hours=1))
    run_plan()
    assert [walk.journey_key for walk in plan.enrolments_of(buyer)] == ["first_follow"]
    assert plan.enrolments_of(buyer)[0].state == "active"


def test_repeated_runs_and_repeated_orders_enrol_once(shop: Shop, run_plan: Run) -> None:
    everyone_treated()
    buyer = shop.order("hanako", order_no="A1")
    run_plan()
    shop.order("hanako", order_no="A1", shipped_on=date(2026, 4, 2))
    assert run_plan() > 0
    intake.touch_orders_of_parties(
        [order.party_id for order in intake.list_orders_after(0, 9) if order.party_id]
    )
    run_plan()
    assert len(plan.enrolments_of(buyer)) == 1
    assert len(deliver.messages_of(buyer)) == 1


def test_an_order_nobody_is_recognised_for_waits_and_is_not_lost(shop: Shop, run_plan: Run) -> None:
    everyone_treated()
    early = shop.order("early")
    run_plan()
    shop.order("late", resolve=False)
    # A later order of somebody known must not carry the cursor past the one that waits.
    shop.order("early", at=NOON + timedelta(minutes=1), resolve=False)
    run_plan()
    assert len(plan.enrolments_of(early)) == 1
    assert Enrolment.objects.count() == 1
    shop.resolve()
    run_plan()
    assert Enrolment.objects.count() == 2


def test_orders_before_the_journey_went_live_start_nothing(shop: Shop, run_plan: Run) -> None:
    old = shop.order("old", at=NOON - timedelta(days=2))
    everyone_treated()
    late_news = shop.order("late", at=NOON - timedelta(days=1))
    run_plan()
    assert plan.enrolments_of(old) == plan.enrolments_of(late_news) == []


def test_a_cancelled_order_ends_the_walk(shop: Shop, run_plan: Run) -> None:
    everyone_treated()
    buyer = shop.order("hanako", order_no="A1")
    run_plan()
    shop.order("hanako", order_no="A1", status="cancelled")
    run_plan()
    assert (
        plan.enrolments_of(buyer)[0].why.ja
        == "きっかけの注文が取り消しか返品になったため終了しました"
    )


def test_the_true_day_of_delivery_moves_the_steps(shop: Shop, run_plan: Run) -> None:
    everyone_treated()
    buyer = shop.order("hanako", order_no="A1")
    run_plan()
    # Unknown: order + 1 day to ship + 2 to deliver, then the step one day later.
    assert plan.enrolments_of(buyer)[0].due_at.date() == date(2026, 4, 5)
    shop.order("hanako", order_no="A1", shipped_on=date(2026, 4, 6), delivered_on=date(2026, 4, 9))
    run_plan()
    assert plan.enrolments_of(buyer)[0].due_at.date() == date(2026, 4, 10)
    assert plan.enrolments_of(buyer)[0].anchor_on == date(2026, 4, 9)


def test_people_held_out_get_a_row_that_says_so_and_nothing_else(shop: Shop, run_plan: Run) -> None:
    plan.activate("first_follow", now=NOON, holdout_share=0.9)
    people = [shop.order(f"p{number}") for number in range(30)]
    for _ in range(6):
        run_plan()
        shop.pass_days(1)
    experiment = plan.get_journey("first_follow")
    arms = measure.assign(measure.list_experiments()[0].id, people, NOON)
    assert experiment.held_out == sum(arm.value == "holdout" for arm in arms.values()) > 10
    for person in people:
        statuses = {view.status for view in deliver.messages_of(person)}
        assert statuses == ({"held_out"} if arms[person].value == "holdout" else {"planned"})
    counted = deliver.audience("journey", None)
    assert counted["audience"] == sum(n for name, n in counted.items() if name != "audience") > 30


@pytest.mark.covers("C-15")
def test_selling_to_first_time_buyers_early_cannot_go_live_without_a_reason(shop: Shop) -> None:
    nodes = "  - {id: offer, send: {template: know_us_reorder%s}}\n  - {id: end, exit: {}}\n"
    plan.save_definition(source_of(nodes % ""), now=NOON)
    with pytest.raises(plan.DefinitionError) as refused:
        plan.activate("tiny", now=NOON)
    assert "offer" in refused.value.message.ja
    assert plan.get_journey("tiny").status == "draft"
    assert measure.list_experiments() == []
    put_live(source_of(nodes % ", override_reason: 店長の判断"))
    assert plan.get_journey("tiny").status == "live"
    # A live journey cannot be changed into one that sells early either.
    with pytest.raises(plan.DefinitionError):
        plan.save_definition(source_of(nodes % ""), now=NOON)
    assert plan.get_journey("tiny").version == 2


@pytest.mark.covers("B-10")
def test_people_stay_on_the_edition_they_entered(shop: Shop, run_plan: Run) -> None:
    put_live(TWO_STEPS)
    first = shop.order("first")
    run_plan()
    edited = TWO_STEPS.replace("until_3, wait: {day: 3}", "until_3, wait: {day: 30}")
    plan.save_definition(edited, now=shop.now)
    second = shop.order("second")
    run_plan()
    assert [walk.version for walk in plan.enrolments_of(first)] == [1]
    assert [walk.version for walk in plan.enrolments_of(second)] == [2]
    assert plan.enrolments_of(first)[0].due_at.date() == date(2026, 4, 4)
    assert plan.enrolments_of(second)[0].due_at.date() == date(2026, 5, 1)


def test_a_pause_keeps_the_experiment_and_a_finish_ends_it_so_the_next_start_asks_anew(
    shop: Shop, run_plan: Run
) -> None:
    plan.activate("first_follow", now=NOON, holdout_share=0.5)
    people = [shop.order(f"p{number}") for number in range(40)]
    run_plan()
    plan.pause("first_follow", now=shop.now)
    plan.activate("first_follow", now=shop.now)
    (first,) = measure.list_experiments()
    assert (first.ended_at, plan.get_journey("first_follow").is_measured) == (None, True)
    shop.pass_days(1)
    plan.finish("first_follow", now=shop.now)
    stopped = plan.get_journey("first_follow")
    assert (stopped.status, stopped.is_measured) == ("paused", False)
    assert measure.get_experiment(first.id).ended_at == shop.now
    ends = [(walk.state, walk.ended_at) for one in people for walk in plan.enrolments_of(one)]
    assert ends == [("exited", shop.now)] * 40
    assert "終えたため" in plan.enrolments_of(people[0])[0].why.ja
    assert plan.decisions_of(people[0])[0].action == "exited"
    plan.finish("first_follow", now=shop.now + timedelta(days=9))
    assert measure.get_experiment(first.id).ended_at == shop.now
    # The ended experiment fixed its share; the next one may have another, and its own arms.
    plan.activate("first_follow", now=shop.now, holdout_share=0.4)
    again = plan.get_journey("first_follow")
    assert (again.is_measured, again.holdout_share) == (True, 0.4)
    assert again.experiment_key == "journey:first_follow:2"
    second = measure.list_experiments()[1]
    arms = measure.assign(first.id, people, NOON)
    assert measure.assign(second.id, people, shop.now) != arms
    assert measure.assign(first.id, people, NOON) == arms


def test_a_live_journey_whose_experiment_ended_leaves_nobody_out(shop: Shop, run_plan: Run) -> None:
    plan.activate("first_follow", now=NOON, holdout_share=0.9)
    measure.end_experiment(measure.list_experiments()[0].id, NOON)
    people = [shop.order(f"p{number}") for number in range(10)]
    run_plan()
    assert {plan.enrolments_of(person)[0].arm for person in people} == {"treated"}
    assert plan.get_journey("first_follow").holdout_share == 0


def test_a_paused_journey_does_nothing_and_calls_back_what_waits(shop: Shop, run_plan: Run) -> None:
    put_live(TWO_STEPS)
    buyer = shop.order("hanako")
    run_plan()
    plan.pause("tiny")
    # Another journey that lives on does not carry the paused one along.
    everyone_treated()
    assert [view.status for view in deliver.messages_of(buyer)] == ["suppressed"]
    shop.pass_days(10)
    newcomer = shop.order("taro")
    run_plan()
    assert [walk.journey_key for walk in plan.enrolments_of(newcomer)] == ["first_follow"]
    assert [walk.node for walk in plan.enrolments_of(buyer)] == ["until_3"]
    # Live again: the step whose day passed meanwhile is dropped, and nobody enters for the past.
    plan.activate("tiny", now=shop.now)
    run_plan()
    assert [decision.action for decision in plan.decisions_of(buyer)][:2] == ["exited", "skipped"]
    assert len(deliver.messages_of(buyer)) == 1


def test_installing_the_playbooks_again_changes_nothing(shop: Shop) -> None:
    before = [(view.key, view.version, view.status) for view in plan.list_journeys()]
    templates = plan.list_templates()
    plan.install_playbooks(shop.now)
    assert [(view.key, view.version, view.status) for view in plan.list_journeys()] == before
    assert before == [
        ("after_one_delivery", 1, "draft"),
        ("after_two_singles", 1, "draft"),
        ("before_fourth", 1, "draft"),
        ("cart", 1, "draft"),
        ("first_follow", 1, "draft"),
        ("know_us", 1, "draft"),
        ("lead_follow", 1, "draft"),
        ("runs_out", 1, "draft"),
        ("trial_to_full", 1, "draft"),
        ("value_for_money", 1, "draft"),
        ("vip_invitation", 1, "draft"),
        ("vip_welcome", 1, "draft"),
        ("welcome_back", 1, "draft"),
        ("win_back", 1, "draft"),
    ]
    assert plan.list_templates() == templates


def test_a_batch_that_breaks_half_way_leaves_nothing_and_the_next_run_does_it_all(
    shop: Shop, run_plan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone_treated()
    people = [shop.order(f"p{number}") for number in range(20)]
    enrolling.enrol_from_orders(shop.now, 1000)
    before = list(Enrolment.objects.order_by("id").values())

    def die(groups: Iterable[Any], now: datetime) -> int:
        assert submit(groups, now) == 20
        raise KeyboardInterrupt

    submit = deliver.submit_to_many
    monkeypatch.setattr(deliver, "submit_to_many", die)
    with pytest.raises(KeyboardInterrupt):
        advancing.advance_due(shop.now, 1000)
    assert list(Enrolment.objects.order_by("id").values()) == before
    assert deliver.audience()["audience"] == 0
    assert set(Decision.objects.values_list("action", flat=True)) == {"entered"}
    monkeypatch.undo()
    run_plan()
    assert [len(deliver.messages_of(person)) for person in people] == [1] * 20


def test_a_kill_while_enrolling_leaves_the_cursor_and_nobody_half_enrolled(
    shop: Shop, run_plan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone_treated()
    for number in range(5):
        shop.order(f"p{number}")
    cursor = store.live_journeys()[0].cursor

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "insert_decisions", die)
    with pytest.raises(KeyboardInterrupt):
        enrolling.enrol_from_orders(shop.now, 1000)
    monkeypatch.undo()
    assert store.live_journeys()[0].cursor == cursor
    assert Enrolment.objects.count() == 0
    run_plan()
    assert Enrolment.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_message_once(shop: Shop, tmp_path: Path) -> None:
    everyone_treated()
    for number in range(60):
        shop.order(f"p{number}", resolve=False)
    shop.resolve()
    with database_that_threads_share(tmp_path / "shared.db"):
        barrier = threading.Barrier(2)
        failures: list[BaseException] = []

        def work() -> None:
            try:
                barrier.wait()
                idle = 0
                while idle < 3:
                    done = sum(duty.run(NOON) for duty in duties(batch=7))
                    idle = 0 if done else idle + 1
            except BaseException as error:
                failures.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert Enrolment.objects.count() == 60
        assert deliver.audience()["planned"] == deliver.audience()["audience"] == 60
        assert Decision.objects.filter(action="sent").count() == 60


def test_half_a_year_of_silence_asks_first_and_offers_last(shop: Shop, run_plan: Run) -> None:
    start = NOON - timedelta(days=178)
    silent = shop.order("silent", at=start)
    lost = shop.order("lost", at=start - timedelta(days=200))
    came_back = shop.order("back", at=start)
    for customer_id, at in (
        (silent, start),
        (lost, start - timedelta(days=200)),
        (came_back, start),
    ):
        know(customer_id, at.date())
    everyone_treated("welcome_back")
    assert run_plan() == 0
    shop.pass_days(1)
    # Insight is a night old and does not know of this purchase; the history does.
    shop.order("back")
    for _ in range(90):
        shop.pass_days(1)
        run_plan()
    assert local_days(silent) == [
        ("how_are_you", "2026-04-03"),
        ("news", "2026-05-03"),
        ("invitation", "2026-05-28"),
    ]
    kinds = [view.content_kind for view in reversed(deliver.messages_of(silent))]
    assert sorted(kinds) == ["sales", "useful", "useful"]
    # Shipped playbooks promise nothing that the shop did not set up.
    assert rewards.balance_of(silent) == 0
    assert plan.enrolments_of(silent)[0].why.ja == "お買い物のないまま期間を終えました"
    # Whoever passed 180 days before the journey went live is not written to for the past.
    assert plan.enrolments_of(lost) == []
    assert plan.enrolments_of(came_back) == []


def test_the_reentry_rule_forbids_a_second_walk_until_its_days_have_passed() -> None:
    day = date(2026, 4, 1)
    entry = Entry(70, "recency:2026-04-01", None, day, day, NOON, {})
    before = Earlier(70, "recency:2025-09-01", NOON - timedelta(days=100), False)
    assert choose_entries([entry], [before], 200, NOON) == []
    assert choose_entries([entry], [before], None, NOON) == []
    assert choose_entries([entry, entry], [before], 100, NOON) == [entry]
    assert choose_entries([entry], [before._replace(is_active=True)], 100, NOON) == []
    same = before._replace(trigger_key=entry.trigger_key)
    assert choose_entries([entry], [same], 1, NOON) == []


def test_a_low_score_is_answered_in_person_and_nothing_else_follows(
    shop: Shop, run_plan: Run
) -> None:
    everyone_treated()
    unhappy = shop.order("unhappy", delivered_on=date(2026, 4, 1))
    happy = shop.order("happy", delivered_on=date(2026, 4, 1))
    for day in range(20):
        run_plan()
        if day == 8:
            answer(unhappy, 1, shop.now)
            answer(happy, 5, shop.now)
        shop.pass_days(1)
    assert [node for node, _ in local_days(unhappy)][-2:] == ["question", "care"]
    assert [node for node, _ in local_days(happy)][-2:] == ["knowledge", "voices"]
    why = [d.why.ja for d in plan.decisions_of(unhappy) if d.action == "branched"]
    assert why == ["条件に合いました: 満足度が2以下(いまは1)"]


def answer(customer_id: int, score: int, at: datetime) -> None:
    link = listen.question_link(
        customer_id, "satisfaction", "https://shop.example", settings.SECRET_KEY
    )
    listen.record_answer(token_in(link), score, "", at)


def test_nothing_is_sold_to_somebody_whose_low_score_nobody_has_dealt_with(
    shop: Shop, run_plan: Run
) -> None:
    put_live(
        source_of(
            """
  - {id: until_20, wait: {day: 20}}
  - {id: offer, send: {template: know_us_reorder}}
  - {id: news, send: {template: know_us_maker}}
  - {id: end, exit: {}}
"""
        )
    )
    people = {name: shop.order(name) for name in ("unhappy", "helped", "happy", "silent")}
    run_plan()
    shop.pass_days(10)
    for name, score in (("unhappy", 2), ("helped", 1), ("happy", 5)):
        answer(people[name], score, shop.now)
    [low] = listen.answers_of(people["helped"])
    listen.mark_handled(low.id, by="店長", note="お電話しました", at=shop.now)
    shop.pass_days(10)
    run_plan()
    got = {
        name: [node for node, _ in sorted(local_days(person))] for name, person in people.items()
    }
    both = ["news", "offer"]
    assert got == {"unhappy": ["news"], "helped": both, "happy": both, "silent": both}
    skipped = [d for d in plan.decisions_of(people["unhappy"]) if d.action == "skipped"]
    assert [decision.node for decision in skipped] == ["offer"]
    assert "対応がまだ済んでいない" in skipped[0].why.ja
    assert "low score" in skipped[0].why.en


def test_the_link_in_a_mail_opens_the_question_once_for_each_order(
    shop: Shop, run_plan: Run
) -> None:
    buyer = shop.order("hanako")
    shop.order("hanako", at=NOON - timedelta(days=90))
    order_ids = [item.order_id for item in customers.purchase_history([buyer])[buyer]]
    renderer = plan.PlanRenderer(settings.SECRET_KEY, "https://shop.example")
    mails = renderer.render(
        [
            RenderTask(number, buyer, "first_follow_question", 1, {"order_id": number})
            for number in order_ids
        ]
    )
    tokens = []
    for mail, order_id in zip(mails, order_ids, strict=True):
        [found] = re.findall(r"https://shop\.example/q/([^\s/]+)/", mail.body_text)
        assert f"/q/{found}/" in mail.body_html
        question = listen.find_question(found)
        assert question is not None
        assert (question.key, question.subject) == ("satisfaction", f"order:{order_id}")
        tokens.append(found)
    listen.record_answer(tokens[0], 4, "", shop.now)
    listen.record_answer(tokens[1], 5, "", shop.now)
    assert len(listen.answers_of(buyer)) == 2
    forged = plan.PlanRenderer("another secret", "https://shop.example")
    [mail] = forged.render([RenderTask(1, buyer, "first_follow_question", 1, {"order_id": 1})])
    assert listen.find_question(token_in(mail.body_text.split("/q/")[1].split()[0])) is None


def token_in(link: str) -> str:
    return link.rstrip("/").rsplit("/", 1)[-1]


def test_deliver_gets_words_for_each_message_and_an_error_for_a_broken_one(
    shop: Shop, run_plan: Run
) -> None:
    everyone_treated()
    buyer = shop.order("hanako")
    run_plan()
    order_id = customers.purchase_history([buyer])[buyer][0].order_id
    tasks = [
        RenderTask(1, buyer, "first_follow_question", 1, {"order_id": order_id}),
        RenderTask(2, buyer, "first_follow_thanks", 9, {}),
        RenderTask(3, buyer, "first_follow_thanks", 1, {"order_id": order_id}),
    ]
    asked, missing, thanks = plan.PlanRenderer("secret", "https://shop.example").render(tasks)
    assert "https://shop.example/" in asked.body_text
    assert 'href="https://shop.example/' in asked.body_html
    assert (asked.asks, thanks.asks) == (True, False)
    assert missing.error is not None
    assert "第9版" in missing.error.ja
    assert thanks.subject == "山田 様、化粧水をお選びくださりありがとうございます"
    assert "肌日和" in thanks.body_text
    preview = plan.preview("first_follow_thanks", buyer)
    assert preview.subject == thanks.subject


def test_the_flow_shows_who_stands_where(shop: Shop, run_plan: Run) -> None:
    everyone_treated()
    for number in range(3):
        shop.order(f"p{number}")
    run_plan()
    nodes = {node.id: node for node in plan.get_journey("first_follow").nodes}
    assert (nodes["thanks"].passed, nodes["until_arrival"].here) == (3, 3)
    assert (nodes["until_arrival"].passed, nodes["arrival"].passed) == (0, 0)
    assert nodes["thanks"].messages == {"planned": 3}
    assert nodes["is_content"].next[0][0] == "care"
    seen = plan.get_journey("first_follow")
    assert (seen.entered, seen.active, seen.held_out, seen.reached_goal) == (3, 3, 0, 0)


def test_a_shop_that_sends_in_its_own_name_signs_once(shop: Shop) -> None:
    buyer = shop.order("hanako")
    known = {spec.key: spec for spec in specs_of(ShopProfile).values()}
    save(known, {"shop.sender_name": "肌日和"})
    for key in ("first_follow_thanks", "first_follow_care", "welcome_back_how_are_you"):
        words = plan.preview(key, buyer)
        assert words.body_text.rstrip().endswith("\n肌日和")
        assert "肌日和\n肌日和" not in words.body_text
        assert "肌日和<br>\n肌日和" not in words.body_html
    save(known, {"shop.sender_name": "肌日和 佐藤"})
    words = plan.preview("first_follow_thanks", buyer)
    assert words.body_text.rstrip().endswith("肌日和\n肌日和 佐藤")


@pytest.mark.parametrize(("counts", "started_by"), [(True, "A1"), (False, "A2")])
def test_a_trial_is_a_first_purchase_only_where_the_shop_counts_trials(
    shop: Shop, run_plan: Run, counts: bool, started_by: str
) -> None:
    known = {spec.key: spec for spec in specs_of(LifecycleRules).values()}
    save(known, {"count_trial": counts})
    intake.record_products([ProductIn("TRIAL", "お試しセット", is_trial=True)])
    everyone_treated()
    buyer = shop.order("hanako", order_no="A1", sku="TRIAL")
    run_plan()
    shop.pass_days(1)
    shop.order("hanako", order_no="A2")
    run_plan()
    [begun] = [d for d in plan.decisions_of(buyer) if d.action == "entered"]
    assert begun.why.ja == f"1回目の購入(注文番号 {started_by})があったため始めました"
    ended = [d.why.ja for d in plan.decisions_of(buyer) if d.action == "exited"]
    assert ended == (["2回目の購入があったため終了しました"] if counts else [])
