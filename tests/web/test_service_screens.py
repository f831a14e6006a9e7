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
from okaeri.web.webhooks import endpoints
from tests.intake.forms_for_tests import a_file, definition
from tests.web import call_shop, shop
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


def connect(person: int) -> dict[str, str]:
    """Give the pages of sources, people's rights and staff something to show."""
    now = clock.now()
    client = Client()
    client.force_login(User.objects.get())
    shop.name_the_shop("肌日和")
    client.post("/settings/attributes/suggested/", {"key": "*"})
    customers.record_attribute(person, "concerns", "乾燥", source="form", at=now)
    intake.save_form("letter", "signup", definition(file=a_file()), is_new=True)
    intake.switch_form("letter", is_open=True)
    connection, _ = intake.create_connection("本店のカート", "generic")
    url = "https://system.example/hooks/okaeri"
    told, _ = endpoints.create("基幹システム", url, ["order.changed"], by="x", now=now)
    endpoints.test(told.id, now)
    request = customers.request_data("erasure", person, source="mail", received_at=now)
    customers.save_purpose("ご注文の発送とご案内に使います。", "mika", now)
    return {
        "matching": "/customers/matching/",
        "forms": "/actions/forms/",
        "form": "/actions/forms/letter/",
        "form-edit": "/actions/forms/letter/edit/",
        "form-public": "/f/letter/",
        "attributes": "/settings/attributes/",
        "attribute": "/settings/attributes/edit/concerns/",
        "answers": "/settings/attributes/import/",
        "connections": "/connections/",
        "connection": f"/connections/{connection.id}/",
        "api-keys": "/settings/api-keys/",
        "webhooks": "/settings/webhooks/",
        "webhook": f"/settings/webhooks/{told.id}/",
        "tag": "/settings/tag/",
        "privacy": "/settings/privacy/",
        "request": f"/settings/privacy/requests/{request}/",
        "access": "/settings/privacy/access/",
        "purpose": "/settings/privacy/purpose/",
        "notice": "/privacy/",
        "provisions": "/settings/privacy/provisions/",
        "person-privacy": f"/customers/{person}/privacy/",
        "dossier": f"/customers/{person}/dossier/",
        "staff": "/settings/staff/",
        "preferences": customers.preference_link(person, "", settings.SECRET_KEY),
    }


def test_pages_of_sources_and_rights_fit_every_window(live_server: Any, chromium: Any) -> None:
    people = call_shop.fill()
    session = session_of_staff()
    pages = connect(people[9])
    assert _look(chromium, live_server.url, session, pages, "sources") == []


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
