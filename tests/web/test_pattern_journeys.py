"""Ready-made segments and the journeys made for them: started on a page, fed by the night's count."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from okaeri.customers import api as customers
from okaeri.deliver.models import Message
from okaeri.foundation import clock
from okaeri.foundation.settings import save, specs_of
from okaeri.foundation.warehouse import open_warehouse
from okaeri.foundation.work.loop import WorkLoop
from okaeri.insight import api as insight
from okaeri.insight.types import LifecycleRules, Stage
from okaeri.intake import api as intake
from okaeri.plan import api as plan
from okaeri.plan.duties import duties
from okaeri.rewards import api as rewards
from tests.web.test_segments import TODAY, contract, line, order, shop

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
__all__ = ["shop"]
JOURNEYS = ("after_one_delivery", "vip_invitation", "vip_welcome")
# Loyal from 210 days, two purchases and a total of 7,000 on; each misses one of the three.
MEMBERS = {
    "regular": ((215, 4000), (10, 3000)),
    "young": ((209, 4000), (10, 3000)),
    "little": ((215, 4000), (10, 2999)),
    "single": ((215, 7000),),
}


def id_of(member: str) -> int:
    return customers.search_customers(f"{member}@example.com")[0].id


def letters(member: str) -> list[str]:
    rows = Message.objects.filter(customer_id=id_of(member)).order_by("id")
    return list(rows.values_list("template_key", flat=True))


def care_for(days: tuple[int, ...]) -> None:
    """Let the worker run on each of these days after today."""
    passed = 0
    for day in days:
        simulated = clock.current()
        assert isinstance(simulated, clock.SimulatedClock)
        simulated.advance(timedelta(days=day - passed))
        passed = day
        WorkLoop(duties(batch=500)).run_until_idle()


@pytest.mark.covers("E-06", "H-06", "C-06")
def test_who_comes_into_a_pattern_gets_what_was_made_for_it(
    shop: None, browser_of_staff: Client
) -> None:
    save(
        {spec.key: spec for spec in specs_of(LifecycleRules).values()},
        {"cpm.unit_price_mode": "fixed", "cpm.fixed_unit_price": 1000},
    )
    plan.install_playbooks(clock.now())
    for key in JOURNEYS:
        said = browser_of_staff.post(f"/actions/journeys/{key}/activate/", {"holdout": "0"})
        assert said.status_code == 302, key
    made = {one.preset: one for one in insight.list_segments()}
    assert set(made) == {"subscription_1", "high_spend", "prime"}
    # Whoever was in a pattern before the journeys began is left in peace.
    intake.record_subscriptions([contract("newly1", 1, is_cancelled=True)])
    intake.record_orders(
        [
            order("bigspender", 3, 2_000_000),
            *(order(who, day, net) for who, bought in MEMBERS.items() for day, net in bought),
        ]
    )
    customers.resolve_new_parties(clock.now())
    warehouse = open_warehouse(settings.OKAERI.warehouse_dir)
    try:
        insight.refresh(warehouse=warehouse, as_of=TODAY)
    finally:
        warehouse.close()
    care_for((0, 1, 3, 7, 17, 30, 60))
    assert letters("newly1") == ["after_one_thanks", "after_one_support", "after_one_voices"]
    assert letters("stopped1") == []
    assert letters("bigspender")[-2:] == ["vip_thanks", "vip_invitation"]
    stages = {who: insight.find_insight(id_of(who)).stage for who in MEMBERS}  # type: ignore[union-attr]
    assert stages == {
        "regular": Stage.PRIME,
        "young": Stage.TREND,
        "little": Stage.STEADY,
        "single": Stage.FIRST,
    }
    assert "vip_welcome" in letters("regular")
    points = {who: rewards.balance_of(id_of(who)) for who in MEMBERS}
    assert points == {"regular": 300, "young": 0, "little": 0, "single": 0}
    for who in MEMBERS:
        html = browser_of_staff.get(f"/customers/{id_of(who)}/").content.decode()
        assert ('<span class="state is-live">VIP</span>' in html) is (who == "regular"), who
    page = browser_of_staff.get(f"/analysis/segments/{made['subscription_1'].id}/").content.decode()
    for words in ("御礼状", "サポート窓口", "お客様の声", "/actions/journeys/after_one_delivery/"):
        assert words in page


@pytest.mark.covers("E-08")
def test_who_stops_at_the_trial_is_led_to_the_full_product_and_the_rate_is_told_by_day(
    shop: None, browser_of_staff: Client
) -> None:
    plan.install_playbooks(clock.now())
    said = browser_of_staff.post("/actions/journeys/trial_to_full/activate/", {"holdout": "0"})
    assert said.status_code == 302
    (made,) = insight.list_segments()
    assert (made.preset, made.name) == ("trial_gone", "トライアル離反")
    care_for((0, 1, 8))
    # 61 days after a trial of 14, 181 after one of 90; two others still have it in use.
    for who in ("tried", "long90"):
        assert letters(who) == ["trial_how_was_it", "trial_full_product"]
    assert letters("trying") == letters("tried90") == []
    assert plan.count_goal("trial_to_full").treated_reached == 0
    # One more trial is no step on; the full product is.
    intake.record_orders([order("long90", -9, 900, lines=line("T90", 900))])
    intake.record_orders([order("tried", -9, 3000)])
    customers.resolve_new_parties(clock.now())
    care_for((9,))
    counted = plan.count_goal("trial_to_full")
    assert (counted.goal, counted.treated, counted.treated_reached) == ("full_product", 2, 1)
    warehouse = open_warehouse(settings.OKAERI.warehouse_dir)
    try:
        insight.refresh(warehouse=warehouse, as_of=TODAY + timedelta(days=31))
    finally:
        warehouse.close()
    page = browser_of_staff.get("/analysis/dropoff/?basis=trial").content.decode()
    rows = re.findall(r"<tr><th scope=\"row\">([^<]+)</th>(.*?)</tr>", page, re.DOTALL)
    # An address in a link has per cents of its own.
    words = {name: re.sub(r"<[^>]+>", " ", rest) for name, rest in rows}
    told = {name: re.findall(r"[\d.]+(?:人|%)", rest)[:3] for name, rest in words.items()}
    assert told["60日以内"] == ["4人", "0人", "0.0%"]
    assert told["90日以内"] == ["4人", "1人", "25.0%"]
