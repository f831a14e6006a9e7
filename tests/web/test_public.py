"""Pages for customers: small, without scripts, and opening them changes nothing (RFC 8058)."""

import re

import pytest
from django.conf import settings
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers.models import ConsentEvent, ContactPoint, Customer
from okaeri.deliver import api as deliver
from okaeri.insight import api as insight
from okaeri.listen import api as listen

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(living_shop: None) -> str:
    """The unsubscribe address that stands in a mail that left."""
    for mail in deliver.list_mails(limit=20)[0]:
        found = re.search(rb"List-Unsubscribe: ?\r?\n? ?<http://testserver(/u/[^>]+)>", mail.raw)
        if found:
            return found.group(1).decode().replace("=\r\n", "")
    pytest.fail("no mail carries an unsubscribe link")


def _withdrawn() -> int:
    return ConsentEvent.objects.filter(action="withdrawn").count()


def test_a_scanner_that_opens_the_link_stops_nothing(link: str) -> None:
    page = link.removesuffix("one-click/")
    for method in ("get", "head"):
        assert getattr(Client(), method)(page).status_code == 200
    Client().get(link)
    assert _withdrawn() == 0


def test_one_click_answers_200_without_cookie_token_or_redirect_and_is_idempotent(
    link: str,
) -> None:
    client = Client(enforce_csrf_checks=True)
    for _ in range(2):
        response = client.post(
            link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
        )
        assert response.status_code == 200
        assert not response.cookies
        assert "Location" not in response.headers
    assert _withdrawn() == 1
    page = Client(headers={"accept-language": "ja"}).get(link.removesuffix("one-click/"))
    assert "お知らせを止めました" in page.content.decode()


def test_the_button_stops_the_mails_and_the_page_masks_the_address(link: str) -> None:
    page = link.removesuffix("one-click/")
    html = Client(headers={"accept-language": "ja"}).get(page).content.decode()
    assert "***" in html or "…" in html or "*" in html
    assert not re.search(r"user\d+@", html)
    Client(enforce_csrf_checks=True).post(page)
    assert ContactPoint.objects.filter(consent="withdrawn").count() == 1


def test_a_link_that_is_not_ours_is_not_found_and_shows_no_name(living_shop: None) -> None:
    for path in ("/u/nonsense/", "/u/nonsense/one-click/", "/q/nonsense/", "/p/u/nonsense/"):
        response = Client().post(path)
        assert response.status_code == 404, path


def test_an_answer_is_recorded_by_the_button_only_and_may_be_changed(living_shop: None) -> None:
    person = Customer.objects.order_by("-id").first()
    assert person is not None
    path = listen.question_link(person.pk, "satisfaction", "", settings.SECRET_KEY)
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "ja"})
    assert client.get(path).content.decode().count('type="radio"') == 5
    assert listen.answers_of(person.pk) == []
    assert client.post(path, {"score": "9"}).status_code == 400
    assert client.post(path).status_code == 400
    client.post(path, {"score": "4", "comment": "よかった"})
    client.post(path, {"score": "2", "comment": "肌に合わない"})
    assert [(a.score, a.comment) for a in listen.answers_of(person.pk)] == [(2, "肌に合わない")]


def test_pages_for_customers_are_small_run_no_script_and_name_the_shop(link: str) -> None:
    question = listen.question_link(
        insight.list_customers(limit=1).rows[0].customer_id, "satisfaction", "", settings.SECRET_KEY
    )
    for path in (link.removesuffix("one-click/"), question):
        html = Client().get(path).content.decode()
        assert len(html.encode()) < 50_000
        assert "<script" not in html
        assert "肌日和" in html
        for word in ("離脱", "初回客", "優良"):
            assert word not in html
    assert customers.count_customers() > 0
