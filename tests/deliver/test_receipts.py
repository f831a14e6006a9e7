"""What becomes of messages after they left, and of the ones nobody knows about."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from okaeri.customers import api as customers
from okaeri.deliver import api
from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.channels.email.mailbox import MailboxTransport
from okaeri.deliver.channels.email.smtp import SmtpTransport
from okaeri.deliver.models import Message, MessageEvent
from okaeri.deliver.types import ConfirmationError, MessageNotFoundError
from okaeri.foundation import clock

from .faulty_smtp import serving
from .shop import DAY, make_person, make_request, statuses, why, work

pytestmark = pytest.mark.django_db


def make_unknown(simulated: clock.SimulatedClock, people: int) -> list[Message]:
    for _ in range(people):
        api.submit([make_request(make_person(), lives=30 * DAY)], simulated.now())
    with serving(lambda _: "drop-after-dot") as server:
        work(EmailChannel(SmtpTransport(server.url)))
    assert statuses() == {"unknown": people}
    return list(Message.objects.order_by("id"))


@pytest.mark.parametrize(
    ("kind", "status"),
    [("delivered", "accepted"), ("opened", "accepted"), ("bounced", "rejected")],
)
def test_news_of_an_unknown_message_settles_it(
    shop: None, simulated: clock.SimulatedClock, kind: str, status: str
) -> None:
    (message,) = make_unknown(simulated, 1)
    assert api.record_event(message.id, kind, simulated.now())
    assert not api.record_event(message.id, kind, simulated.now())
    assert statuses() == {status: 1}
    assert MessageEvent.objects.count() == 1


def test_a_complaint_ends_marketing_to_the_address(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel
) -> None:
    person = make_person()
    api.submit([make_request(person)], simulated.now())
    work(email)
    waiting = make_request(person, "next", due=simulated.now() + DAY)
    api.submit([waiting], simulated.now())
    api.record_event(Message.objects.earliest("id").id, "complained", simulated.now())
    point = customers.list_contact_points([person], "email")[person]
    assert point.suppressed_because == "complaint"
    assert why(person, "next")[0] == "suppressed"


def test_unknown_messages_go_again_only_after_their_number_was_confirmed(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel, box: MailboxTransport
) -> None:
    make_unknown(simulated, 3)
    with pytest.raises(ConfirmationError, match="no longer the 2"):
        api.retry_unknown("journey", 1, confirmed=2, now=simulated.now())
    assert statuses() == {"unknown": 3}
    simulated.advance(timedelta(days=1))
    assert api.retry_unknown("journey", 1, confirmed=3, now=simulated.now()) == 3
    work(email)
    assert statuses() == {"accepted": 3}
    assert box.list(0, 1)[1] == 3


def test_pages_read_messages_contents_and_counts_by_part(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel
) -> None:
    one, two = make_person(), make_person()
    api.submit(
        [
            make_request(one, "a1", subject="はじめまして"),
            make_request(two, "a1", held_out=True),
            make_request(two, "a2", kind="transactional"),
        ],
        simulated.now(),
    )
    work(email)
    assert api.counts_by_part("journey", 1) == {
        "a1": {"accepted": 1, "held_out": 1},
        "a2": {"accepted": 1},
    }
    page, total = api.list_messages(status="accepted", journey_source_id=1, limit=1)
    assert (len(page), total) == (1, 2)
    (view,) = api.messages_of(one)
    assert (view.subject, view.status_name.ja) == ("はじめまして", "送信済み")
    assert api.get_message(view.id) == view
    content = api.find_content(view.id)
    assert content is not None
    assert content.body_text.startswith(f"{one} 様")
    assert api.audience("journey", 2)["audience"] == 0


def test_what_does_not_exist_says_so(settings: Any, data_dir: Path) -> None:
    settings.OKAERI = replace(settings.OKAERI, data_dir=data_dir)
    with pytest.raises(MessageNotFoundError, match="no message 9"):
        api.get_message(9)
    with pytest.raises(MessageNotFoundError, match="no mail 9"):
        api.get_mail(9)
    assert api.find_content(9) is None
    assert api.list_mails() == ([], 0)
