"""Motivations are guessed from habits, by rules, and staff's word stands above every guess."""

from datetime import timedelta

import pytest

from okaeri.customers import api as customers
from okaeri.insight.models import CustomerInsight
from okaeri.intake import api as intake
from okaeri.intake.types import PartyIn, ProductIn, SubscriptionIn
from okaeri.plan import api as plan
from okaeri.plan.domain.motivation import KnownHabits, infer_motivation
from tests.plan.conftest import NOON, Shop, know


@pytest.mark.parametrize(
    ("known", "guess"),
    [
        (KnownHabits(1), None),
        (KnownHabits(1, sent=2), "shallow"),
        (KnownHabits(1, sent=1), None),
        (KnownHabits(1, sent=5, read=1), None),
        (KnownHabits(2, sent=5), None),
        (KnownHabits(2, interval_days=45, days_supply=30), "surplus"),
        (KnownHabits(2, interval_days=44, days_supply=30), None),
        (KnownHabits(2, interval_days=400), None),
        (KnownHabits(9, stage="prime"), "special"),
        (KnownHabits(9, stage="prime", is_lapsed=True), None),
        (KnownHabits(9, stage="prime", cancel_reason="商品が余っている"), "surplus"),
        (KnownHabits(9, cancel_reason="価格が高い"), "cost"),
        (KnownHabits(9, cancel_reason="効果を感じない"), "effect"),
        (KnownHabits(9, cancel_reason="Too expensive"), "cost"),
        (KnownHabits(9, cancel_reason="引っ越し"), None),
    ],
)
def test_the_first_rule_that_fits_decides(known: KnownHabits, guess: str | None) -> None:
    assert infer_motivation(known) == guess


def motivation_of(customer_id: int) -> tuple[str, str] | None:
    held = customers.attributes_of([customer_id], NOON.date()).get(customer_id, [])
    return next(((str(one.value), one.source) for one in held), None)


@pytest.mark.covers("E-20")
@pytest.mark.django_db
def test_staff_overrule_a_guess_and_no_later_night_changes_that(shop: Shop) -> None:
    intake.record_products([ProductIn("LOTION", days_supply=30)])
    slow = shop.order("slow", at=NOON - timedelta(days=100))
    shop.order("slow", at=NOON - timedelta(days=10))
    once = shop.order("once")
    left = shop.order("left")
    for who in (slow, once, left):
        know(who, NOON.date())
    CustomerInsight.objects.filter(customer_id=slow).update(purchase_count=2)
    assert plan.infer_motivations(NOON) == 0
    motivation = customers.SUGGESTED_ATTRIBUTES[-1]
    customers.save_attribute(motivation)
    intake.record_subscriptions(
        [
            SubscriptionIn(
                source="test",
                subscription_no="S1",
                status="cancelled",
                changed_at=NOON,
                party=PartyIn(email="left@example.invalid", family_name="山田"),
                cancelled_on=NOON.date(),
                cancel_reason="価格が高い",
            )
        ]
    )
    shop.resolve()
    assert plan.infer_motivations(NOON) == 2
    assert [motivation_of(who) for who in (slow, once, left)] == [
        ("surplus", "inferred"),
        None,
        ("cost", "inferred"),
    ]
    customers.record_attribute(slow, "motivation", "効果を感じたい", source="staff", at=NOON)
    plan.infer_motivations(NOON + timedelta(days=1))
    assert motivation_of(slow) == ("effect", "staff")
    # What speaks for a guess goes, and the guess with it.
    shop.order("slow")
    plan.infer_motivations(NOON + timedelta(days=2))
    customers.record_attribute(slow, "motivation", "", source="staff", at=NOON + timedelta(days=3))
    assert motivation_of(slow) is None
