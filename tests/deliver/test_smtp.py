"""Real conversations over loopback, with every way a mail server can fail."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from okaeri.customers import api as customers
from okaeri.deliver import api
from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.channels.email.smtp import SmtpTransport, read_url
from okaeri.deliver.models import Message
from okaeri.foundation import clock
from okaeri.foundation.errors import ConfigurationError
from tests.carrier_addresses import MAILBOXES
from tests.ports import free_port

from .faulty_smtp import FaultySmtp, serving
from .shop import DAY, make_person, make_request, statuses, why, work

pytestmark = pytest.mark.django_db


def submit_to(
    simulated: clock.SimulatedClock, addresses: Sequence[str], kind: str = "useful"
) -> list[int]:
    people = [make_person(address) for address in addresses]
    api.submit([make_request(person, kind=kind) for person in people], simulated.now())
    return people


def over(server: FaultySmtp, url: str = "") -> EmailChannel:
    return EmailChannel(SmtpTransport(url or server.url))


class Judge:
    """aiosmtpd's handler: keeps the envelope of what was taken."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken.append(envelope)
        return "250 OK"


def test_a_strict_server_takes_the_whole_batch_on_one_connection(
    shop: None, simulated: clock.SimulatedClock
) -> None:
    judge = Judge()
    port = free_port()
    controller = Controller(judge, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        plain = [f"p{n}@example.com" for n in range(31 - len(MAILBOXES))]
        people = submit_to(simulated, [*MAILBOXES, *plain])
        work(EmailChannel(SmtpTransport(f"smtp://127.0.0.1:{port}")))
    finally:
        controller.stop()
    assert statuses() == {"accepted": 31}
    assert len(judge.taken) == len(people)
    first = judge.taken[0]
    # aiosmtpd takes the quotes off
    assert [one.rcpt_tos for one in judge.taken] == [[address] for address in (*MAILBOXES, *plain)]
    assert first.mail_from == "hello@hadabiyori.example"
    content = first.original_content
    assert content is not None
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in content
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_one_bad_recipient_never_affects_the_others(
    shop: None, simulated: clock.SimulatedClock
) -> None:
    faults = ["nobody-550", "refused-550", "refused-at-data", "refused-after-dot", "later-451"]
    good = [f"ok+{n}@example.com" for n in range(6)]
    mixed = [*good[:3], *(f"{fault}@example.com" for fault in faults), *good[3:]]
    with serving() as server:
        people = submit_to(simulated, mixed)
        work(over(server))
        assert server.recipients == good
    assert statuses() == {"accepted": 6, "rejected": 4, "rendered": 1}
    nobody, refused = people[3], people[4]
    assert why(nobody)[1].startswith("The address does not exist. (reply: 550 5.1.1")
    assert why(refused)[1].startswith("The far side refused it. (reply: 550 5.7.1")
    points = customers.list_contact_points(people, "email")
    assert points[nobody].suppressed_because == "user_unknown"
    assert [p for p in people if points[p].suppressed_because] == [nobody]


def test_a_mail_told_later_goes_later_and_once(shop: None, simulated: clock.SimulatedClock) -> None:
    moods = iter(["later-451", "later-451", "fine"])
    with serving(lambda _: next(moods)) as server:
        (person,) = submit_to(simulated, ["p@example.com"])
        work(over(server))
        assert why(person)[0] == "rendered"
        assert "451" in why(person)[1]
        work(over(server))  # not due yet
        simulated.advance(timedelta(minutes=2))
        work(over(server))
        assert statuses() == {"rendered": 1}
        simulated.advance(timedelta(minutes=4))
        work(over(server))
        assert statuses() == {"accepted": 1}
        assert server.recipients == ["p@example.com"]
    assert Message.objects.get().attempts == 3


def test_words_that_waited_long_are_made_anew_before_they_leave(
    shop: None, simulated: clock.SimulatedClock
) -> None:
    moods = iter([*["later-451"] * 6, "fine"])
    with serving(lambda _: next(moods)) as server:
        submit_to(simulated, ["p@example.com"])
        begun = simulated.now()
        while statuses() != {"accepted": 1}:
            work(over(server))
            simulated.advance(timedelta(minutes=5))
        rendered = Message.objects.get().rendered_at
        assert rendered is not None
        assert rendered > begun
        assert len(server.mails) == 1
    assert Message.objects.get().attempts == 7


def test_a_server_that_says_later_for_too_long_lets_the_mail_expire(
    shop: None, simulated: clock.SimulatedClock
) -> None:
    with serving(lambda _: "later-451") as server:
        (person,) = submit_to(simulated, ["p@example.com"])
        for _ in range(30):
            work(over(server))
            simulated.advance(timedelta(hours=4))
        assert server.mails == []
    assert why(person)[0] == "expired"


@pytest.mark.parametrize("fault", ["drop-after-dot", "silent"])
def test_a_connection_lost_after_the_final_dot_is_unknown_and_never_sent_again(
    shop: None, simulated: clock.SimulatedClock, fault: str
) -> None:
    with serving() as server:
        people = submit_to(
            simulated, ["ok@example.com", f"{fault}@example.com", "ok+2@example.com"]
        )
        for _ in range(5):
            work(over(server, server.url_of_the_impatient if fault == "silent" else ""))
            simulated.advance(DAY)
        assert sorted(server.copies().values()) == [1, 1, 1]
    assert statuses() == {"accepted": 2, "unknown": 1}
    assert why(people[1])[1].startswith("The connection was lost while it left")


def test_an_old_carrier_address_is_quoted_on_the_wire(
    shop: None, simulated: clock.SimulatedClock
) -> None:
    with serving() as server:
        submit_to(simulated, ["a..b@docomo.ne.jp"])
        work(over(server))
        assert server.recipients == ['"a..b"@docomo.ne.jp']


def test_a_connection_lost_inside_a_small_mail_is_never_sent_again(
    shop: None, simulated: clock.SimulatedClock
) -> None:
    # The whole mail fits the send buffer: from here it looks as if the dot had been delivered.
    with serving() as server:
        submit_to(simulated, ["drop-in-body@example.com"])
        for _ in range(3):
            work(over(server))
            simulated.advance(DAY)
        assert server.mails == []
    assert statuses() == {"unknown": 1}


def test_a_connection_lost_before_the_mail_itself_is_tried_again(
    shop: None, simulated: clock.SimulatedClock
) -> None:
    moods = iter(["drop-at-data", "fine"])
    with serving(lambda _: next(moods)) as server:
        submit_to(simulated, ["p@example.com"])
        work(over(server))
        assert statuses() == {"rendered": 1}
        simulated.advance(timedelta(minutes=2))
        work(over(server))
        assert server.recipients == ["p@example.com"]
    assert statuses() == {"accepted": 1}


def test_a_connection_lost_before_data_is_opened_again_at_once(
    shop: None, simulated: clock.SimulatedClock
) -> None:
    moods = iter(["fine", "drop-before-data", "fine", "fine"])
    with serving(lambda _: next(moods)) as server:
        submit_to(simulated, [f"p{n}@example.com" for n in range(3)])
        work(over(server))
        assert len(server.mails) == 3
    assert statuses() == {"accepted": 3}


def test_a_mail_at_which_the_server_hangs_up_waits_alone(
    shop: None, simulated: clock.SimulatedClock
) -> None:
    with serving() as server:
        people = submit_to(
            simulated, ["drop-before-data@example.com", "ok+1@example.com", "ok+2@example.com"]
        )
        work(over(server))
        assert server.recipients == ["ok+1@example.com", "ok+2@example.com"]
    assert statuses() == {"accepted": 2, "rendered": 1}
    assert why(people[0])[1].startswith("Will be tried again later.")


def test_a_server_going_down_gets_a_rest_and_nothing_is_lost(
    shop: None, simulated: clock.SimulatedClock
) -> None:
    moods = iter(["fine", "later-421", "fine", "fine"])
    with serving(lambda _: next(moods)) as server:
        submit_to(simulated, [f"p{n}@example.com" for n in range(3)])
        work(over(server))
        assert statuses() == {"accepted": 1, "rendered": 2}
        assert "421" in api.resting_channels()["email"].why.en  # type: ignore[union-attr]
        simulated.advance(timedelta(seconds=30))
        work(over(server))
        assert len(server.mails) == 3
    assert statuses() == {"accepted": 3}
    assert api.resting_channels() == {}


def test_an_unreachable_server_is_one_clear_sentence_and_a_growing_rest(
    shop: None, simulated: clock.SimulatedClock
) -> None:
    with serving() as server:
        url = server.url
        port = server.server_address[1]
    channel = EmailChannel(SmtpTransport(url))
    (person,) = submit_to(simulated, ["p@example.com"])
    rests = []
    for _ in range(4):
        work(channel)
        state = api.resting_channels()["email"]
        assert state.until is not None
        rests.append((state.until - simulated.now()).total_seconds())
        simulated.move_to(state.until)
    assert rests == [30, 60, 120, 240]
    status, words = why(person)
    assert status == "rendered"
    assert f"The mail server 127.0.0.1:{port} cannot be reached" in words
    assert "OKAERI_SMTP_URL" in words
    with serving(port=port) as server:
        work(channel)
        assert server.recipients == ["p@example.com"]
    assert statuses() == {"accepted": 1}
    assert api.resting_channels() == {}


def test_a_password_is_not_sent_where_anybody_can_read_it(
    shop: None, simulated: clock.SimulatedClock
) -> None:
    # Loopback in truth, but not by its name.
    with serving() as server:
        port = server.server_address[1]
        submit_to(simulated, ["p@example.com"])
        work(EmailChannel(SmtpTransport(f"smtp://me:secret@127.0.0.2:{port}?timeout=2")))
        assert server.mails == []
    assert statuses() == {"rendered": 1}


def test_the_address_of_a_server_is_read_with_its_patience() -> None:
    server = read_url("smtp://me:p%40ss@mail.example:587")
    assert (server.host, server.port, server.user, server.password) == (
        "mail.example", 587, "me", "p@ss",
    )  # fmt: skip
    assert server.final_dot_seconds >= 600
    assert read_url("smtps://mail.example").port == 465
    with pytest.raises(ConfigurationError, match="final_dot_timeout"):
        read_url("smtp://mail.example?final_dot_timeout=long")
