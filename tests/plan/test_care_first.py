"""Row C-15: a first-time buyer is sold nothing until his follow-up letters have left, or for so long."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.deliver.early_types import WhyFew
from okaeri.deliver.types import ContactRules
from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.settings import save, specs_of
from okaeri.plan import api as plan
from okaeri.plan.domain.care import care_ahead
from okaeri.project import wiring
from tests.plan.conftest import NOON, Shop, know
from tests.plan.journeys_for_tests import definition_of, source_of

OFFER = """
  - {id: until_20, wait: {day: 20}}
  - {id: offer, send: {template: know_us_reorder, grace_days: 40}}
  - {id: end, exit: {}}
"""
MIXED = """
  - {id: hello, send: {template: hello}}
  - {id: until_3, wait: {day: 3}}
  - {id: help, send: {template: help}}
  - {id: until_20, wait: {day: 20}}
  - {id: offer, send: {template: offer}}
  - {id: until_30, wait: {day: 30}}
  - {id: news, send: {template: help}}
  - {id: end, exit: {}}
"""
BRANCHED = """
  - {id: happy, branch: {when: {field: satisfaction, op: ">=", value: 4}, then: offer}}
  - {id: help, send: {template: help}}
  - {id: unhappy, branch: {when: {field: satisfaction, op: "<", value: 4}, then: until_30}}
  - {id: offer, send: {template: offer}}
  - {id: until_30, wait: {day: 30}}
  - {id: tips, send: {template: help}}
  - {id: end, exit: {}}
"""


def test_care_is_what_comes_before_the_first_sales_letter() -> None:
    mixed = definition_of(MIXED)
    assert care_ahead(mixed, {"offer"}) == {"hello", "until_3", "help"}
    assert care_ahead(mixed, set()) == set(mixed.nodes) - {"end"}
    assert care_ahead(definition_of(OFFER), {"know_us_reorder"}) == set()
    # The offer of one way does not wait for what both ways tell after it.
    assert care_ahead(definition_of(BRANCHED), {"offer"}) == {"happy", "help"}


def offer_of(person: int) -> tuple[str, str]:
    (found,) = [one for one in deliver.messages_of(person) if one.source_part == "offer"]
    return found.status, found.why.ja


@pytest.mark.django_db
@pytest.mark.covers("C-15")
def test_selling_waits_for_a_follow_up_that_a_late_parcel_put_off(shop: Shop) -> None:
    plan.activate("first_follow", now=NOON, holdout_share=0.0)
    plan.activate(plan.save_definition(source_of(OFFER), now=NOON).key, now=NOON, holdout_share=0.0)
    late = shop.order("late", shipped_on=date(2026, 4, 14), delivered_on=date(2026, 4, 15))
    soon = shop.order("soon", shipped_on=date(2026, 4, 1), delivered_on=date(2026, 4, 2))
    loop = wiring.build_loop()

    def go_to(day: int) -> None:
        shop.pass_days(day - (shop.now - NOON).days)
        for person in (late, soon):
            know(person, NOON.date())
        loop.run_until_idle()

    for day in (0, 2, 5, 8, 11, 15, 17, 18, 20):
        go_to(day)
    # Both were asked for on day 20. The parcel of one came on day 1, that of the other on day 14.
    assert offer_of(soon)[0] == "accepted"
    status, why = offer_of(late)
    assert status == "planned"
    assert "初回フォロー" in why
    for day in (21, 24, 27):
        go_to(day)
    assert "初回フォロー" in offer_of(late)[1]
    with CaptureQueriesContext(connection) as few:
        assert plan.in_follow([late, soon]) == {late}
    with CaptureQueriesContext(connection) as many:
        assert plan.in_follow([late, soon, *range(soon + 1, soon + 900)]) == {late}
    assert len(few) == len(many) <= 5
    # The last letter leaves on day 28, fourteen days after the parcel; then it is time to sell.
    for day in (28, 29, 30):
        go_to(day)
    assert offer_of(late)[0] == "accepted"


@pytest.mark.django_db
def test_a_journey_that_is_paused_holds_up_nobody(shop: Shop) -> None:
    plan.activate("first_follow", now=NOON, holdout_share=0.0)
    buyer = shop.order("buyer")
    wiring.build_loop().run_until_idle()
    assert plan.in_follow([buyer]) == {buyer}
    plan.pause("first_follow", now=shop.now)
    assert plan.in_follow([buyer]) == set()


@pytest.mark.django_db
def test_the_wait_has_an_end_that_the_shop_sets(shop: Shop) -> None:
    specs = {spec.key: spec for spec in specs_of(ContactRules).values()}
    save(specs, {"guard.follow_wait_days": 21})
    plan.activate("first_follow", now=NOON, holdout_share=0.0)
    plan.activate(plan.save_definition(source_of(OFFER), now=NOON).key, now=NOON, holdout_share=0.0)
    late = shop.order("late", shipped_on=date(2026, 4, 25), delivered_on=date(2026, 4, 26))
    loop = wiring.build_loop()
    statuses = []
    for day in (0, 20, 22):
        shop.pass_days(day - (shop.now - NOON).days)
        know(late, NOON.date())
        loop.run_until_idle()
        statuses += [offer_of(late)[0]] if day >= 20 else []
    assert statuses == ["planned", "accepted"]


@pytest.mark.django_db
@pytest.mark.covers("D-04")
def test_a_page_names_first_time_buyers_who_heard_too_little_that_helps(shop: Shop) -> None:
    forgotten = shop.order("forgotten")
    plan.activate("first_follow", now=NOON + timedelta(hours=1), holdout_share=0.0)
    shop.clock.advance(timedelta(hours=2))
    cared, closed = shop.order("cared"), shop.order("closed")
    customers.record_consent(
        closed, channel="email", action="withdrawn", basis="opt_in", source="test",
        occurred_at=shop.now,
    )  # fmt: skip
    loop = wiring.build_loop()
    for day in (0, 2, 5, 8, 11, 14, 17, 40):
        shop.pass_days(day - (shop.now - NOON).days)
        for person in (forgotten, cared, closed):
            know(person, NOON.date())
        loop.run_until_idle()
    today = shop.now.date()
    care = deliver.early_care(today - timedelta(days=59), today - timedelta(days=30))
    assert (care.buyers, care.least, care.writable, care.is_whole) == (3, 3, 1, True)
    assert {(one.customer_id, one.useful, one.why) for one in care.short} == {
        (forgotten, 0, WhyFew.UNTOLD),
        (closed, 0, WhyFew.UNREACHABLE),
    }
    client = Client(headers={"accept-language": "ja"})
    client.force_login(User.objects.create_superuser("mika"))
    html = client.get("/actions/journeys/first-care/").content.decode()
    assert "3人のうち、2人" in html
    assert "送ってよい宛先がない" in html
    assert f"/customers/{cared}/" not in html
    csv = b"".join(client.get("/actions/journeys/first-care/?csv=utf-8")).decode("utf-8-sig")
    assert len(csv.splitlines()) == 3
    assert (
        "まだ1回だけの方はいません"
        in client.get("/actions/journeys/first-care/?who=now").content.decode()
    )


@pytest.mark.django_db
def test_a_least_number_the_limits_would_never_let_through_is_refused() -> None:
    specs = {spec.key: spec for spec in specs_of(ContactRules).values()}
    with pytest.raises(ConfigurationError, match="below their least number"):
        save(specs, {"cap.useful_first": 9, "cap.marketing_per_week": 2})
    save(specs, {"cap.useful_first": 8, "cap.marketing_per_week": 2})
