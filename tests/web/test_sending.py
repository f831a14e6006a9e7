"""The messages page: stop and go on with all sending, decide about the unknown, take the list away."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client

from okaeri.customers.models import Customer
from okaeri.deliver import api as deliver
from okaeri.deliver.models import Message
from okaeri.deliver.types import MessageRequest
from okaeri.foundation import clock

pytestmark = pytest.mark.django_db
PAGE = "/actions/messages/"


@pytest.fixture
def five_messages(small_shop: None) -> list[Message]:
    """Five messages wait; the last two are of a second source."""
    now = clock.now()
    people = Customer.objects.order_by("id")[:5]
    requests = [
        MessageRequest(
            key=f"k{number}",
            source_kind="journey",
            source_id=1 if number < 3 else 2,
            source_part="thanks",
            customer_id=person.pk,
            channel="email",
            content_kind="useful",
            template_key="first_follow_thanks",
            template_version=1,
            due_at=now,
            expires_at=now + timedelta(days=3),
        )
        for number, person in enumerate(people)
    ]
    assert deliver.submit(requests, now) == 5
    return list(Message.objects.order_by("id"))


def test_all_sending_is_paused_after_showing_how_many_wait_and_resumed(
    browser_of_staff: Client, five_messages: list[Message]
) -> None:
    html = browser_of_staff.get(PAGE).content.decode()
    assert "待っている 5件が止まります" in html
    assert not deliver.is_paused()
    told = browser_of_staff.post("/actions/sending/pause/", follow=True).content.decode()
    assert deliver.is_paused()
    assert "すべての送信を止めています" in told
    assert "待っている 5件が" in told
    assert "すべての送信を止める" not in told
    told = browser_of_staff.post("/actions/sending/resume/", follow=True).content.decode()
    assert not deliver.is_paused()
    assert "すべての送信を止めています" not in told


def test_looking_at_the_brakes_does_not_pull_them(
    browser_of_staff: Client, five_messages: list[Message]
) -> None:
    for path in ("pause", "resume", "again"):
        assert browser_of_staff.get(f"/actions/sending/{path}/").status_code == 405
    assert not deliver.is_paused()


def test_unknown_messages_go_again_only_in_the_number_that_was_confirmed(
    browser_of_staff: Client, five_messages: list[Message]
) -> None:
    Message.objects.filter(source_id=1).update(status="unknown", reason={"code": "connection_lost"})
    html = browser_of_staff.get(PAGE).content.decode()
    assert "3件をもう一度送る" in html
    asked = {"source_kind": "journey", "source_id": "1"}
    refused = browser_of_staff.post("/actions/sending/again/", {**asked, "confirmed": "2"})
    assert refused.status_code == 400
    assert Message.objects.filter(status="unknown").count() == 3
    browser_of_staff.post("/actions/sending/again/", {**asked, "confirmed": "3"})
    assert Message.objects.filter(status="unknown").count() == 0
    assert Message.objects.filter(status="rendered").count() == 3
    assert browser_of_staff.post("/actions/sending/again/", {"source_id": "x"}).status_code == 400


@pytest.mark.parametrize(("encoding", "codec"), [("utf-8", "utf-8-sig"), ("shift_jis", "cp932")])
def test_the_messages_are_downloaded_as_they_are_narrowed(
    encoding: str, codec: str, browser_of_staff: Client, five_messages: list[Message]
) -> None:
    Message.objects.filter(id=five_messages[0].pk).update(status="suppressed")
    response = browser_of_staff.get(f"{PAGE}?status=planned&csv={encoding}")
    text = b"".join(response).decode(codec)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0][:3] == ["メッセージID", "顧客ID", "顧客"]
    assert [int(row[0]) for row in rows[1:]] == [m.pk for m in reversed(five_messages[1:])]
    assert {row[7] for row in rows[1:]} == {"予定"}
