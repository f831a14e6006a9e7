"""Ending an experiment from its page, and a journey for good from its own."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from okaeri.foundation import clock
from okaeri.measure import api as measure
from okaeri.plan import api as plan
from okaeri.web.access import Role, give_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def live_journey(small_shop: None) -> None:
    """The first-purchase follow-up runs, and with it one experiment."""
    plan.activate("first_follow", now=clock.now())


def test_staff_end_an_experiment_after_a_second_look_and_the_journey_goes_on(
    browser_of_staff: Client, live_journey: None
) -> None:
    experiment = measure.list_experiments()[0]
    page = f"/results/{experiment.id}/"
    assert f'action="{page}end/"' in browser_of_staff.get(page).content.decode()
    assert browser_of_staff.get(f"{page}end/").status_code == 405
    told = browser_of_staff.post(f"{page}end/", follow=True).content.decode()
    assert measure.get_experiment(experiment.id).ended_at is not None
    assert "この実験は終わりました" in told
    assert f'action="{page}end/"' not in told
    journey = next(j for j in plan.list_journeys() if j.experiment_key == experiment.key)
    assert journey.status == "live"
    html = browser_of_staff.get(f"/actions/journeys/{journey.key}/").content.decode()
    assert "実験は終わり、全員に送っています" in html


def test_a_journey_stopped_for_good_takes_its_experiment_along(
    browser_of_staff: Client, live_journey: None
) -> None:
    page = "/actions/journeys/first_follow/"
    assert "完全に終える" in browser_of_staff.get(page).content.decode()
    told = browser_of_staff.post(f"{page}finish/", follow=True).content.decode()
    journey = plan.get_journey("first_follow")
    assert (journey.status, journey.is_measured) == ("paused", False)
    assert "完全に終える" not in told


def test_who_may_only_look_ends_nothing(live_journey: None) -> None:
    viewer = User.objects.create_user("miru", password="-", is_staff=True)
    give_role(viewer, Role.VIEWER)
    client = Client()
    client.force_login(viewer)
    experiment = measure.list_experiments()[0]
    assert client.post(f"/results/{experiment.id}/end/").status_code == 403
    assert client.post("/actions/journeys/first_follow/finish/").status_code == 403
    assert measure.get_experiment(experiment.id).ended_at is None
