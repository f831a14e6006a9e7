"""Mails per second: composing (the peer: the email package), and the whole way out of the outbox.

The way: claim with policy, compose, phase, hand over, settle; once into the local mailbox and once
over SMTP to a server on loopback, on SQLite with synchronous=FULL as in production.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

_FOLDER = tempfile.mkdtemp(prefix="okaeri-bench-mail-")
os.environ["OKAERI_DATA_DIR"] = _FOLDER
os.environ["DJANGO_SETTINGS_MODULE"] = "okaeri.project.settings"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from tests.deliver.faulty_smtp import FaultySmtp  # noqa: E402
from tests.deliver.shop import NOON, PROFILE, make_request, set_settings, work  # noqa: E402

from okaeri.customers.models import ContactPoint, Customer  # noqa: E402
from okaeri.deliver import api  # noqa: E402
from okaeri.deliver.channels.email.channel import EmailChannel  # noqa: E402
from okaeri.deliver.channels.email.compose import compose, letterhead  # noqa: E402
from okaeri.deliver.channels.email.mailbox import MailboxTransport  # noqa: E402
from okaeri.deliver.channels.email.smtp import SmtpTransport  # noqa: E402
from okaeri.deliver.types import Channel, Outgoing  # noqa: E402
from okaeri.foundation import clock  # noqa: E402
from okaeri.foundation.settings import ShopProfile, load  # noqa: E402

TARGET_COMPOSED, TARGET_SMTP = 5_000, 300
TEXT = "こんにちは。お肌の調子はいかがですか。\n" * 40
HTML = "<html><body>" + "<p>こんにちは。お肌の調子はいかがですか。</p>\n" * 60 + "</body></html>"


def main() -> int:
    call_command("migrate", run_syncdb=True, verbosity=0)
    set_settings({**PROFILE, "deliver.batch_size": 500})
    composed, theirs = ours(3_000), peer(200)
    print(
        f"composed: {composed:,.0f} mails/s; email package {theirs:,.0f}: {composed / theirs:.0f}x"
    )
    kept = way(EmailChannel(MailboxTransport(Path(_FOLDER) / "mailbox.db")), 5_000, "mailbox")
    print(f"outbox to local mailbox: {kept:,.0f} mails/s, rendering included")
    server = FaultySmtp(lambda _: "fine")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sent = way(EmailChannel(SmtpTransport(server.url)), 1_000, "smtp")
    print(f"outbox to SMTP on loopback, one durable commit a mail: {sent:,.0f} mails/s")
    return 0 if composed >= TARGET_COMPOSED and sent >= TARGET_SMTP else 1


def letter(number: int) -> Outgoing:
    link = f"https://shop.example/u/{number}-0123456789abcdef/"
    return Outgoing(
        number, f"bench:{number}", number, f"p{number}@example.com", "山田 花子", "useful",
        "その後お肌の調子はいかがですか", TEXT, HTML, link, f"{link}one-click/",
    )  # fmt: skip


def ours(count: int) -> float:
    head = letterhead(load(ShopProfile), NOON, "a secret")
    begin = time.perf_counter()
    for number in range(count):
        compose(letter(number), head)
    return count / (time.perf_counter() - begin)


def peer(count: int) -> float:
    begin = time.perf_counter()
    for number in range(count):
        wish = letter(number)
        mail = EmailMessage(policy=SMTP)
        mail["From"] = "肌日和 <hello@hadabiyori.example>"
        mail["To"] = f"{wish.recipient_name} <{wish.address}>"
        mail["Subject"] = wish.subject
        mail["List-Unsubscribe"] = f"<{wish.unsubscribe_post_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(wish.body_text)
        mail.add_alternative(wish.body_html, subtype="html")
        mail.as_bytes()
    return count / (time.perf_counter() - begin)


def way(channel: Channel, count: int, part: str) -> float:
    """Give mails a second from submitted to settled."""
    first = Customer.objects.count() + 1
    with transaction.atomic():
        people = [
            Customer(id=number, email=f"p{number}@example.com", created_at=NOON)
            for number in range(first, first + count)
        ]
        Customer.objects.bulk_create(people)
        ContactPoint.objects.bulk_create(
            [
                ContactPoint(customer=p, channel="email", address=p.email, consent="granted")
                for p in people
            ]
        )
        api.submit(
            [make_request(p.id, part, due=NOON - timedelta(minutes=1)) for p in people], NOON
        )
    with clock.use(clock.SimulatedClock(NOON)):
        begin = time.perf_counter()
        work(channel)
        seconds = time.perf_counter() - begin
    assert api.audience()["accepted"] == api.audience()["audience"]
    return count / seconds


if __name__ == "__main__":
    sys.exit(main())
