"""Links made for one person: they work in the letter he got and nowhere staff can read it."""

import io
import re
import zipfile
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, resolve

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.deliver.domain.token import one_click_url, unsubscribe_token, unsubscribe_url
from okaeri.deliver.domain.tracking import click_url, pixel
from okaeri.deliver.models import Content, Message
from okaeri.foundation.ids import new_token
from okaeri.intake.domain.form_links import confirm_token, file_token
from okaeri.listen import api as listen
from okaeri.plan import api as plan
from okaeri.rewards import api as rewards
from okaeri.web.access import Role, give_role
from okaeri.web.public import forms_urls, urls

pytestmark = pytest.mark.django_db
SIGNED = re.compile(r"[-.][0-9a-f]{40}")
BASE = "https://shop.example"
KEY = settings.SECRET_KEY


def every_link(person: int) -> dict[str, str]:
    """Path pattern → an address of each page that a letter may lead one person to."""
    token = unsubscribe_token(KEY, 7, "k", person)
    stop, once = unsubscribe_url(BASE, token), one_click_url(BASE, token)
    question = listen.question_link(person, "satisfaction", BASE, KEY, subject="order:1")
    my_page = rewards.my_page_links([person], BASE)[person]
    found = {
        "u/<str:token>/": stop,
        "u/<str:token>/one-click/": once,
        "p/u/<str:token>/": stop.replace("/u/", "/p/u/"),
        "p/u/<str:token>/one-click/": once.replace("/u/", "/p/u/"),
        "q/<str:token>/": question,
        "p/q/<str:token>/": question.replace("/q/", "/p/q/"),
        "w/<str:token>/": customers.preference_link(person, BASE, KEY),
        "w/<str:token>/subscriptions/": customers.subscription_link(person, BASE, KEY),
        "m/<str:token>/": customers.card_link(person, BASE, KEY),
        "my/<str:token>/": my_page,
        "my/<str:token>/subscriptions/": f"{my_page}subscriptions/",
        "c/<str:token>/": click_url(BASE, KEY, 7, 3),
        "o/<str:token>.gif": pixel(BASE, KEY, 7).split('"')[1],
        "f/confirm/<str:token>/": f"{BASE}/f/confirm/{confirm_token(KEY, 1, new_token())}/",
        "f/file/<str:token>/": f"{BASE}/f/file/{file_token(KEY, 1, new_token())}/",
    }
    for pattern, link in found.items():
        assert resolve(link.removeprefix(BASE)).route == pattern
    return found


def patterns() -> Iterator[str]:
    for one in (*urls.urlpatterns, *forms_urls.urlpatterns):
        assert isinstance(one, URLPattern)
        if "token" in str(one.pattern):
            yield str(one.pattern)


def test_no_link_of_a_letter_works_where_staff_read_it(small_shop: None) -> None:
    person = customers.search_customers("user1@example.invalid")[0].id
    links = every_link(person)
    # A new page behind a signed link must be thought of here.
    assert set(links) == set(patterns())
    browser = Client()
    for pattern, link in links.items():
        for letter in (f"こちら {link} から。", f'<a href="{link}">押す</a>', f"<{link}>"):
            shown = rewards.hide_gifts(letter)
            assert link not in shown, pattern
            assert "●●●●" in shown
        dead = rewards.hide_gifts(link).removeprefix(BASE)
        for answer in (browser.get(dead), browser.post(dead)):
            assert answer.status_code in (404, 405) or pattern.startswith("o/"), pattern


def test_what_is_no_signature_stays() -> None:
    digest = "0123456789abcdef0123456789abcdef01234567"
    for words in (digest, f"commit {digest}", f"-{digest}0", f"a-{digest[:-1]}", "2026-11-22"):
        assert rewards.hide_gifts(words) == words


@pytest.fixture
def letters(living_shop: None) -> list[int]:
    """Letters that left through the local mailbox; gives their messages."""
    sent = [mail.message_id for mail in deliver.list_mails(offset=0, limit=50)[0]]
    assert sent
    return sent


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SERVICE, Role.MARKETER, Role.VIEWER])
def test_staff_read_letters_without_a_link_that_acts(
    role: Role, letters: list[int], outsider: Client
) -> None:
    reader = User.objects.create_user("reader", password=new_token(), is_staff=True)
    give_role(reader, role)
    outsider.force_login(reader)
    paths = ("messages/{}/", "messages/{}/body/", "mailbox/{}/", "mailbox/{}/body/")
    for message_id in letters[:2]:
        # The letter itself has them whole.
        mail = BytesParser(policy=policy.default).parsebytes(deliver.get_mail(message_id).raw)
        body = mail.get_body(("plain",))
        assert body is not None
        assert SIGNED.search(body.get_content())
        assert SIGNED.search(mail["List-Unsubscribe"])
        for path in paths:
            page = outsider.get(f"/actions/{path.format(message_id)}")
            assert page.status_code == 200, path
            assert not SIGNED.search(page.content.decode()), path
            assert "●●●●" in page.content.decode() or path.startswith("messages"), path


def test_an_archive_and_a_preview_hold_no_link_that_acts(
    letters: list[int], browser_of_staff: Client
) -> None:
    message = Message.objects.get(id=letters[0])
    content = Content.objects.get(message_id=message.pk)
    link = customers.preference_link(message.customer_id, BASE, KEY)
    Content.objects.filter(pk=content.pk).update(
        body_text=f"{content.body_text}\n{link}", body_html=f'<a href="{link}">x</a>'
    )
    archive = zipfile.ZipFile(
        io.BytesIO(browser_of_staff.get(f"/customers/{message.customer_id}/export.zip").content)
    )
    said = archive.read("person.json").decode()
    assert "/w/" in said
    assert not SIGNED.search(said)
    assert not SIGNED.search(archive.read("message_contents.csv").decode())
    for template in plan.list_templates():
        for page in ("", f"body/{message.customer_id}/"):
            shown = browser_of_staff.get(f"/actions/templates/{template.key}/{page}")
            if shown.status_code == 200:
                assert not SIGNED.search(shown.content.decode()), (template.key, page)
