"""The check whether journeys care for everybody to the end."""

import pytest
from django.test import Client

from okaeri.foundation import clock
from okaeri.plan import api as plan

pytestmark = pytest.mark.django_db
PAGE = "/actions/journeys/completeness/"


@pytest.mark.covers("F-14")
def test_every_kind_of_customer_shows_entry_goal_exit_and_what_comes_next(
    browser_of_staff: Client,
) -> None:
    assert "完成度は 0%" in browser_of_staff.get(PAGE).content.decode()
    plan.install_playbooks(clock.now())
    html = browser_of_staff.get(PAGE).content.decode()
    assert "(停止中)" in html
    plan.activate("first_follow", now=clock.now())
    checks = {one.key: one for one in plan.check_completeness()}
    first = checks["first"]
    assert (first.has_entry, first.has_goal, first.has_exit) == (True, True, True)
    assert (first.next_journeys, first.passed) == ((), 3)
    assert checks["toddler"].passed == 0
    assert checks["lead"].next_journeys == ("first_follow",)
    plan.activate("know_us", now=clock.now())
    first = next(one for one in plan.check_completeness() if one.key == "first")
    assert (first.next_journeys, first.passed) == (("know_us",), 4)
    for key in ("runs_out", "welcome_back", "lead_follow"):
        plan.activate(key, now=clock.now())
    assert "入口・目標・出口・次の道があります" in browser_of_staff.get(PAGE).content.decode()
    csv = b"".join(browser_of_staff.get(f"{PAGE}?csv=utf-8")).decode("utf-8-sig")
    assert csv.splitlines()[2].startswith("first,first_follow,,True,True,True,know_us")
