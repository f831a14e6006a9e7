"""A definition that cannot be used is refused with one sentence that names the step."""

import pytest

from okaeri.plan.content.library import list_playbook_sources
from okaeri.plan.domain.lint import earliest_days, lint_definition
from okaeri.plan.journeys.definition import find_problems, parse
from okaeri.plan.types import DefinitionError
from tests.plan.journeys_for_tests import HEADER, definition_of, source_of

END = "  - {id: end, exit: {}}\n"


@pytest.mark.parametrize(
    ("nodes", "names", "sentence"),
    [
        ("  - {id: a, fly: {}}\n" + END, ("a", "fly"), "unknown kind"),
        ("  - {id: a, send: {template: t}, next: zz}\n" + END, ("a", "zz"), "does not exist"),
        (
            "  - {id: a, send: {template: t}, next: end}\n  - {id: b, send: {template: t}}\n" + END,
            ("b",),
            "Nothing leads",
        ),
        ("  - {id: a, send: {template: t}}\n", ("a",), "exit step"),
        (
            "  - {id: a, send: {template: t}}\n  - {id: b, wait: {after_days: 1}, next: a}\n",
            ("b",),
            "exit",
        ),
        (
            "  - {id: a, branch: {when: [{field: satisfaction, op: '<', value: 3}], then: end, "
            "otherwise: a}}\n" + END,
            ("a",),
            "repeats without a pause",
        ),
        # A wait counted from the anchor is over for ever once its day has passed: no pause in a loop.
        (
            "  - {id: w, wait: {day: 3}}\n  - {id: a, branch: {when: [{field: satisfaction, op: '<', "
            "value: 3}], then: end, otherwise: w}}\n" + END,
            ("w",),
            "repeats without a pause",
        ),
        ("  - {id: a, send: {template: t, colour: red}}\n" + END, ("a", "colour"), "unknown field"),
        ("  - {id: a, send: {}}\n" + END, ("a", "template"), "lacks the field"),
        ("  - {id: a, wait: {day: soon}}\n" + END, ("a", "day"), "unusable value"),
        ("  - {id: a, wait: {day: 1, after_days: 1}}\n" + END, ("a",), "exactly one of"),
        ("  - {id: a, wait: {}}\n" + END, ("a",), "exactly one of"),
        (
            "  - {id: a, branch: {when: [{field: mood, op: '=', value: 1}], then: end}}\n" + END,
            ("a", "field"),
            "unusable value",
        ),
        ("  - {id: a, send: {template: t}, wait: {day: 1}}\n" + END, ("a",), "exactly one kind"),
        ("  - {send: {template: t}}\n" + END, (), "Step 1 has no id"),
        ("  - {id: end, send: {template: t}}\n" + END, ("end",), "two steps"),
        ("  - just text\n", (), "Step 1 has no id"),
    ],
)
def test_a_broken_step_is_named(nodes: str, names: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse(source_of(nodes))
    assert sentence in refused.value.message.en
    for name in names:
        assert name in refused.value.message.ja
        assert name in refused.value.message.en
    assert refused.value.message.ja.count("\n") == 0


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("key: [", "not YAML"),
        ("- a\n- b\n", "fields such as key:"),
        ("", "fields such as key:"),
        ("1: 2\n", "fields such as key:"),
        ("a: &x [1]\nb: *x\n", "alias"),
        ("x" * 300_000, "too long"),
        (HEADER, "nodes is empty"),
        (HEADER.replace("anchor: order", "anchor: birthday") + "nodes:\n" + END, '"anchor"'),
        (HEADER.replace("key: tiny", "key: Tiny Journey") + "nodes:\n" + END, '"key"'),
        (HEADER.replace("window_days: 90", "") + "nodes:\n" + END, '"window_days"'),
        (HEADER + "colour: red\nnodes:\n" + END, '"colour"'),
        (HEADER + "holdout: 2\nnodes:\n" + END, '"holdout"'),
        (HEADER + "send_at: '25:00'\nnodes:\n" + END, '"send_at"'),
        (
            HEADER.replace("{kind: purchase, number: 1}", "{kind: recency, days: 180}")
            + "nodes:\n"
            + END,
            "anchor: entry",
        ),
        ("\x00", "not YAML"),
        ("[" * 5000, "not YAML"),
    ],
)
def test_a_broken_document_is_one_sentence(source: str, sentence: str) -> None:
    found = find_problems(source)
    assert sentence in found[0].en
    assert found[0].ja


def test_every_mistake_is_listed_not_only_the_first() -> None:
    found = find_problems(
        source_of("  - {id: a, fly: {}}\n  - {id: b, send: {}}\n" + END, HEADER + "x: 1\n")
    )
    assert len(found) == 3


def test_the_shipped_playbooks_can_be_used() -> None:
    keys = {parse(source).key for source in list_playbook_sources()}
    assert keys == {
        "after_one_delivery",
        "after_two_singles",
        "before_fourth",
        "cart",
        "first_follow",
        "know_us",
        "lead_follow",
        "runs_out",
        "trial_to_full",
        "value_for_money",
        "vip_invitation",
        "vip_welcome",
        "welcome_back",
        "win_back",
    }


SALES = "  - {id: w, wait: {day: %d}}\n  - {id: offer, send: {template: offer%s}}\n" + END


def test_selling_to_a_first_time_buyer_before_day_14_is_refused() -> None:
    kinds = {"offer": "sales"}
    early = lint_definition(definition_of(SALES % (13, "")), kinds, 14)
    assert "offer" in early[0].ja
    assert "14" in early[0].ja
    assert lint_definition(definition_of(SALES % (14, "")), kinds, 14) == []
    excused = SALES % (3, ", override_reason: 店長の判断")
    assert lint_definition(definition_of(excused), kinds, 14) == []
    second = HEADER.replace("number: 1", "number: 2")
    assert lint_definition(definition_of(SALES % (3, ""), second), kinds, 14) == []


def test_an_unknown_template_is_named_with_its_step() -> None:
    found = lint_definition(definition_of(SALES % (20, "")), {}, 14)
    assert "offer" in found[0].en
    assert "unknown template" in found[0].en


def test_the_earliest_day_follows_the_shortest_way() -> None:
    definition = definition_of(
        """
  - {id: fork, branch: {when: [{field: satisfaction, op: "<", value: 3}], then: late}}
  - {id: soon, wait: {day: 2}, next: offer}
  - {id: late, wait: {after_days: 9}}
  - {id: offer, send: {template: t}}
  - {id: end, exit: {}}
"""
    )
    assert earliest_days(definition) == {"fork": 0, "soon": 0, "late": 0, "offer": 2, "end": 2}
