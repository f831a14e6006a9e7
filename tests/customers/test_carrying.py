"""A merge carries everything and breaks nothing, and an undo gives it all back."""

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from okaeri.customers import api as customers
from okaeri.customers import duties as customer_duties
from okaeri.customers.models import MatchCandidate
from okaeri.deliver import api as deliver
from okaeri.deliver import duties as deliver_duties
from okaeri.deliver.types import Accepted, Gate, Outcome, Outgoing
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import open_warehouse
from okaeri.foundation.work.loop import WorkLoop
from okaeri.insight import api as insight
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri.measure import api as measure
from okaeri.measure.models import Assignment
from okaeri.measure.types import Arm
from okaeri.plan import api as plan
from okaeri.plan import duties as plan_duties
from okaeri.plan.models import Enrolment
from okaeri.rewards import api as rewards
from tests.deliver.shop import LINKS, EchoRenderer
from tests.plan.conftest import NOON, Shop, shop
from tests.plan.journeys_for_tests import source_of

__all__ = ["shop"]
pytestmark = pytest.mark.django_db
JOURNEY = source_of(
    """
  - {id: hello, send: {template: first_follow_thanks}}
  - {id: until_3, wait: {day: 3}}
  - {id: more, send: {template: first_follow_how_to}}
  - {id: until_20, wait: {day: 20}}
  - {id: end, exit: {}}
"""
)


class Post:
    """A channel that takes everything and remembers to whom it went, and who was who at that time."""

    kind = "email"

    def __init__(self) -> None:
        self.sent: list[tuple[int, str, str]] = []
        self.doubled: list[str] = []

    def send_batch(self, batch: list[Outgoing], on_phase: Gate) -> Iterator[tuple[int, Outcome]]:
        for message in batch:
            if on_phase([message.message_id], "data_sent"):
                self._note(message)
                yield message.message_id, Accepted("ok")

    def find_accepted(self, keys: Sequence[str]) -> set[str] | None:
        return None

    def _note(self, message: Outgoing) -> None:
        part = deliver.get_message(message.message_id).source_part
        ids = customers.ids_of(message.customer_id)
        for earlier, step, address in self.sent:
            if step == part and (earlier in ids or address == message.address):
                self.doubled.append(f"{part} to {earlier} and {message.customer_id} of {ids}")
        self.sent.append((message.customer_id, part, message.address))


class World:
    """A shop with one journey, two steps in three days, and people who may turn out to be one."""

    def __init__(self, shop: Shop, holdout_share: float = 0.0) -> None:
        self.shop = shop
        self.post = Post()
        self.key = plan.save_definition(JOURNEY, now=NOON).key
        plan.activate(self.key, now=NOON, holdout_share=holdout_share)
        self.people: list[int] = []
        self.merges: list[int] = []
        self._orders = 0
        self._loop = WorkLoop(
            [
                *customer_duties.duties(),
                *plan_duties.duties(batch=50),
                *deliver_duties.duties(
                    renderer=EchoRenderer(), channels={"email": self.post}, links=LINKS
                ),
            ]
        )

    def buyer(self) -> int:
        name = f"p{len(self.people)}"
        self.people.append(self.shop.order(name))
        return self.people[-1]

    def buy_again(self, place: int) -> None:
        self._orders += 1
        party = PartyIn(email=f"p{place}@example.invalid", email_opt_in=True)
        lines = (LineIn("LOTION", "化粧水", 1, 5000, 5000),)
        order = OrderIn("test", f"B{self._orders}", self.shop.now, "accepted", party, lines)
        intake.record_orders([order])

    def merge(self, one: int, other: int) -> int:
        left, right = sorted(customers.roots_of((one, other)).values())
        candidate = MatchCandidate.objects.create(
            left_id=left, right_id=right, probability=0.9, evidence=[], found_at=self.shop.now
        )
        self.merges.append(customers.merge_candidate(candidate.pk, "mari"))
        candidate.delete()
        return self.merges[-1]

    def undo(self) -> None:
        customers.undo_merge(self.merges.pop(), "mari")

    def plan_only(self) -> None:
        """Let journeys ask for messages, and nothing leave."""
        WorkLoop([*customer_duties.duties(), *plan_duties.duties(batch=50)]).run_until_idle()

    def days(self, count: int) -> None:
        for _ in range(count):
            self._loop.run_until_idle()
            self.shop.pass_days(1)
        self._loop.run_until_idle()


@pytest.fixture
def world(shop: Shop) -> World:
    return World(shop)


def parts(post: Post) -> list[str]:
    return sorted(part for _, part, _ in post.sent)


def test_nothing_in_flight_is_doubled_and_the_later_walk_ends(world: World) -> None:
    first, second = world.buyer(), world.buyer()
    world.plan_only()
    world.merge(first, second)
    world.days(5)
    assert parts(world.post) == ["hello", "more"]
    walks = plan.enrolments_of(second)
    assert walks == plan.enrolments_of(first)
    assert sorted(walk.state for walk in walks) == ["active", "exited"]
    [ended] = [walk for walk in walks if walk.state == "exited"]
    assert "同じ方" in ended.why.ja


def test_two_messages_that_wait_when_the_merge_comes_leave_once(world: World) -> None:
    first, second = world.buyer(), world.buyer()
    world.plan_only()
    world.merge(first, second)
    # The worker that sends is quicker than the one that follows merges.
    sending = deliver_duties.duties(
        renderer=EchoRenderer(), channels={"email": world.post}, links=LINKS
    )
    WorkLoop(list(sending)).run_until_idle()
    assert parts(world.post) == ["hello"]
    statuses = sorted(view.status for view in deliver.messages_of(first))
    assert statuses == ["accepted", "suppressed"]


def test_an_undo_lets_the_ended_walk_go_on_from_where_it_stood(world: World) -> None:
    first, second = world.buyer(), world.buyer()
    world.days(1)
    world.merge(first, second)
    world.days(1)
    assert Enrolment.objects.filter(state="active").count() == 1
    world.undo()
    world.days(3)
    assert Enrolment.objects.filter(state="active").count() == 2
    assert parts(world.post) == ["hello", "hello", "more", "more"]
    assert {who for who, _, _ in world.post.sent} == {first, second}
    assert world.post.doubled == []


@pytest.mark.parametrize("stop", [plan.pause, plan.finish])
def test_an_undo_revives_no_letter_of_a_journey_that_was_stopped(world: World, stop: Any) -> None:
    first, second = world.buyer(), world.buyer()
    world.plan_only()
    world.merge(first, second)
    world.plan_only()
    (key,) = {walk.journey_key for one in (first, second) for walk in plan.enrolments_of(one)}
    stop(key, now=world.shop.now)
    world.undo()
    world.days(3)
    assert parts(world.post) == []
    states = set(Enrolment.objects.values_list("state", flat=True))
    assert states == ({"exited"} if stop is plan.finish else {"active"})


def test_what_a_merge_called_back_is_planned_again_by_an_undo(world: World) -> None:
    first, second = world.buyer(), world.buyer()
    world.plan_only()
    world.merge(first, second)
    world.plan_only()
    assert sorted(v.status for v in deliver.messages_of(first)) == ["planned", "suppressed"]
    world.undo()
    world.plan_only()
    for person in (first, second):
        assert [view.status for view in deliver.messages_of(person)] == ["planned"]


def test_points_of_both_are_one_balance_and_two_again(world: World) -> None:
    first, second = world.buyer(), world.buyer()
    for person, points in ((first, 300), (second, 50)):
        rewards.grant_points(person, points, key=f"k{person}", reason="お礼", at=NOON)
    world.merge(first, second)
    rewards.grant_points(first, 7, key="together", reason="お礼", at=NOON)
    assert rewards.balance_of(first) == rewards.balance_of(second) == 357
    assert len(rewards.entries_of(second)) == 3
    assert rewards.trial_balance() == 0
    world.undo()
    assert (rewards.balance_of(first), rewards.balance_of(second)) == (307, 50)
    assert rewards.trial_balance() == 0


@pytest.mark.parametrize("who_refused", [0, 1])
def test_the_refusal_of_either_stands_and_an_undo_gives_each_his_own_word(
    world: World, who_refused: int
) -> None:
    people = [world.buyer(), world.buyer()]
    say(people[who_refused], "withdrawn", world)
    world.shop.pass_days(1)
    say(people[1 - who_refused], "granted", world)
    world.merge(*people)
    assert consent_of(people[0]) == consent_of(people[1]) == "withdrawn"
    world.undo()
    assert consent_of(people[who_refused]) == "withdrawn"
    assert consent_of(people[1 - who_refused]) == "granted"


def test_a_blocked_address_stays_blocked_and_a_new_word_of_the_person_counts(world: World) -> None:
    first, second = world.buyer(), world.buyer()
    customers.suppress("email", "p0@example.invalid", "complaint", NOON)
    say(second, "withdrawn", world)
    world.merge(first, second)
    world.shop.pass_days(1)
    say(first, "granted", world)
    [point] = customers.contact_points_of(first)
    assert (point.address, point.consent) == ("p0@example.invalid", "granted")
    assert not point.may_be_written


def say(person: int, action: str, world: World) -> None:
    customers.record_consent(
        person,
        channel="email",
        action=action,
        basis="opt_in",
        source="form",
        occurred_at=world.shop.now,
    )


def consent_of(person: int) -> str:
    return customers.contact_points_of(person)[0].consent


def arms_given(experiment_id: int, **arms: Arm) -> None:
    Assignment.objects.filter(experiment_id=experiment_id).delete()
    Assignment.objects.bulk_create(
        Assignment(experiment_id=experiment_id, customer_id=int(who[1:]), arm=arm, assigned_at=NOON)
        for who, arm in arms.items()
    )


def test_two_arms_of_one_person_are_compared_with_nobody_and_none_is_changed(
    world: World, data_dir: Any
) -> None:
    same, other, third = world.buyer(), world.buyer(), world.buyer()
    experiment = measure.ensure_experiment(
        key="e", name=Text("a", "a"), hypothesis=Text("b", "b"), holdout_share=0.5, window_days=30,
        source_kind="journey", source_id=1, started_at=NOON,
    )  # fmt: skip
    given_arms = {same: Arm.TREATED, other: Arm.TREATED, third: Arm.HOLDOUT}
    arms_given(experiment.id, **{f"c{who}": arm for who, arm in given_arms.items()})
    world.shop.pass_days(2)
    with closing(open_warehouse(data_dir / "warehouse")) as warehouse:
        insight.sync_warehouse(warehouse)

        def figures() -> tuple[int, int, int]:
            insight.sync_warehouse(warehouse)
            found = measure.evaluate(
                experiment.id, warehouse=warehouse, as_of=world.shop.now.date()
            )
            metric = found.metrics[0]
            return metric.treated.customers, metric.holdout.customers, found.mixed

        assert figures() == (2, 1, 0)
        world.merge(same, other)
        assert figures() == (1, 1, 0)
        world.merge(same, third)
        assert figures() == (0, 0, 1)
        assert dict(Assignment.objects.filter(experiment=experiment.id).values_list(
            "customer_id", "arm"
        )) == given_arms  # fmt: skip
        world.undo()
        assert figures() == (1, 1, 0)


def test_who_had_an_arm_under_another_id_keeps_it(world: World) -> None:
    experiment = measure.ensure_experiment(
        key="e", name=Text("a", "a"), hypothesis=Text("b", "b"), holdout_share=0.0, window_days=30,
        source_kind="journey", source_id=1, started_at=NOON,
    )  # fmt: skip
    first, second = world.buyer(), world.buyer()
    arms_given(experiment.id, **{f"c{second}": Arm.HOLDOUT})
    world.merge(first, second)
    # Also where the experiment has ended by then: his window is still open.
    measure.end_experiment(experiment.id, NOON)
    assert measure.assign(experiment.id, [first], NOON) == {first: Arm.HOLDOUT}
    later = NOON + timedelta(days=31)
    assert measure.assign(experiment.id, [first], later) == {first: Arm.TREATED}


def test_who_has_an_arm_under_another_id_gets_no_second(world: World) -> None:
    experiment = measure.ensure_experiment(
        key="e", name=Text("a", "a"), hypothesis=Text("b", "b"), holdout_share=0.0, window_days=30,
        source_kind="journey", source_id=1, started_at=NOON,
    )  # fmt: skip
    first, second = world.buyer(), world.buyer()
    arms_given(experiment.id, **{f"c{second}": Arm.HOLDOUT})
    world.merge(first, second)
    assert measure.assign(experiment.id, [first], NOON) == {first: Arm.HOLDOUT}


class _TakenBack(Exception):
    pass


_STEP = st.one_of(
    st.tuples(st.just("buyer")),
    st.tuples(st.just("again"), st.integers(0, 3)),
    st.tuples(st.just("merge"), st.integers(0, 3), st.integers(0, 3)),
    st.tuples(st.just("undo")),
    st.tuples(st.sampled_from(["granted", "withdrawn"]), st.integers(0, 3)),
    st.tuples(st.just("points"), st.integers(0, 3)),
    st.tuples(st.just("days"), st.integers(1, 3)),
)


@pytest.mark.slow
@settings(
    max_examples=25,
    # An example takes a second; shrinking one takes many.
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(_STEP, min_size=4, max_size=14))
def test_whatever_is_joined_and_taken_apart_the_promises_hold(
    shop: Shop,
    steps: list[tuple[Any, ...]],
) -> None:
    with suppress(_TakenBack), transaction.atomic():
        world = World(shop)
        world.buyer(), world.buyer()
        for number, step in enumerate(steps):
            _take(world, step, number)
            _check(world)
        world.days(5)
        _check(world)
        raise _TakenBack


def _take(world: World, step: tuple[Any, ...], number: int) -> None:
    people = world.people
    kind = step[0]
    if kind == "buyer" and len(people) < 4:
        world.buyer()
    elif kind == "again" and step[1] < len(people):
        world.buy_again(step[1])
    elif kind == "merge" and max(step[1:]) < len(people):
        roots = customers.roots_of(people)
        one, other = sorted((roots[people[step[1]]], roots[people[step[2]]]))
        if one != other:
            before = (consent_of(one), consent_of(other))
            world.merge(one, other)
            if "withdrawn" in before:
                assert consent_of(one) == "withdrawn"
            if "granted" not in before:
                assert consent_of(one) != "granted"
    elif kind == "undo" and world.merges:
        world.undo()
    elif kind in ("granted", "withdrawn") and step[1] < len(people):
        say(people[step[1]], kind, world)
    elif kind == "points" and step[1] < len(people):
        rewards.grant_points(people[step[1]], 10, key=f"p{number}", reason="お礼", at=NOON)
    elif kind == "days":
        world.days(step[1])


def _check(world: World) -> None:
    assert world.post.doubled == []
    assert rewards.trial_balance() == 0
    roots = set(customers.roots_of(world.people).values())
    assert sum(rewards.balance_of(root) for root in roots) == rewards.outstanding_points()
    counts = deliver.audience()
    assert counts.pop("audience") == sum(counts.values())
