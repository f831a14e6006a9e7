"""What other mail servers report: matched by what we signed, put into effect once, believed no further."""

import base64
import json
from collections.abc import Sequence
from email import message_from_bytes
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from okaeri.customers import api as customers
from okaeri.customers.models import Customer, Suppression
from okaeri.deliver import api
from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.channels.email.smtp import SmtpTransport
from okaeri.deliver.domain.bounces import MOST_BYTES, read_reports, split_mails
from okaeri.deliver.models import Message, MessageEvent
from okaeri.deliver.types import BounceCounts
from okaeri.foundation import clock
from okaeri.intake import api as intake
from okaeri.web.api import keys
from tests.carrier_addresses import FORMS, MAILBOXES
from tests.intake.samples import template_file

from .faulty_smtp import FaultySmtp, serving
from .shop import make_person, make_request, statuses, work

_DEAD = "smtp; 550 5.1.1 user unknown"


def report(
    sent: bytes,
    recipient: str,
    *,
    status: str = "5.1.1",
    words: str = _DEAD,
    action: str = "failed",
    original: str = "",
    whole: bool = False,
) -> bytes:
    """Write a report as Postfix does, around a mail that was sent."""
    headers = sent.partition(b"\r\n\r\n")[0]
    returned = (
        b"Content-Type: message/rfc822\r\n\r\n" + sent
        if whole
        else b"Content-Type: text/rfc822-headers\r\n\r\n" + headers + b"\r\n"
    )
    named = f"Original-Recipient: rfc822;{original}\r\n" if original else ""
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example (Mail Delivery System)\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nI'm sorry.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\nArrival-Date: Wed, 8 Apr 2026 02:00:00 +0000\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\n{named}Action: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: {words}\r\n\r\n--B\r\n"
    ).encode() + returned + b"\r\n--B--\r\n"  # fmt: skip


def complaint(sent: bytes) -> bytes:
    return (
        b"From: fbl@mx.example\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/report; report-type=feedback-report; boundary="B"\r\n\r\n'
        b"--B\r\nContent-Type: text/plain\r\n\r\nAn abuse report.\r\n"
        b"--B\r\nContent-Type: message/feedback-report\r\n\r\n"
        b"Feedback-Type: abuse\r\nUser-Agent: mx/1\r\nVersion: 1\r\n\r\n"
        b"--B\r\nContent-Type: message/rfc822\r\n\r\n" + sent + b"\r\n--B--\r\n"
    )


def take(*mails: bytes) -> BounceCounts:
    return api.record_reports(mails, clock.now())


@pytest.fixture
def sent(db: None, shop: None, simulated: clock.SimulatedClock) -> tuple[Message, bytes]:
    """One mail that left, as its server took it."""
    with serving() as server:
        send_to([make_person("hanako@example.com")], server)
        return Message.objects.get(), server.mails[0][1]


def send_to(people: Sequence[int], server: FaultySmtp) -> None:
    api.submit([make_request(person, kind="transactional") for person in people], clock.now())
    work(EmailChannel(SmtpTransport(server.url)))


# ---- F17: old carrier addresses from the file to the bounce ------------------------------------


@pytest.mark.django_db
def test_thirty_forms_come_in_go_out_and_are_known_when_they_bounce(
    tmp_path: Path, shop: None, simulated: clock.SimulatedClock
) -> None:
    rows = [
        {"注文番号*": f"N{place}", "メールアドレス": form, "姓": "", "名": "", "電話番号": "", "住所": "",
         "セイ": "", "メイ": "", "郵便番号": ""}
        for place, form in enumerate(FORMS)
    ]  # fmt: skip
    result = intake.import_file(template_file(tmp_path / "o.csv", *rows))
    assert (result.orders_new, result.rows_rejected) == (30, 0)
    customers.resolve_new_parties(clock.now())
    people = list(Customer.objects.order_by("id").values_list("id", flat=True))
    assert len(people) == len(MAILBOXES)
    with serving(lambda _: "") as server:
        send_to(people, server)
    assert statuses() == {"accepted": len(MAILBOXES)}
    bounces = []
    for place, (recipient, body) in enumerate(server.mails):
        # Some servers write the quotes of the envelope, some the mailbox as its owner does.
        bare = recipient.replace('"', "")
        bounces.append(report(body, (recipient, bare, recipient.upper())[place % 3]))
    assert take(*bounces) == BounceCounts(bounced=len(MAILBOXES), suppressed=len(MAILBOXES))
    shut = Suppression.objects.values_list("address", flat=True)
    assert {customers.address_key(address) for address in shut} == set(MAILBOXES)
    assert set(Suppression.objects.values_list("reason", flat=True)) == {"user_unknown"}
    again = BounceCounts(repeated=len(MAILBOXES))
    assert take(*bounces) == again


# ---- what is believed --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "words", "is_dead"),
    [
        ("5.1.1", _DEAD, True),
        ("5.1.1", "", True),
        ("5.1.10", "smtp; 556 5.1.10 null mx", True),
        ("5.1.1", "smtp; 550 5.7.1 blocked using a list", False),
        ("5.1.1", "smtp; 550 message looks like spam", False),
        ("5.2.2", "smtp; 552 5.2.2 mailbox full", False),
        ("5.2.0", "smtp; 550 5.2.0 filtered", False),
        ("5.7.26", "smtp; 550 5.7.26 DMARC", False),
        ("5.1.0", "smtp; 550 5.1.0 sender rejected", False),
        ("", "", False),
        ("15.1.1", "", False),
    ],
)
def test_a_mailbox_is_dead_only_where_number_and_words_agree(
    sent: tuple[Message, bytes], status: str, words: str, is_dead: bool
) -> None:
    message, mail = sent
    found = take(report(mail, message.address, status=status, words=words))
    assert (found.bounced, found.suppressed) == (1, int(is_dead))
    assert Suppression.objects.exists() == is_dead


@pytest.mark.parametrize("whole", [True, False])
def test_a_message_that_was_unknown_is_known_to_be_refused(
    sent: tuple[Message, bytes], whole: bool
) -> None:
    message, mail = sent
    Message.objects.update(status="unknown")
    take(report(mail, message.address, whole=whole))
    assert Message.objects.get().status == "rejected"
    assert MessageEvent.objects.get().detail == {"status": "5.1.1"}


def test_a_report_of_delay_says_nothing_and_of_arrival_something(
    sent: tuple[Message, bytes],
) -> None:
    message, mail = sent
    Message.objects.update(status="unknown")
    assert take(report(mail, message.address, action="delayed", status="4.4.1")).ignored == 1
    assert take(report(mail, message.address, action="delivered", status="2.0.0")).delivered == 1
    assert Message.objects.get().status == "accepted"
    assert not Suppression.objects.exists()


def test_a_dead_mailbox_that_ours_forwards_to_does_not_shut_ours(
    sent: tuple[Message, bytes],
) -> None:
    _, mail = sent
    assert take(report(mail, "old@elsewhere.example")) == BounceCounts(bounced=1)
    assert not Suppression.objects.exists()


def test_a_forwarded_one_that_names_ours_shuts_ours(sent: tuple[Message, bytes]) -> None:
    message, mail = sent
    found = take(report(mail, "x@elsewhere.example", original=message.address.replace("@", "+40")))
    assert found == BounceCounts(bounced=1, suppressed=1)


def test_nobody_can_end_the_mails_of_somebody_else(sent: tuple[Message, bytes]) -> None:
    message, mail = sent
    mark = message_from_bytes(mail)["Message-ID"].partition(".")[2].partition("@")[0]
    forged = mail.replace(mark.encode(), b"0" * 32)
    assert take(report(forged, message.address)) == BounceCounts(unmatched=1)
    other = mail.replace(f"<{message.id}.".encode(), f"<{message.id + 1}.".encode())
    assert take(report(other, message.address)) == BounceCounts(unmatched=1)
    # An answer by hand, however it quotes us, is no report.
    reply = b"In-Reply-To: " + message_from_bytes(mail)["Message-ID"].encode() + b"\r\n\r\n5.1.1"
    assert take(reply) == BounceCounts(ignored=1)
    # What came back inside what came back is not looked into.
    inner = report(mail, message.address).replace(b"--B", b"--C").replace(b'"B"', b'"C"')
    inside = report(inner, message.address, whole=True)
    assert take(inside) == BounceCounts(unmatched=1)
    assert not MessageEvent.objects.exists()
    assert not Suppression.objects.exists()


def test_a_complaint_ends_all_marketing_to_the_address(sent: tuple[Message, bytes]) -> None:
    _, mail = sent
    assert take(complaint(mail)) == BounceCounts(complained=1)
    assert Suppression.objects.get().reason == "complaint"
    assert take(complaint(mail)) == BounceCounts(repeated=1)


# ---- doors -------------------------------------------------------------------------------------


def test_an_mbox_holds_several(sent: tuple[Message, bytes]) -> None:
    message, mail = sent
    one = report(mail, message.address)
    box = (
        b"From MAILER-DAEMON Wed Apr  8 02:00:00 2026\n"
        + one
        + b"\nFrom x Wed Apr  8\nA: b\n\nhi\n"
    )
    assert take(box) == BounceCounts(bounced=1, suppressed=1, ignored=1)
    assert split_mails(b"") == []


def test_a_program_hands_bounces_over(sent: tuple[Message, bytes]) -> None:
    message, mail = sent
    token = keys.create("mta", ["bounces:write"], by="x", now=clock.now(), expires_at=None)[1]

    def post(raw: str) -> tuple[int, dict[str, object]]:
        body = {"items": [{"raw": raw}]}
        headers = {"authorization": f"Bearer {token}"}
        reply = Client(headers=headers).post("/api/v1/bounces", body, "application/json")
        return reply.status_code, reply.json()

    raw = base64.b64encode(report(mail, message.address)).decode()
    none = dict.fromkeys(("complained", "delivered", "repeated", "unmatched", "ignored"), 0)
    assert post(raw) == (200, none | {"bounced": 1, "suppressed": 1})
    assert post(raw) == (200, none | {"bounced": 0, "suppressed": 0, "repeated": 1})
    assert post("!")[0] == 422


def test_bounces_are_piped_into_the_command(sent: tuple[Message, bytes], tmp_path: Path) -> None:
    from click.testing import CliRunner

    from okaeri.project.commands.bounces import bounces

    message, mail = sent
    one = report(mail, message.address)
    found = CliRunner().invoke(bounces, ["--json", "-"], input=one)
    assert json.loads(found.output)["suppressed"] == 1
    (tmp_path / "b.eml").write_bytes(one)
    said = CliRunner().invoke(bounces, [str(tmp_path / "b.eml")])
    assert said.exit_code == 0
    assert "1" in said.output


@given(st.binary(max_size=400), st.integers(0, 1500))
def test_whatever_comes_breaks_nothing(noise: bytes, place: int) -> None:
    whole = report(b"Message-ID: <1.00000000000000000000000000000000@x.jp>\r\n\r\nx", "a@x.jp")
    for raw in (noise, whole[:place] + noise + whole[place:], whole[:place]):
        for mail in split_mails(raw):
            read_reports(mail)
    assert read_reports(whole + b" " * MOST_BYTES) == []
