"""Branches that ask what the shop knows of a person beyond his orders."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from okaeri.customers import api as customers
from okaeri.customers.attribute_types import AttributeIn, AttributeKind
from okaeri.customers.domain.suggested_attributes import SUGGESTED
from okaeri.deliver import api as deliver
from okaeri.foundation.text import Text
from okaeri.plan import api as plan
from okaeri.plan.journeys.steps.branch import Condition
from okaeri.plan.types import DefinitionError
from okaeri.project import wiring
from tests.plan.conftest import NOON, Run, Shop
from tests.plan.journeys_for_tests import facts, source_of

BY_SKIN = """
  - id: is_dry
    branch: {when: {attribute: skin_type, op: "=", value: dry}, then: care}
  - {id: others, send: {template: first_follow_how_to}, next: end}
  - {id: care, send: {template: first_follow_care}}
  - {id: end, exit: {}}
"""


def keep_schema() -> None:
    for one in SUGGESTED:
        customers.save_attribute(one)
    pets = AttributeIn("pets", Text("ペット", "Pets"), AttributeKind.NUMBER)
    customers.save_attribute(pets)


def say(customer_id: int, value: object, key: str = "skin_type") -> None:
    customers.record_attribute(customer_id, key, value, source="form", at=NOON)


def put_live(nodes: str) -> None:
    key = plan.save_definition(source_of(nodes), now=NOON).key
    plan.activate(key, now=NOON, holdout_share=0.0)


def parts_of(customer_id: int) -> list[str]:
    return [one.source_part for one in deliver.messages_of(customer_id)]


@pytest.mark.covers("F-07")
def test_two_people_of_one_batch_go_different_ways_by_what_they_told_us(shop: Shop) -> None:
    keep_schema()
    put_live(BY_SKIN)
    dry, oily, silent = (shop.order(name) for name in ("dry", "oily", "silent"))
    say(dry, "乾燥肌")
    say(oily, "Oily")
    wiring.build_loop().run_until_idle()
    assert [parts_of(who) for who in (dry, oily, silent)] == [["care"], ["others"], ["others"]]
    words = [one.why.ja for one in plan.decisions_of(dry) if one.action == "branched"]
    assert words == ["条件に合いました: 肌質が乾燥肌(いまは乾燥肌)"]
    unknown = [one.why.en for one in plan.decisions_of(silent) if one.action == "branched"]
    assert unknown == ["The condition did not hold: Skin type is Dry (not known yet)"]


def test_a_batch_costs_one_query_for_the_answers_however_many_people(
    shop: Shop, run_plan: Run
) -> None:
    keep_schema()
    put_live(BY_SKIN)
    for number in range(12):
        say(shop.order(f"p{number}"), "dry" if number % 2 else "oily")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        run_plan()
    reads = [q for q in queries if 'FROM "customers_attributevalue"' in q["sql"]]
    assert len([q for q in reads if "LIMIT 1" not in q["sql"]]) == 1


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ('{attribute: skin, op: "=", value: dry}', "「skin」はありません"),
        ('{attribute: skin_type, op: "=", value: rough}', "「rough」という選択肢はありません"),
        ('{attribute: skin_type, op: "in", value: [dry, rough]}', "「rough」という選択肢"),
        ('{attribute: skin_type, op: "<", value: dry}', "「<」で比べられません"),
        ('{attribute: skin_type, field: stage, op: "=", value: dry}', "どちらか一つ"),
        ('{op: "=", value: dry}', "どちらか一つ"),
    ],
)
def test_a_definition_that_asks_what_nobody_can_answer_is_refused(
    shop: Shop, when: str, says: str
) -> None:
    keep_schema()
    nodes = BY_SKIN.replace('{attribute: skin_type, op: "=", value: dry}', when)
    with pytest.raises(DefinitionError) as refused:
        plan.save_definition(source_of(nodes), now=NOON)
    assert says in refused.value.message.ja
    assert any(says in one.ja for one in plan.check_definition(source_of(nodes)))
    assert all(journey.key != "tiny" for journey in plan.list_journeys())


def test_a_journey_whose_attribute_was_switched_off_cannot_go_live(shop: Shop) -> None:
    keep_schema()
    key = plan.save_definition(source_of(BY_SKIN), now=NOON).key
    skin = SUGGESTED[0]
    off = AttributeIn(skin.key, skin.name, skin.kind, skin.choices, is_active=False)
    customers.save_attribute(off)
    with pytest.raises(DefinitionError):
        plan.activate(key, now=NOON)


@pytest.mark.parametrize(
    ("op", "value", "holds"),
    [
        ("=", "sleep", True),
        ("=", "pores", False),
        ("!=", "pores", True),
        ("!=", "sleep", False),
        ("in", ("pores", "sleep"), True),
        ("in", ("pores",), False),
        (">", "a", False),
    ],
)
def test_of_several_tags_one_that_fits_is_enough(op: str, value: object, holds: bool) -> None:
    known = facts(attributes=(("concerns", ("dryness", "sleep")),))
    condition = Condition.model_validate({"attribute": "concerns", "op": op, "value": value})
    assert condition.holds(known) is holds
    assert not condition.holds(facts())


def test_a_number_is_compared_as_a_number(shop: Shop, run_plan: Run) -> None:
    keep_schema()
    put_live(BY_SKIN.replace('skin_type, op: "=", value: dry', 'pets, op: ">=", value: 2'))
    many, few = shop.order("many"), shop.order("few")
    say(many, "10", "pets")
    say(few, "1", "pets")
    run_plan()
    assert [parts_of(who) for who in (many, few)] == [["care"], ["others"]]
