"""The end of being written to, through the links that real mails carry."""

import email
import re
from datetime import timedelta
from email import policy

import pytest

from okaeri.customers import api as customers
from okaeri.deliver import api
from okaeri.deliver.actions import claiming
from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.channels.email.mailbox import MailboxTransport
from okaeri.deliver.models import Message
from okaeri.deliver.store import claims, outbox
from okaeri.deliver.types import PHASE_DATA_SENT, Links, MessageNotFoundError
from okaeri.foundation import clock

from .shop import DAY, LINKS, make_person, make_request, statuses, why, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _secret(settings: object) -> None:
    settings.SECRET_KEY = LINKS.secret  # type: ignore[attr-defined]


def token_in(box: MailboxTransport, message_id: int) -> str:
    mail = box.find(message_id)
    assert mail is not None
    header = email.message_from_bytes(mail.raw, policy=policy.default)["List-Unsubscribe"]
    found = re.fullmatch(r"<https://shop\.example/u/([^/]+)/one-click/>", header)
    assert found is not None
    return found[1]


def sent_to(person: int, channel: EmailChannel, simulated: clock.SimulatedClock) -> Message:
    api.submit([make_request(person, "first")], simulated.now())
    work(channel)
    return Message.objects.get(customer_id=person, status="accepted")


def test_one_click_ends_marketing_at_once_and_leaves_order_mails(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel, box: MailboxTransport
) -> None:
    person, other = make_person("hanako@example.com"), make_person()
    message = sent_to(person, email, simulated)
    later = simulated.now() + DAY
    api.submit(
        [
            make_request(person, "useful", due=later),
            make_request(person, "sales", kind="sales", due=later),
            make_request(person, "order", kind="transactional", due=later),
            make_request(other, "useful", due=later),
        ],
        simulated.now(),
    )
    token = token_in(box, message.id)
    assert "hanako" not in token
    view = api.unsubscribe(token, simulated.now(), one_click=True)
    assert view.is_done
    assert view.masked_address == "ha***@e***.com"
    assert why(person, "useful") == ("suppressed", "The person unsubscribed.")
    assert why(person, "sales")[0] == "suppressed"
    simulated.move_to(later)
    work(email)
    assert statuses() == {"accepted": 3, "suppressed": 2}
    assert why(person, "order")[0] == "accepted"
    api.submit([make_request(person, "new", due=later)], simulated.now())
    work(email)
    assert why(person, "new") == ("suppressed", "The person asked us to stop.")


def test_the_withdrawal_is_in_the_ledger_once_with_its_proof(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel, box: MailboxTransport
) -> None:
    person = make_person()
    message = sent_to(person, email, simulated)
    token = token_in(box, message.id)
    for _ in range(3):
        assert api.unsubscribe(token, simulated.now(), one_click=False).is_done
    (record,) = customers.list_consents(person)
    assert (record.action, record.source) == ("withdrawn", "preference_page")
    assert record.proof["message_id"] == str(message.id)


def test_looking_at_the_link_changes_nothing(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel, box: MailboxTransport
) -> None:
    person = make_person()
    token = token_in(box, sent_to(person, email, simulated).id)
    for _ in range(10):
        view = api.find_unsubscribe(token)
        assert view is not None
        assert not view.is_done
    assert customers.list_consents(person) == []
    api.unsubscribe(token, simulated.now(), one_click=True)
    seen = api.find_unsubscribe(token)
    assert seen is not None
    assert seen.is_done


def test_a_link_we_did_not_make_does_nothing(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel, box: MailboxTransport
) -> None:
    person, other = make_person(), make_person()
    mine, others = sent_to(person, email, simulated), sent_to(other, email, simulated)
    signature = token_in(box, mine.id).partition("-")[2]
    for forged in (f"{others.id}-{signature}", f"{mine.id}-{'0' * 40}", "999999-" + signature, "x"):
        assert api.find_unsubscribe(forged) is None
        with pytest.raises(MessageNotFoundError, match="link"):
            api.unsubscribe(forged, simulated.now(), one_click=True)
    assert customers.list_consents(other) == []


def claim(simulated: clock.SimulatedClock, worker: str, links: Links = LINKS) -> list[int]:
    found = claiming.claim_due("email", worker, links, simulated.now())
    return [message.message_id for message in found.outgoing]


def test_a_claimed_message_that_has_not_begun_is_called_back(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel, box: MailboxTransport
) -> None:
    person = make_person()
    token = token_in(box, sent_to(person, email, simulated).id)
    simulated.advance(DAY)
    api.submit([make_request(person, "next", due=simulated.now())], simulated.now())
    outbox_renders(email, simulated)
    (waiting,) = claim(simulated, "worker")
    api.unsubscribe(token, simulated.now(), one_click=True)
    # The worker asks at the gate just before the body and is told not to send.
    assert claims.mark_phase([waiting], PHASE_DATA_SENT, "worker") == set()
    assert why(person, "next")[0] == "suppressed"


def test_a_message_that_has_begun_is_not_called_back(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel
) -> None:
    person = make_person()
    api.submit([make_request(person)], simulated.now())
    outbox_renders(email, simulated)
    (leaving,) = claim(simulated, "worker")
    assert claims.mark_phase([leaving], PHASE_DATA_SENT, "worker") == {leaving}
    assert outbox.withdraw_marketing_of(person, "email", "unsubscribed", simulated.now()) == 0
    assert statuses() == {"claimed": 1}


def outbox_renders(channel: EmailChannel, simulated: clock.SimulatedClock) -> None:
    """Let a worker render while sending is paused."""
    api.pause_sending()
    work(channel)
    api.resume_sending()


def test_another_worker_cannot_settle_or_mark_what_it_did_not_claim(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel
) -> None:
    person = make_person()
    api.submit([make_request(person)], simulated.now())
    outbox_renders(email, simulated)
    (mine,) = claim(simulated, "worker")
    assert claim(simulated, "other") == []
    assert claims.mark_phase([mine], PHASE_DATA_SENT, "other") == set()
    assert claims.settle([mine], "other", status="accepted") == 0
    assert statuses() == {"claimed": 1}


def test_a_lease_that_ran_out_is_unknown_when_begun_and_back_in_line_when_not(
    shop: None, simulated: clock.SimulatedClock, email: EmailChannel
) -> None:
    people = [make_person(), make_person()]
    api.submit([make_request(person) for person in people], simulated.now())
    outbox_renders(email, simulated)
    begun, waiting = claim(simulated, "a worker on another machine")
    claims.mark_phase([begun], PHASE_DATA_SENT, "a worker on another machine")
    assert claims.lock_orphans([], claiming.wall_clock(), 10) == []
    later = claiming.wall_clock() + timedelta(minutes=21)
    orphans = claims.lock_orphans([], later, 10)
    claims.recover(orphans, None, simulated.now())
    by_id = {message.id: message.status for message in api.list_messages()[0]}
    assert by_id == {begun: "unknown", waiting: "rendered"}
