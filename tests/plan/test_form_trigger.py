"""From a form to a walk: the mail that asks, consent with its proof, thanks with the file, the journey."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from okaeri.customers import api as customers
from okaeri.customers.models import Customer
from okaeri.deliver import api as deliver
from okaeri.deliver import duties as deliver_duties
from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.channels.email.mailbox import MailboxTransport
from okaeri.deliver.models import Message
from okaeri.deliver.types import Links
from okaeri.foundation.work.loop import WorkLoop
from okaeri.intake import api as intake
from okaeri.intake.form_types import EntryRecord, FormProof
from okaeri.intake.types import PartyIn
from okaeri.plan import api as plan
from okaeri.plan.duties import duties
from okaeri.plan.journeys.definition import find_problems
from okaeri.plan.models import Enrolment
from tests.intake.forms_for_tests import CONSENT, a_file, fill_in, name_the_shop, open_form
from tests.plan.conftest import NOON, Shop

pytestmark = pytest.mark.django_db
PHONE = FormProof("", "mark", "Mail app", "ja")
BASE = "https://okaeri.example"


class Office(Shop):
    """A shop whose worker also sends, into a mailbox of the test's own."""

    def work(self) -> None:
        """Run every duty until nothing is due."""
        self.resolve()
        self._loop.run_until_idle()

    def press(self, link: str) -> EntryRecord | None:
        """Confirm as the page's button does."""
        return intake.confirm_entry(link.strip("/").split("/")[-1], PHONE)

    def mails(self) -> list[tuple[str, str, str]]:
        """Every mail so far: to whom, subject, words."""
        found = [deliver.get_message(row.pk) for row in Message.objects.order_by("id")]
        bodies = [deliver.find_content(view.id) for view in found]
        return [
            (view.address, view.subject, words.body_text if words else "")
            for view, words in zip(found, bodies, strict=True)
            if view.status == "accepted"
        ]

    def start(self, mailbox: Path) -> None:
        """Put the duties together."""
        renderer = plan.PlanRenderer(secret=settings.SECRET_KEY, base_url=BASE)
        sending = deliver_duties.duties(
            renderer=renderer,
            channels={"email": EmailChannel(MailboxTransport(mailbox))},
            links=Links(base_url=BASE, secret=settings.SECRET_KEY),
        )
        self._loop = WorkLoop((*duties(batch=50), *sending))


@pytest.fixture
def office(shop: Shop, tmp_path: Path) -> Office:
    made = Office(shop.clock)
    made.start(tmp_path / "mailbox.db")
    name_the_shop()
    return made


def _link(text: str, kind: str) -> str:
    found = re.search(rf"{BASE}/f/{kind}/\S+", text)
    assert found, text
    return found[0]


def test_one_mail_asks_to_confirm_and_until_then_there_is_no_person(office: Office) -> None:
    open_form()
    fill_in(family_name="山田")
    office.work()
    office.work()
    ((address, subject, text),) = office.mails()
    assert address == "hana@example.com"
    assert "要確認" in subject
    assert "/f/confirm/" in text
    # What a stranger typed is not sent to the address he typed.
    assert "山田" not in text + subject
    assert Customer.objects.count() == 0
    assert deliver.list_messages()[0][0].content_kind == "transactional"


def test_after_the_button_consent_stands_in_the_ledger_with_its_proof(office: Office) -> None:
    open_form()
    fill_in(family_name="山田")
    office.work()
    office.clock.advance(timedelta(minutes=5))
    assert office.press(_link(office.mails()[0][2], "confirm"))
    office.work()
    customer = office.resolve("hana@example.com")
    point = customers.list_contact_points([customer], "email")[customer]
    assert point.may_be_written
    (word,) = customers.list_consents(customer)
    assert (word.action, word.basis, word.source) == ("granted", "opt_in", "form")
    assert word.wording == CONSENT.ja
    assert word.proof["form"] == "letter"
    assert word.proof["page"] == "https://shop.example/"
    assert word.proof["agreed_at"] < word.proof["confirmed_at"]
    assert word.proof["browser"] == "Safari"
    assert word.proof["confirmed_browser"] == "Mail app"
    # Both mails are now part of this person's history, and the second says thanks.
    assert [view.source_part for view in deliver.messages_of(customer)] == ["thanks", "confirm"]
    assert "ありがとうございます" in office.mails()[1][2]
    office.work()
    assert len(office.mails()) == 2
    assert len(customers.list_consents(customer)) == 1


def test_whoever_did_not_tick_the_box_is_not_written_to(office: Office) -> None:
    open_form("guide", "document", file=a_file(), must_agree=False)
    fill_in("guide", agrees=False)
    office.work()
    assert office.press(_link(office.mails()[0][2], "confirm"))
    office.work()
    customer = office.resolve("hana@example.com")
    assert customers.list_consents(customer) == []
    assert not customers.list_contact_points([customer], "email")[customer].may_be_written
    # The document was asked for, so it comes all the same.
    assert "/f/file/" in office.mails()[1][2]


def test_a_new_yes_counts_after_an_old_no(office: Office) -> None:
    open_form()
    customer = office.order("hana")
    customers.record_consent(
        customer, channel="email", action="withdrawn", basis="opt_in", source="preference_page",
        occurred_at=office.now,
    )  # fmt: skip
    office.clock.advance(timedelta(days=1))
    fill_in(email="hana@example.invalid")
    office.work()
    point = customers.list_contact_points([customer], "email")[customer]
    assert not point.may_be_written
    assert office.press(_link(office.mails()[0][2], "confirm"))
    office.work()
    assert customers.list_contact_points([customer], "email")[customer].may_be_written


def test_nobody_takes_over_a_person_by_typing_his_phone_and_address(office: Office) -> None:
    open_form(needs=dict.fromkeys(("name", "phone", "postal", "address"), "optional"))
    known: dict[str, Any] = {
        "family_name": "山田",
        "given_name": "花子",
        "phone": "090-1234-5678",
        "postal_code": "150-0001",
        "address": "渋谷区神宮前1-2-3",
    }
    victim = PartyIn(email="victim@example.invalid", **known)
    intake.record_customers([victim], source="shop")
    office.resolve()
    fill_in(email="thief@example.com", **known)
    office.work()
    office.press(_link(office.mails()[0][2], "confirm"))
    office.work()
    thief, victim_id = (
        office.resolve(address) for address in ("thief@example.com", "victim@example.invalid")
    )
    assert thief != victim_id
    assert thief > 0 < victim_id
    assert Customer.objects.filter(merged_into=None).count() == 2


def test_what_was_never_confirmed_leaves_no_address_behind(office: Office) -> None:
    open_form()
    fill_in()
    office.work()
    office.pass_days(40)
    office.work()
    row = Message.objects.get()
    assert (row.address, row.context) == ("", {})
    assert deliver.find_content(row.pk) is None


def test_a_document_request_starts_its_journey_once_and_a_purchase_ends_it(office: Office) -> None:
    open_form("guide", "document", file=a_file(), must_agree=False)
    plan.activate("lead_follow", now=NOON, holdout_share=0.0)
    office.clock.advance(timedelta(hours=1))
    fill_in("guide", email="lead@example.invalid")
    office.work()
    assert Enrolment.objects.count() == 0
    assert office.press(_link(office.mails()[0][2], "confirm"))
    office.work()
    office.work()
    walk = Enrolment.objects.get()
    customer = office.resolve("lead@example.invalid")
    assert (walk.customer_id, walk.node) == (customer, "until_choose")
    assert "guide" in plan.decisions_of(customer)[-1].why.ja
    office.pass_days(3)
    office.work()
    assert office.mails()[-1][1] == "迷ったときの選び方を、三つだけ"
    office.order("lead")
    office.work()
    assert plan.enrolments_of(customer)[0].state == "exited"
    office.pass_days(10)
    office.work()
    assert len(office.mails()) == 3


def test_an_entry_before_the_start_or_of_another_form_lets_nobody_in(office: Office) -> None:
    open_form(is_double=False)
    open_form("guide", "document", file=a_file(), must_agree=False, is_double=False)
    fill_in("guide", email="early@example.invalid")
    office.work()
    office.clock.advance(timedelta(hours=1))
    plan.activate("lead_follow", now=office.now, holdout_share=0.0)
    fill_in("letter", email="reader@example.invalid")
    office.work()
    assert Enrolment.objects.count() == 0
    fill_in("guide", email="late@example.invalid")
    office.work()
    assert Enrolment.objects.count() == 1


def test_whoever_is_left_out_on_purpose_still_gets_the_document(office: Office) -> None:
    open_form("guide", "document", file=a_file(), must_agree=False, is_double=False)
    plan.activate("lead_follow", now=NOON, holdout_share=0.9)
    office.clock.advance(timedelta(hours=1))
    for number in range(6):
        fill_in("guide", email=f"lead{number}@example.invalid")
    office.work()
    assert Enrolment.objects.filter(arm="holdout").exists()
    assert len([text for _, _, text in office.mails() if "/f/file/" in text]) == 6


def test_a_form_trigger_has_no_order_to_count_from() -> None:
    from okaeri.plan.content.library import list_playbook_sources

    source = next(one for one in list_playbook_sources() if "lead_follow" in one)
    assert find_problems(source) == []
    (problem,) = find_problems(source.replace("anchor: entry", "anchor: order"))
    assert "anchor: entry" in problem.en
