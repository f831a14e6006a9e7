"""How much one member of staff may take out in a minute and a day, and what he reads beyond it."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.test import Client

from okaeri.customers.models import AccessEntry
from okaeri.foundation.settings import save, specs_of
from okaeri.insight import api as insight
from okaeri.web.access import Role, give_role
from okaeri.web.taking import TakingRules
from tests.web.test_strangers import _addresses

pytestmark = pytest.mark.django_db
KNOWN = {spec.key: spec for spec in specs_of(TakingRules).values()}
CSV = "/customers/?csv=utf-8"


class Time:
    """Stands for the clock of the counters."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000_000.0 * 86_400
        standing = SimpleNamespace(monotonic=lambda: self.now)
        monkeypatch.setattr("okaeri.web.rate.time", standing)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


def limit(**values: int) -> None:
    save(KNOWN, {f"taking.{name}": value for name, value in values.items()})


def test_beyond_the_minute_nothing_leaves_and_the_page_says_when_it_will(
    small_shop: None, browser_of_staff: Client, time: Time
) -> None:
    limit(downloads_per_minute=2)
    assert [browser_of_staff.get(CSV).status_code for _ in range(2)] == [200, 200]
    noted = AccessEntry.objects.count()
    refused = browser_of_staff.get(CSV)
    assert refused.status_code == 429
    assert "書き出しは1分に2回まで" in refused.content.decode()
    # Nothing left, so nothing is noted as having left.
    assert AccessEntry.objects.count() == noted
    # Looking goes on, and so does everybody else.
    assert browser_of_staff.get("/customers/").status_code == 200
    other = Client(headers={"accept-language": "en"})
    other.force_login(User.objects.create_superuser("aya", password="-"))
    assert [other.get(CSV).status_code for _ in range(3)] == [200, 200, 429]
    assert "Wait a minute" in other.get(CSV).content.decode()
    time.now += 60
    assert browser_of_staff.get(CSV).status_code == 200


def test_beyond_the_day_the_page_says_who_can_raise_it(
    small_shop: None, browser_of_staff: Client, time: Time
) -> None:
    limit(downloads_per_minute=2, downloads_per_day=3)
    for _ in range(3):
        assert browser_of_staff.get(CSV).status_code == 200
        time.now += 60
    refused = browser_of_staff.get(CSV)
    assert refused.status_code == 429
    assert "1日の上限(3回)" in refused.content.decode()
    limit(downloads_per_day=10)
    time.now += 60
    assert browser_of_staff.get(CSV).status_code == 200
    time.now += 86_400
    limit(downloads_per_minute=1, downloads_per_day=1)
    assert browser_of_staff.get(CSV).status_code == 200


def test_previews_of_letters_have_a_limit_of_their_own(
    living_shop: None, browser_of_staff: Client, time: Time
) -> None:
    limit(downloads_per_minute=1, previews_per_minute=2)
    person = insight.list_customers(limit=1).rows[0].customer_id
    body = f"/actions/templates/first_thanks/body/{person}/"
    said = [browser_of_staff.get(body).status_code for _ in range(3)]
    assert said[2] == 429
    assert 429 not in said[:2]
    assert browser_of_staff.get(CSV).status_code == 200


def test_every_file_with_people_has_the_limit(
    living_shop: None, browser_of_staff: Client, time: Time
) -> None:
    person = insight.list_customers(limit=1).rows[0].customer_id
    limit(downloads_per_minute=1)
    files = []
    for _, path in _addresses():
        address = path.replace("/customers/1/", f"/customers/{person}/")
        time.now += 60
        first = browser_of_staff.get(f"{address}?csv=utf-8")
        kind = first.headers.get("Content-Type", "")
        if "attachment" in first.headers.get("Content-Disposition", "") and (
            "csv" in kind or "zip" in kind
        ):
            files.append(path)
            assert browser_of_staff.get(f"{address}?csv=utf-8").status_code == 429, path
    assert len(files) > 30
    assert {"/customers/", "/customers/1/export.zip", "/settings/exports/orders/"} <= set(files)


def test_who_may_not_take_anything_does_not_use_up_his_minute(
    small_shop: None, browser_of_staff: Client, time: Time
) -> None:
    limit(downloads_per_minute=1)
    give_role(User.objects.get(username="mika"), Role.VIEWER)
    for _ in range(2):
        assert browser_of_staff.get("/settings/exports/orders/").status_code == 403
