"""Links and pictures of real mails, asked for over HTTP: people, scanners, and what is not ours."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from okaeri.deliver import api as deliver
from okaeri.deliver import duties as deliver_duties
from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.channels.email.mailbox import MailboxTransport
from okaeri.deliver.domain.tracking import click_url
from okaeri.deliver.types import Links, MessageRequest, RenderedContent, RenderTask
from okaeri.foundation import clock
from okaeri.foundation.settings import save, specs_of
from okaeri.foundation.work.loop import WorkLoop
from okaeri.intake.event_types import TagRules
from tests.deliver.shop import NOON, PROFILE, make_person, set_settings

pytestmark = pytest.mark.django_db
CHROME = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/140.0"
TARGET = "https://shop.example/item?id=1"


class _OneLink:
    def render(self, tasks: list[RenderTask]) -> list[RenderedContent]:
        html = f'<html><body><a href="{TARGET}">化粧水</a></body></html>'
        return [RenderedContent(t.message_id, "件名", TARGET, html) for t in tasks]


def send_mails(count: int) -> tuple[list[int], WorkLoop, clock.SimulatedClock]:
    """Send one mail to each of `count` people."""
    standing = clock.SimulatedClock(NOON)
    clock.set_clock(standing)
    set_settings(PROFILE)
    save({s.key: s for s in specs_of(TagRules).values()}, {"tag.origins": "https://shop.example"})
    people = [make_person() for _ in range(count)]
    requests = [
        MessageRequest(
            f"k{person}", "journey", 1, "a", person, "email", "useful", "t", 1, NOON,
            NOON + timedelta(days=3),
        )
        for person in people
    ]  # fmt: skip
    deliver.submit(requests, NOON)
    channel = EmailChannel(MailboxTransport(settings.OKAERI.data_dir / "mailbox.db"))
    links = Links("http://testserver", settings.SECRET_KEY)
    loop = WorkLoop(
        deliver_duties.duties(renderer=_OneLink(), channels={"email": channel}, links=links)
    )
    loop.run_until_idle()
    return people, loop, standing


def address_in(person: int, pattern: str) -> str:
    from email import message_from_bytes, policy

    (message,) = deliver.messages_of(person)
    mail = message_from_bytes(deliver.get_mail(message.id).raw, policy=policy.default)
    html = mail.get_body(("html",))
    assert html is not None
    found = re.search(rf'"http://testserver({pattern})"', str(html.get_content()))
    assert found is not None
    return found[1]


def ask(path: str, agent: str, method: str = "get") -> Any:
    return getattr(Client(headers={"user-agent": agent}), method)(path)


@pytest.mark.covers("G-05")
def test_opens_and_clicks_of_people_are_told_from_those_of_machines_for_each_customer() -> None:
    (reader, apple, scanner, silent), loop, standing = send_mails(4)
    assert ask(address_in(scanner, '/c/[^"]+'), CHROME).status_code == 302
    standing.advance(timedelta(minutes=30))
    assert ask(address_in(apple, '/o/[^"]+'), "Mozilla/5.0").headers["Content-Type"] == "image/gif"
    assert ask(address_in(scanner, '/c/[^"]+'), "Barracuda/1.0").status_code == 302
    assert ask(address_in(scanner, '/c/[^"]+'), CHROME, "head").status_code == 302
    assert ask(address_in(reader, '/o/[^"]+'), CHROME).status_code == 200
    led = ask(address_in(reader, '/c/[^"]+'), CHROME)
    assert led.headers["Location"].startswith(f"{TARGET}&okaeri_id=")
    assert led.headers["Referrer-Policy"] == "no-referrer"
    standing.advance(timedelta(minutes=2))
    loop.run_until_idle()
    found = deliver.engagement([reader, apple, scanner, silent])
    numbers = {
        person: (e.sent, e.opened, e.clicked, e.machine_opened, e.machine_clicked)
        for person, e in found.items()
    }
    assert numbers == {
        reader: (1, 1, 1, 0, 0),
        apple: (1, 0, 0, 1, 0),
        scanner: (1, 0, 0, 0, 1),
        silent: (1, 0, 0, 0, 0),
    }


def test_an_address_we_did_not_sign_leads_nowhere() -> None:
    (person,), _, _ = send_mails(1)
    path = address_in(person, '/c/[^"]+')
    number, link, signature = path.split("/")[2].split("-")
    forged = [
        f"/c/{number}-{int(link) + 1}-{signature}/",
        f"/c/{number}-{link}-{'0' * 40}/",
        f"/c/{number}-{link}-{signature}/?url=https://evil.example/",
        click_url("", "another secret", int(number), int(link)),
        "/c/https:evil.example/",
        "/o/1-abc.gif",
    ]
    for address in forged:
        response = ask(address, CHROME)
        if response.status_code == 302:
            assert response.headers["Location"].startswith(TARGET), address
        else:
            assert response.status_code == 404, address
            assert "evil" not in response.content.decode()
    assert ask(path, CHROME, "post").status_code == 405
