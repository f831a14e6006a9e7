"""What each step does to a walk, as a table of pure cases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okaeri.foundation.text import Text
from okaeri.insight.types import CustomerInsightView, FreshnessBand, Stage
from okaeri.plan.domain import advance as engine
from okaeri.plan.domain.advance import Advanced, Missing
from okaeri.plan.domain.conditions import store_conditions
from okaeri.plan.domain.facts import Facts, Walk
from okaeri.plan.domain.reasons import put_into_words
from okaeri.plan.journeys.definition import Definition, read
from okaeri.plan.journeys.step import GrantPoints, SendMessage, start_of_day
from tests.plan.journeys_for_tests import (
    HEADER,
    START,
    TOKYO,
    definition_of,
    facts,
    source_of,
    walk_at,
)

FOLLOW = """
  - {id: thanks, send: {template: t1}}
  - {id: until_3, wait: {day: 3}}
  - {id: how_to, send: {template: t2}}
  - {id: until_7, wait: {day: 7}}
  - {id: ask, send: {template: t3, grace_days: 1}}
  - {id: end, exit: {}}
"""


def advance(definition: Definition, walk: Walk, known: Facts, now: datetime) -> Advanced:
    """Advance with every fact loaded."""
    result = engine.advance(definition, walk, known, now)
    assert isinstance(result, Advanced)
    return result


def taken(result: Advanced) -> list[tuple[str, str, str]]:
    """Node, action and reason code of each decision."""
    return [(one.node, one.action, one.why["code"]) for one in result.decisions]


def insight(**changes: Any) -> CustomerInsightView:
    values: dict[str, Any] = {
        "customer_id": 70,
        "as_of": date(2026, 4, 1),
        "stage": Stage.FIRST,
        "is_lapsed": False,
        "is_at_risk": False,
        "is_f2_late": False,
        "is_revived": False,
        "purchase_count": 1,
        "order_count": 1,
        "first_on": date(2026, 4, 1),
        "second_on": None,
        "last_on": date(2026, 4, 1),
        "tenure_days": 0,
        "recency_days": 0,
        "net_minor": 5000,
        "net_12m_minor": 5000,
        "r_rank": 5,
        "f_rank": 1,
        "m_rank": 1,
        "cycle_days": None,
        "freshness": 100.0,
        "freshness_band": FreshnessBand.FRESH,
    }
    return CustomerInsightView(**{**values, **changes})


def test_a_new_walk_sends_its_first_message_and_waits_for_its_day() -> None:
    result = advance(definition_of(FOLLOW), walk_at("thanks"), facts(), START)
    assert result.commands == (
        SendMessage("thanks", "t1", START, START.date(), START + timedelta(days=3), False),
    )
    assert taken(result) == [("thanks", "sent", "sent"), ("until_3", "waited", "waiting")]
    assert (result.walk.node, result.walk.due_at) == ("until_3", START + timedelta(days=3))


def test_a_walk_that_is_woken_early_stays_where_it_is_without_a_new_decision() -> None:
    midnight = datetime(2026, 3, 31, 15, 0, tzinfo=UTC)
    walk = walk_at("until_3", due_at=START, arrived_at=midnight)
    result = advance(definition_of(FOLLOW), walk, facts(), START + timedelta(days=1))
    assert result == Advanced(walk._replace(due_at=START + timedelta(days=3)), (), ())


def test_waits_count_from_the_anchor_as_it_is_known_now() -> None:
    later = facts(anchor_on=date(2026, 4, 5))
    result = advance(definition_of(FOLLOW), walk_at("until_3"), later, START + timedelta(days=3))
    assert result.walk.due_at == START + timedelta(days=7)
    assert result.walk.anchor_on == date(2026, 4, 5)


def test_steps_missed_while_nothing_ran_are_dropped_and_not_sent_all_at_once() -> None:
    now = START + timedelta(days=30)
    result = advance(definition_of(FOLLOW), walk_at("until_3"), facts(), now)
    assert result.commands == ()
    assert taken(result) == [
        ("how_to", "skipped", "too_late"),
        ("ask", "skipped", "too_late"),
        ("end", "exited", "completed"),
    ]
    assert result.walk.state == "finished"


def test_a_message_within_its_grace_still_goes_with_its_own_day_and_expiry() -> None:
    planned = START + timedelta(days=7)
    result = advance(
        definition_of(FOLLOW), walk_at("until_7"), facts(), planned + timedelta(hours=20)
    )
    assert result.commands == (
        SendMessage("ask", "t3", planned, planned.date(), planned + timedelta(days=1), False),
    )


def test_people_held_out_walk_the_same_path_and_only_leave_a_trace() -> None:
    held = advance(definition_of(FOLLOW), walk_at("thanks", is_held_out=True), facts(), START)
    treated = advance(definition_of(FOLLOW), walk_at("thanks"), facts(), START)
    assert [c.is_held_out for c in held.commands if isinstance(c, SendMessage)] == [True]
    assert held.walk == treated.walk._replace(is_held_out=True)
    assert taken(held)[0] == ("thanks", "held_out", "held_out")


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ({"goal_number": 2}, "goal"),
        ({"is_void": True}, "order_cancelled"),
    ],
)
def test_a_purchase_or_a_cancellation_ends_the_walk_before_anything_is_sent(
    known: dict[str, Any], code: str
) -> None:
    result = advance(definition_of(FOLLOW), walk_at("thanks"), facts(**known), START)
    assert (result.walk.state, result.walk.exit_reason) == ("exited", code)
    assert result.commands == ()
    assert "終了しました" in put_into_words(result.decisions[-1].why, {}).ja


def test_a_journey_that_does_not_stop_on_purchase_goes_on() -> None:
    definition = definition_of(FOLLOW, HEADER + "exit_on: []\n")
    result = advance(definition, walk_at("thanks"), facts(goal_number=2), START)
    assert len(result.commands) == 1


def test_the_longest_time_ends_a_walk() -> None:
    definition = definition_of(FOLLOW, HEADER + "longest_days: 5\n")
    result = advance(definition, walk_at("until_7"), facts(), START + timedelta(days=6))
    assert result.walk.exit_reason == "time_over"


BRANCH = """
  - id: is_content
    branch: {when: [{field: satisfaction, op: "<=", value: 2}], then: care}
  - {id: praise, send: {template: good}, next: end}
  - {id: care, send: {template: sorry}}
  - {id: end, exit: {}}
"""


@pytest.mark.parametrize(
    ("score", "template"), [(1, "sorry"), (2, "sorry"), (3, "good"), (None, "good")]
)
def test_a_branch_compares_and_what_is_unknown_does_not_hold(
    score: int | None, template: str
) -> None:
    result = advance(definition_of(BRANCH), walk_at("is_content"), facts(satisfaction=score), START)
    assert [c.template for c in result.commands if isinstance(c, SendMessage)] == [template]


def test_a_step_that_needs_a_fact_says_so_and_nothing_is_decided() -> None:
    result = engine.advance(
        definition_of(BRANCH), walk_at("is_content"), facts(loaded=frozenset()), START
    )
    assert result == Missing(frozenset({"satisfaction"}))


@pytest.mark.parametrize(
    ("when", "known", "holds"),
    [
        ("{field: stage, op: '=', value: first}", {"insight": insight()}, True),
        ("{field: stage, op: in, value: [toddler, prime]}", {"insight": insight()}, False),
        ("{field: stage, op: '=', value: first}", {}, False),
        ("{field: net_minor, op: '>=', value: 5000}", {"insight": insight()}, True),
        ("{field: is_at_risk, op: '!=', value: true}", {"insight": insight()}, True),
        ("{field: purchase_count, op: '>', value: 1}", {"purchase_count": 1}, False),
        ("{field: order_net_minor, op: '<', value: 100}", {"order_net_minor": 99}, True),
        # A comparison of unlike things does not hold, and does not raise.
        ("{field: purchase_count, op: '<', value: many}", {"purchase_count": 1}, False),
    ],
)
def test_every_operator_of_a_branch(when: str, known: dict[str, Any], holds: bool) -> None:
    nodes = f"""
  - {{id: fork, branch: {{when: [{when}], then: yes_end, otherwise: no_end}}}}
  - {{id: yes_end, exit: {{reason: silent}}}}
  - {{id: no_end, exit: {{reason: f2_late}}}}
"""
    result = advance(definition_of(nodes), walk_at("fork"), facts(**known), START)
    assert result.walk.exit_reason == ("silent" if holds else "f2_late")


def test_points_are_granted_to_the_treated_and_not_to_those_held_out() -> None:
    definition = definition_of(
        "  - {id: gift, grant: {points: 300, reason: お礼}}\n  - {id: end, exit: {}}\n"
    )
    treated = advance(definition, walk_at("gift"), facts(), START)
    held = advance(definition, walk_at("gift", is_held_out=True), facts(), START)
    assert treated.commands == (GrantPoints("gift", 300, "お礼"),)
    assert held.commands == ()


@pytest.mark.parametrize(
    ("use", "cycle", "of_product", "day"),
    [
        (None, None, None, 25),
        (None, 40.0, 70.0, 35),
        (None, 20.0, None, 22),
        (None, 60.4, None, 55),
        # Two purchases make one interval, which is no cycle of his own yet: the product's holds.
        (None, None, 61.0, 56),
        # What the shop says of the bottle goes before how soon he bought anything.
        (62, 30.0, 40.0, 57),
        (14, 30.0, None, 22),
    ],
)
def test_the_reorder_notice_comes_five_days_before_what_was_bought_is_used_up(
    use: int | None, cycle: float | None, of_product: float | None, day: int
) -> None:
    definition = definition_of(
        "  - {id: w, wait: {run_out: -5, otherwise_day: 25, not_before_day: 22}}\n  - {id: e, exit: {}}\n"
    )
    standing = insight(cycle_days=cycle)
    known = facts(insight=standing, use_days=use, product_cycle_days=of_product)
    result = advance(definition, walk_at("w"), known, START)
    assert result.walk.due_at == START + timedelta(days=day)


def test_a_monthly_loop_sends_once_a_month_and_ends_on_its_last_day() -> None:
    definition = definition_of(
        """
  - {id: letter, send: {template: monthly}}
  - {id: pause, wait: {after_days: 30}}
  - {id: more, branch: {when: [{field: purchase_count, op: ">", value: 99}], then: end, otherwise: letter}}
  - {id: end, exit: {}}
""",
        HEADER + "longest_days: 365\n",
    )
    walk, now, sent = walk_at("letter"), START, 0
    while walk.state == "active":
        result = advance(definition, walk, facts(purchase_count=1), now)
        walk, now, sent = result.walk, result.walk.due_at, sent + len(result.commands)
    assert sent == 13
    assert walk.exit_reason == "time_over"


def test_ten_in_the_morning_is_ten_in_the_morning_across_a_change_of_clocks() -> None:
    from zoneinfo import ZoneInfo

    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 3, 27, 9, 0, tzinfo=UTC)
    definition = definition_of("  - {id: w, wait: {day: 3}}\n  - {id: e, exit: {}}\n")
    walk = walk_at("w", arrived_at=start, entered_on=start.date())
    known = facts(zone=berlin, anchor_on=date(2026, 3, 27))
    due = advance(definition, walk, known, start).walk.due_at
    assert due == datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    assert due.astimezone(berlin).hour == 10


# Random journeys: whatever the checks let pass must come to an end.

NAMES = [f"n{i}" for i in range(6)]
STEPS = st.one_of(
    st.just("send: {template: t}"),
    st.integers(0, 40).map(lambda day: f"wait: {{day: {day}}}"),
    st.integers(1, 40).map(lambda day: f"wait: {{after_days: {day}}}"),
    st.integers(-20, 20).map(lambda day: f"wait: {{run_out: {day}}}"),
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["", *NAMES])).map(
        lambda ways: (
            "branch: {when: [{field: satisfaction, op: '<', value: 3}], "
            f"then: {ways[0]}, otherwise: '{ways[1]}'}}"
        )
    ),
    st.just("grant: {points: 5, reason: x}"),
    st.just("exit: {}"),
)
JOURNEYS = st.lists(
    st.tuples(STEPS, st.one_of(st.just(""), st.sampled_from(NAMES))), min_size=1, max_size=6
)


def build(steps: list[tuple[str, str]]) -> Definition | None:
    """Give a definition when the checks accept it, reachable nodes only."""
    lines = [
        f"  - {{id: n{place}, {step}" + (f", next: {to}" if to else "") + "}"
        for place, (step, to) in enumerate(steps)
    ]
    return read(source_of("\n".join(lines), HEADER + "longest_days: 200\n"))[0]


@settings(max_examples=400, deadline=None)
@given(steps=JOURNEYS, score=st.sampled_from([None, 1, 5]), late_days=st.integers(0, 90))
def test_no_accepted_definition_walks_for_ever(
    steps: list[tuple[str, str]], score: int | None, late_days: int
) -> None:
    definition = build(steps)
    if definition is None:
        return
    walk, now = walk_at(definition.first), START
    for _ in range(500):
        result = advance(definition, walk, facts(satisfaction=score), now)
        # Arrivals at a wait are kept to the day.
        assert result.walk.arrived_at >= start_of_day(walk.arrived_at, TOKYO)
        walk = result.walk
        if walk.state != "active":
            return
        assert walk.due_at > now
        now = walk.due_at + timedelta(days=late_days)
    pytest.fail("the walk did not end")


def test_every_field_a_branch_may_ask_has_words_in_both_languages() -> None:
    from typing import get_args

    from okaeri.plan.journeys.steps.branch import InsightField, OwnField

    for field in (*get_args(InsightField), *get_args(OwnField)):
        when = store_conditions([(field, "=", 1, None)])
        words = put_into_words({"code": "branch_then", "when": when}, {})
        assert "_" not in words.ja + words.en


def test_a_branch_says_what_it_asked_and_what_it_found() -> None:
    definition = definition_of(
        """
  - id: fork
    branch:
      when: [{field: satisfaction, op: "<=", value: 2}, {field: stage, op: in, value: [first, prime]}]
      then: end
  - {id: end, exit: {}}
"""
    )
    result = advance(definition, walk_at("fork"), facts(satisfaction=5), START)
    said = put_into_words(result.decisions[0].why, {})
    assert said.ja == (
        "条件に合いませんでした: 満足度が2以下(いまは5)、顧客区分が初回客・優良客のどれか(まだ分かりません)"
    )
    assert said.en == (
        "The condition did not hold: satisfaction at most 2 (now 5), "
        "customer class is one of First-time, Loyal (not known yet)"
    )


def test_both_ways_out_of_a_branch_carry_a_label() -> None:
    definition = definition_of(
        """
  - {id: fork, branch: {when: [{field: satisfaction, op: "<=", value: 2}], then: end}}
  - {id: more, send: {template: t1}}
  - {id: end, exit: {}}
"""
    )
    labels = {target: label.ja for target, label in definition.nodes["fork"].arrows}
    assert labels == {"end": "はい", "more": "いいえ"}
    assert [label.ja for _, label in definition.nodes["more"].arrows] == [""]


def test_a_decision_names_the_message_and_its_day_as_the_shop_counts_days() -> None:
    # Seven in the morning in Tokyo is still the day before in London.
    early = datetime(2026, 3, 31, 22, 0, tzinfo=UTC)
    walk = walk_at("thanks", arrived_at=early)
    sent = advance(definition_of(FOLLOW), walk, facts(), early)
    assert isinstance(sent, Advanced)
    said = put_into_words(sent.decisions[0].why, {"t1": Text("お礼", "Thanks")})
    assert said.ja == "「お礼」の日(2026年4月1日)になったため、送信を依頼しました"
    assert said.en == 'Asked to send "Thanks": its day (1 Apr 2026) came'
