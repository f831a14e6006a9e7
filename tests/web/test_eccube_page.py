"""Connecting EC-CUBE from its page to the first order: addresses, leave, the worker, the panel."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.work.loop import WorkLoop
from okaeri.intake import api as intake
from okaeri.project.wiring import station_duties
from tests.intake.fake_eccube import FakeEccube, running

pytestmark = pytest.mark.django_db
NOW = datetime.fromisoformat("2026-11-20T12:00:00+09:00")


@pytest.fixture
def eccube() -> Iterator[FakeEccube]:
    standing = clock.SimulatedClock(NOW)
    with clock.use(standing), running() as shop:
        yield shop


def connect(staff: Client, shop: FakeEccube) -> str:
    staff.post("/connections/", {"name": "本店", "kind": "eccube"})
    path = f"/connections/{intake.list_connections()[0].id}/"
    staff.post(
        f"{path}poll/",
        {
            "shop_url": shop.url, "admin_url": f"{shop.url}/admin", "client_id": "me",
            "client_secret": "s3cret",
        },
    )  # fmt: skip
    return path


def leave_link(staff: Client, path: str) -> tuple[str, dict[str, list[str]]]:
    found = re.search(r'href="([^"]+/authorize\?[^"]+)"', staff.get(path).content.decode())
    assert found
    parts = urlsplit(unescape(found[1]))
    return f"{parts.scheme}://{parts.netloc}{parts.path}", parse_qs(parts.query)


def test_from_the_address_to_the_first_order(browser_of_staff: Client, eccube: FakeEccube) -> None:
    eccube.order(1, changed=NOW - timedelta(hours=1))
    path = connect(browser_of_staff, eccube)
    page, asked = leave_link(browser_of_staff, path)
    assert page == f"{eccube.url}/admin/authorize"
    assert asked["redirect_uri"][0].endswith(f"{path}leave/")
    assert (asked["scope"], asked["client_id"]) == (["read"], ["me"])
    back = {"code": eccube.code, "state": asked["state"][0]}
    shown = browser_of_staff.get(f"{path}leave/", back)
    assert "読み始める" in shown.content.decode()
    assert eccube.renewed == 0
    done = browser_of_staff.post(f"{path}leave/", back, follow=True)
    assert "許可を受けました" in done.content.decode()
    WorkLoop(station_duties()).run_until_idle()
    (person,) = customers.search_customers("p1@example.com")
    assert person.family_name == "山田"
    page_now = browser_of_staff.get(path).content.decode()
    assert "読んでいます" in page_now
    assert "eccube/order" in page_now
    assert "s3cret" not in page_now


def test_a_leave_that_was_begun_elsewhere_is_not_taken(
    browser_of_staff: Client, eccube: FakeEccube
) -> None:
    path = connect(browser_of_staff, eccube)
    other = Client()
    other.force_login(User.objects.create_superuser("ken", password="a-long-word-of-mine"))
    foreign = leave_link(other, path)[1]["state"][0]
    for state in ("", "made-up", foreign):
        done = browser_of_staff.post(
            f"{path}leave/", {"code": eccube.code, "state": state}, follow=True
        )
        assert "この画面から始めたものではありません" in done.content.decode()
    assert eccube.renewed == 0


def test_an_unsafe_address_is_refused_in_one_sentence(
    browser_of_staff: Client, eccube: FakeEccube
) -> None:
    eccube.url = "http://shop.example"
    path = connect(browser_of_staff, eccube)
    assert "https://" in browser_of_staff.get(path).content.decode()
    assert intake.find_poll(int(path.split("/")[2])) is None
