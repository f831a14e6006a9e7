"""The check whether journeys care for everybody to the end."""

import pytest
from django.test import Client

from okaeri.foundation import clock
from okaeri.insight import api as insight
from okaeri.insight.models import Segment
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
    # Half a year of silence leads out of a class; who has left is cared for by a journey of his own.
    checks = {one.key: one for one in plan.check_completeness()}
    assert (checks["lapsing"].journeys, checks["lapsing"].passed) == (("welcome_back",), 4)
    assert (checks["lapsed"].journeys, checks["lapsed"].drafts) == ((), ("win_back",))
    # The four ways of stopping the seeds name stand beside the classes, each with its own journeys.
    assert {"subscription_1", "subscription_4", "trial_gone", "single_2_gone"} <= set(checks)
    stopped = checks["subscription_1"]
    assert (stopped.has_entry, stopped.drafts) == (False, ("after_one_delivery",))
    assert checks["subscription_4"].drafts == ("before_fourth",)
    assert checks["trial_gone"].drafts == ("trial_to_full",)
    assert (checks["single_2_gone"].drafts, checks["single_2_gone"].passed) == (
        ("after_two_singles",),
        0,
    )
    presets = ("subscription_1", "subscription_4_ahead", "trial_gone", "single_2_gone", "lost")
    for key in presets:
        preset = insight.find_preset(key)
        assert preset is not None
        Segment.objects.create(
            name=preset.name.ja, rule=preset.rule, preset=key, created_at=clock.now()
        )
    plan.activate("after_one_delivery", now=clock.now())
    checks = {one.key: one for one in plan.check_completeness()}
    assert checks["subscription_1"].journeys == ("after_one_delivery",)
    # Who comes back buys a second time, and a journey is live for those.
    assert checks["subscription_1"].next_journeys == ("know_us",)
    assert checks["subscription_1"].passed == 4
    html = browser_of_staff.get(PAGE).content.decode()
    for name in ("定期1回で解約", "定期4回で解約", "トライアルだけで離れた", "単品2回で離れた"):
        assert name in html
    assert "離脱した方" in html
    for key in ("after_two_singles", "before_fourth", "trial_to_full", "win_back"):
        plan.activate(key, now=clock.now())
    assert "入口・目標・出口・次の道があります" in browser_of_staff.get(PAGE).content.decode()
    csv = b"".join(browser_of_staff.get(f"{PAGE}?csv=utf-8")).decode("utf-8-sig")
    assert csv.splitlines()[2].startswith("first,first_follow,,True,True,True,know_us")
