"""For what people gave their data: said in versions, shown to everybody, kept in every proof."""

import csv
import hashlib
import io

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers.models import Customer, PurposeVersion
from okaeri.customers.types import RightsRules
from okaeri.foundation import clock
from okaeri.foundation.settings import save, specs_of
from okaeri.intake.models import FormEntry
from okaeri.web.access import Role
from tests.intake.forms_for_tests import open_form
from tests.web.test_forms import Visitor, visitor
from tests.web.test_roles import Enter, enter

__all__ = ["enter", "visitor"]
pytestmark = pytest.mark.django_db
PAGE = "/settings/privacy/purpose/"
FIRST, SECOND = (
    "ご注文の発送に使います。",
    "ご注文の発送と、ご案内に使います。\n第三者には渡しません。",
)


def mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_every_proof_holds_the_words_in_force_when_the_data_was_given(
    visitor: Visitor, browser_of_staff: Client
) -> None:
    open_form()
    browser_of_staff.post(PAGE, {"text": FIRST})
    visitor.send()
    visitor.work()
    # Changed between the entry and its confirmation: he gave it under the first words.
    browser_of_staff.post(PAGE, {"text": SECOND})
    visitor.client.post(visitor.link("confirm"))
    visitor.work()
    assert FormEntry.objects.get().proof["purpose"] == mark(FIRST)
    who = Customer.objects.get(email="hana@example.com").pk
    (consent,) = customers.list_consents(who)
    assert consent.proof["purpose"] == mark(FIRST)
    for action in ("withdrawn", "granted"):
        customers.record_consent(
            who, channel="line", action=action, basis="opt_in", source="line",
            occurred_at=clock.now(),
        )  # fmt: skip
    of_line = [one.proof for one in customers.list_consents(who) if one.channel == "line"]
    assert sorted(proof.get("purpose", "") for proof in of_line) == ["", mark(SECOND)]


def test_before_anything_is_said_proofs_are_as_they_were(visitor: Visitor) -> None:
    open_form()
    assert "利用目的" not in visitor.client.get("/f/letter/").content.decode()
    visitor.send()
    assert "purpose" not in FormEntry.objects.get().proof
    assert visitor.client.get("/privacy/").status_code == 404


def test_versions_are_listed_and_the_same_words_make_no_new_one(browser_of_staff: Client) -> None:
    for text in (FIRST, FIRST, SECOND.replace("\n", "\r\n"), SECOND, FIRST, "  "):
        assert browser_of_staff.post(PAGE, {"text": text}).status_code == 302
    assert [one.text for one in customers.list_purposes()] == [FIRST, SECOND, FIRST]
    said = b"".join(browser_of_staff.get(f"{PAGE}?csv=utf-8")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(said)))
    assert [row["符号(SHA-256)"] for row in rows] == [mark(FIRST), mark(SECOND), mark(FIRST)]
    assert mark(FIRST)[:12] in browser_of_staff.get(PAGE).content.decode()


def test_the_database_refuses_to_change_a_version(browser_of_staff: Client) -> None:
    browser_of_staff.post(PAGE, {"text": FIRST})
    with pytest.raises(DatabaseError), transaction.atomic():
        PurposeVersion.objects.update(since=clock.now())


def test_everybody_reads_the_words_and_who_handles_the_data(
    visitor: Visitor, browser_of_staff: Client
) -> None:
    browser_of_staff.post(PAGE, {"text": SECOND + "<b>"})
    known = {spec.key: spec for spec in specs_of(RightsRules).values()}
    save(known, {"rights.processors": "青空運輸: 商品の発送；; 海辺印刷: 同梱物"})
    page = visitor.client.get("/privacy/").content.decode()
    assert "第三者には渡しません。&lt;b&gt;" in page
    assert "<li>青空運輸: 商品の発送</li><li>海辺印刷: 同梱物</li>" in page
    open_form()
    assert 'href="/privacy/"' in visitor.client.get("/f/letter/").content.decode()
    assert (
        '<option value="海辺印刷">' in browser_of_staff.get("/settings/exports/").content.decode()
    )


def test_who_may_only_look_cannot_change_the_words(enter: Enter) -> None:
    marketer = enter(Role.MARKETER)
    assert marketer.get(PAGE).status_code == 200
    assert marketer.post(PAGE, {"text": FIRST}).status_code == 403
    assert not PurposeVersion.objects.exists()
    assert User.objects.count() == 1
