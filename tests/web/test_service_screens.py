"""Pages of service and of the first steps in a real browser: they fit, and the console is silent."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.intake import api as intake
from okaeri.intake.models import Inquiry
from okaeri.listen import api as listen
from okaeri.listen.types import CallResult
from okaeri.plan import api as plan
from tests.web import call_shop
from tests.web.chromium import session_of_staff
from tests.web.test_screens import LOOKS, _look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]


def live_through(people: list[int]) -> dict[str, str]:
    """Let the shop do something everywhere, and give its pages."""
    now = clock.now()
    plan.install_playbooks(now)
    customers.issue_card(people[9], settings.SECRET_KEY)
    client = Client()
    client.force_login(User.objects.get())
    sound = SimpleUploadedFile("a.mp3", b"ID3" + bytes(300))
    client.post(
        f"/customers/{people[9]}/interview/",
        {"subject": "冬の肌", "body": "冬は乾燥がつらい。" * 12, "tags": "乾燥、朝", "file": sound},
    )
    client.post("/settings/attributes/suggested/")
    listen.ask_for_call(people[9], note="新しい香りのご感想をうかがう", by="mika", now=now)
    listen.fill_call_list(now, leave_out=plan.left_out)
    first, second = listen.list_calls(now)[:2]
    listen.take_call(first.id, "mika", now)
    listen.take_call(second.id, "aya", now)
    last = listen.list_calls(now)[-1]
    listen.take_call(last.id, "aya", now)
    later = now + timedelta(days=1)
    listen.record_call_result(last.id, "aya", CallResult.CALL_BACK, call_back_at=later, now=now)
    note = Inquiry.objects.latest("id")
    assert intake.has_orders_of("shop")
    return {
        "start": "/start/",
        "calls": "/actions/calls/",
        "calls-later": "/actions/calls/?show=later",
        "call": f"/actions/calls/{first.id}/",
        "call-of-another": f"/actions/calls/{second.id}/",
        "calls-settings": "/settings/rules/calls/",
        "forms-settings": "/settings/rules/forms/",
        "interviews": "/voices/interviews/",
        "interview": f"/voices/interviews/{note.pk}/",
        "interview-new": f"/customers/{people[9]}/interview/",
        "card": f"/customers/{people[9]}/card/",
        "card-none": f"/customers/{people[8]}/card/",
        "counter": "/customers/counter/",
        "counter-found": f"/customers/counter/?code={customers.find_card(people[9])}",
        "member": customers.card_link(people[9], "", settings.SECRET_KEY),
        "person": f"/customers/{people[9]}/",
        "journey": "/actions/journeys/first_follow/",
    }


def test_pages_of_service_fit_every_window(live_server: Any, chromium: Any) -> None:
    people = call_shop.fill()
    session = session_of_staff()
    pages = live_through(people)
    assert _look(chromium, live_server.url, session, pages, "service") == []


def test_pages_of_service_teach_while_they_are_empty(live_server: Any, chromium: Any) -> None:
    pages = {"start": "/start/", "calls": "/actions/calls/", "interviews": "/voices/interviews/"}
    session = session_of_staff()
    looks = tuple(look for look in LOOKS if look[1] == "light" and look[2] != 768)
    assert _look(chromium, live_server.url, session, pages, "service-empty", looks) == []
