"""From a request to the mailbox, through the duties the worker runs."""

from datetime import datetime, timedelta

import pytest

from okaeri.customers.models import Suppression
from okaeri.deliver import api
from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.channels.email.mailbox import MailboxTransport
from okaeri.deliver.models import Message
from okaeri.foundation import clock
from okaeri.foundation.models import Setting

from .shop import DAY, make_loop, make_person, make_request, set_settings, statuses, why, work

pytestmark = pytest.mark.django_db


def test_a_request_becomes_a_mail_in_the_mailbox(
    shop: None, now: datetime, email: EmailChannel, box: MailboxTransport
) -> None:
    person = make_person("hanako@example.com")
    assert api.submit([make_request(person, subject="ようこそ")], now) == 1
    work(email)
    assert statuses() == {"accepted": 1}
    mails, total = box.list(0, 10)
    assert total == 1
    assert (mails[0].address, mails[0].subject) == ("hanako@example.com", "ようこそ")


def test_the_same_request_twice_is_one_message(shop: None, now: datetime) -> None:
    person = make_person()
    assert api.submit([make_request(person), make_request(person)], now) == 1
    assert api.submit([make_request(person), make_request(person, "a2")], now) == 1
    assert statuses() == {"planned": 2}


def test_who_is_held_out_is_settled_at_once_and_gets_nothing(
    shop: None, now: datetime, email: EmailChannel, box: MailboxTransport
) -> None:
    person = make_person()
    api.submit([make_request(person, held_out=True)], now)
    assert statuses() == {"held_out": 1}
    work(email)
    assert statuses() == {"held_out": 1}
    assert box.list(0, 10)[1] == 0


def test_a_message_is_rendered_within_the_hour_and_sent_when_due(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel
) -> None:
    later = simulated.now() + timedelta(hours=2)
    api.submit([make_request(make_person(), due=later)], simulated.now())
    work(email)
    assert statuses() == {"planned": 1}
    simulated.advance(timedelta(hours=1))
    work(email)
    assert statuses() == {"rendered": 1}
    simulated.advance(timedelta(hours=1))
    work(email)
    assert statuses() == {"accepted": 1}


def test_a_broken_template_is_suppressed_and_says_why(
    shop: None, now: datetime, email: EmailChannel
) -> None:
    good, bad = make_person(), make_person()
    api.submit([make_request(good), make_request(bad, broken=True)], now)
    work(email)
    assert statuses() == {"accepted": 1, "suppressed": 1}
    assert why(bad) == (
        "suppressed",
        "The words could not be made. Line 3 names an unknown variable.",
    )


def test_what_is_too_late_expires_and_is_never_sent(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel, box: MailboxTransport
) -> None:
    person = make_person()
    api.submit([make_request(person, lives=timedelta(hours=1))], simulated.now())
    simulated.advance(timedelta(hours=1))
    work(email)
    assert why(person) == ("expired", "Its time is over; it is not sent.")
    assert box.list(0, 10)[1] == 0


def test_nobody_gets_more_than_one_marketing_mail_a_day_and_three_a_week(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel, box: MailboxTransport
) -> None:
    person = make_person()
    wishes = [make_request(person, f"a{n}", lives=30 * DAY) for n in range(6)]
    api.submit([*wishes, make_request(person, "order", kind="transactional")], simulated.now())
    sent_by_day = []
    for _ in range(9):
        before = box.list(0, 1)[1]
        work(email)
        sent_by_day.append(box.list(0, 1)[1] - before)
        simulated.advance(DAY)
    # Day 1 has the transactional mail on top; after three days the week is full until day 8.
    assert sent_by_day == [2, 1, 1, 0, 0, 0, 0, 1, 1]


def test_two_messages_to_one_person_in_one_batch_do_not_both_pass_the_daily_cap(
    shop: None, now: datetime, email: EmailChannel
) -> None:
    person = make_person()
    api.submit([make_request(person, "a1"), make_request(person, "a2")], now)
    work(email)
    assert statuses() == {"accepted": 1, "planned": 1}
    assert why(person, "a2")[1] == "The cap on messages per day or week was reached."


def test_a_capped_message_that_would_come_too_late_is_suppressed_with_the_reason(
    shop: None, now: datetime, email: EmailChannel
) -> None:
    person = make_person()
    short = timedelta(hours=5)
    api.submit([make_request(person, "a1"), make_request(person, "a2", lives=short)], now)
    work(email)
    assert why(person, "a2") == (
        "suppressed",
        "The cap on messages per day or week was reached.",
    )


def test_at_night_marketing_waits_for_the_morning_and_an_order_mail_does_not(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel
) -> None:
    simulated.advance(timedelta(hours=10))  # 21:00 in Tokyo
    person, other = make_person(), make_person()
    at = simulated.now()
    api.submit(
        [make_request(person, due=at), make_request(other, kind="transactional", due=at)], at
    )
    work(email)
    assert why(person) == ("planned", "Waits for the hours in which we send.")
    assert statuses() == {"accepted": 1, "planned": 1}
    message = Message.objects.get(customer_id=person)
    opening = at + timedelta(hours=12)  # 9:00
    assert opening <= message.due_at < opening + timedelta(minutes=30)
    simulated.move_to(message.due_at)
    work(email)
    assert statuses() == {"accepted": 2}


def test_without_the_senders_postal_address_marketing_waits_and_order_mails_go(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel
) -> None:
    Setting.objects.filter(key="shop.postal_address").delete()
    person, other = make_person(), make_person()
    api.submit([make_request(person), make_request(other, kind="transactional")], simulated.now())
    work(email)
    assert statuses() == {"accepted": 1, "rendered": 1}
    assert "postal address is not set" in why(person)[1]
    set_settings({"shop.postal_address": "東京都"})
    simulated.advance(timedelta(hours=1))
    work(email)
    assert statuses() == {"accepted": 2}


@pytest.mark.parametrize(
    ("consent", "kind", "expected"),
    [
        ("none", "useful", "suppressed"),
        ("withdrawn", "sales", "suppressed"),
        ("withdrawn", "transactional", "accepted"),
    ],
)
def test_consent_is_asked_when_a_message_is_about_to_leave(
    shop: None, now: datetime, email: EmailChannel, consent: str, kind: str, expected: str
) -> None:
    person = make_person(consent=consent)
    api.submit([make_request(person, kind=kind)], now)
    work(email)
    assert statuses() == {expected: 1}


def test_a_suppressed_address_gets_nothing_at_all(
    shop: None, now: datetime, email: EmailChannel
) -> None:
    Suppression.objects.create(
        channel="email", address="gone@example.com", reason="user_unknown", created_at=now
    )
    person = make_person("gone@example.com")
    api.submit([make_request(person, kind="transactional")], now)
    work(email)
    assert statuses() == {"suppressed": 1}


def test_after_a_pause_nothing_leaves_until_somebody_resumes(
    shop: None, now: datetime, email: EmailChannel, box: MailboxTransport
) -> None:
    api.submit([make_request(make_person())], now)
    api.pause_sending()
    assert api.is_paused()
    work(email)
    assert statuses() == {"rendered": 1}
    assert box.list(0, 1)[1] == 0
    api.resume_sending()
    work(email)
    assert statuses() == {"accepted": 1}


def test_withdrawn_messages_do_not_leave_and_sent_ones_stay_sent(
    shop: None, now: datetime, email: EmailChannel
) -> None:
    first, second = make_request(make_person()), make_request(make_person(), due=now + DAY)
    api.submit([first, second], now)
    work(email)
    assert api.withdraw([first.key, second.key], "journey_exited") == 1
    assert statuses() == {"accepted": 1, "suppressed": 1}
    assert why(second.customer_id)[1] == "The customer left the journey."


def test_an_error_in_the_facts_sends_nothing_and_loses_nothing(
    shop: None, now: datetime, email: EmailChannel, box: MailboxTransport
) -> None:
    api.submit([make_request(make_person())], now)
    Setting.objects.create(key="cap.marketing_per_day", value="many", updated_at=now)
    loop = make_loop(email)
    loop.run_until_idle()
    assert statuses() == {"rendered": 1}
    assert box.list(0, 1)[1] == 0


def test_a_message_on_a_channel_that_is_not_there_says_so(
    shop: None, now: datetime, email: EmailChannel
) -> None:
    person = make_person()
    api.submit([make_request(person)], now)
    Message.objects.update(channel="pigeon")
    work(email)
    assert why(person) == ("suppressed", "This channel is not available.")
