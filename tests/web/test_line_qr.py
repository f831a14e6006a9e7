"""Ways in for new people: each form, its pop-up and its LINE code give consent, source and a lead."""

import io

import pytest
import segno
from django.conf import settings
from django.test import Client

from okaeri.customers import api as customers
from okaeri.intake import api as intake
from okaeri.intake.models import FormEntry
from tests.intake.forms_for_tests import a_file, definition, open_form
from tests.web.test_forms import Visitor, visitor  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
FRIEND = "https://lin.ee/AbCd123"


@pytest.mark.covers("B-01")
@pytest.mark.parametrize(
    ("key", "kind", "changes"),
    [
        ("letter", "signup", {}),
        ("guide", "document", {"file": True}),
        ("gift", "popup", {}),
        ("friend", "signup", {"line_url": FRIEND}),
    ],
)
def test_every_way_in_gives_consent_source_and_a_lead(
    key: str,
    kind: str,
    changes: dict[str, object],
    visitor: Visitor,  # noqa: F811
) -> None:
    given = {**changes, "file": a_file()} if "file" in changes else changes
    open_form(key, kind, **given)
    sent = visitor.send(f"/f/{key}/?media=flyer", email="hana@example.com")
    assert (FRIEND in sent.content.decode()) is ("line_url" in changes)
    visitor.work()
    done = visitor.client.post(visitor.link("confirm")).content.decode()
    assert (FRIEND in done) is ("line_url" in changes)
    visitor.work()
    (person,) = customers.search_customers("hana@example.com")
    assert FormEntry.objects.get().media_code == "flyer"
    (word,) = customers.list_consents(person.id)
    assert (word.action, word.channel) == ("granted", "email")
    assert "広告メール" in word.wording
    assert customers.purchase_history([person.id])[person.id] == ()


def test_the_code_of_each_place_carries_its_source(
    visitor: Visitor,  # noqa: F811
    browser_of_staff: Client,
) -> None:
    open_form("friend", "signup", line_url=FRIEND)
    page = browser_of_staff.get("/actions/forms/friend/", {"media": "店頭"}).content.decode()
    assert "LINE友だち追加のQRコード" in page
    drawn = browser_of_staff.get("/actions/forms/friend/code.svg", {"media": "店頭"}).content
    wanted = io.BytesIO()
    address = f"{settings.OKAERI.base_url}/f/friend/?media=%E5%BA%97%E9%A0%AD"
    segno.make_qr(address, error="m").save(wanted, kind="svg", scale=8, xmldecl=False)
    assert drawn == wanted.getvalue()
    visitor.send("/f/friend/?media=店頭", email="hana@example.com")
    shown = browser_of_staff.get("/actions/forms/friend/").content.decode()
    assert "店頭" in shown


def test_only_lines_own_addresses_are_offered() -> None:
    for wrong in ("https://evil.example/x", "http://lin.ee/x", "javascript:alert(1)", "lin.ee/x"):
        problems = intake.problems_of("friend", "signup", definition(line_url=wrong))
        assert any("LINE" in one.ja for one in problems), wrong
