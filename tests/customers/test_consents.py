"""The consent ledger, and what it lets the shop do."""

from collections.abc import Callable
from typing import Any

import pytest

from okaeri.customers import api
from okaeri.customers.models import ConsentEvent, ConsentWording, ContactPoint, Customer
from okaeri.customers.store import consents
from okaeri.customers.types import ContactPointView
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.intake import api as intake
from okaeri.intake.models import Party

from .people import day, order_in

Given = Callable[..., None]


def say(customer: int, action: str, at: int, source: str = "form", **more: Any) -> None:
    word = {"channel": "email", "basis": "opt_in", **more}
    api.record_consent(customer, action=action, source=source, occurred_at=day(at), **word)


def email_of(customer: int) -> ContactPointView:
    return api.list_contact_points([customer], "email")[customer]


@pytest.fixture
def customer(given_orders: Given) -> int:
    given_orders(order_in("1", at=1, email="Taro@X.jp"))
    return Customer.objects.get().id


def test_an_import_brings_consent_with_the_party_as_its_proof(given_orders: Given) -> None:
    given_orders(order_in("1", at=1, email="a@x.jp", email_opt_in=True))
    number = Customer.objects.get().id
    [record] = api.list_consents(number)
    assert (record.action, record.basis, record.source) == ("granted", "opt_in", "import")
    assert record.occurred_at == day(1)
    assert set(record.proof) == {"party_id"}
    assert (email_of(number).consent, email_of(number).consent_at) == ("granted", day(1))


def test_silence_of_a_source_is_no_consent(customer: int) -> None:
    assert (email_of(customer).consent, email_of(customer).may_be_written) == ("none", False)
    assert api.list_consents(customer) == []


def test_an_import_of_older_or_newer_data_does_not_revive_what_was_withdrawn_here(
    given_orders: Given, customer: int
) -> None:
    say(customer, "withdrawn", 5, "one_click")
    given_orders(
        order_in("2", at=2, email="taro@x.jp", email_opt_in=True, address="older"),
        order_in("3", at=9, email="taro@x.jp", email_opt_in=True, address="newer"),
    )
    assert email_of(customer).consent == "withdrawn"
    say(customer, "granted", 10, "preference_page")
    assert email_of(customer).may_be_written


def test_a_refusal_is_heard_again_when_its_contact_is_seen_again(given_orders: Given) -> None:
    given_orders(order_in("1", at=1, email="a@x.jp", email_opt_in=False))
    number = Customer.objects.get().id
    say(number, "granted", 200)
    assert email_of(number).consent == "granted"
    Party.objects.update(seen_at=day(300), change_no=intake.latest_change_no() + 1)
    given_orders()
    assert email_of(number).consent == "withdrawn"
    assert len(api.list_consents(number)) == 3


def test_suppression_beats_consent_whatever_the_writing_of_the_address(customer: int) -> None:
    say(customer, "granted", 2)
    assert email_of(customer).may_be_written
    api.suppress("email", " taro@x.JP ", "bounced", day(3))
    api.suppress("email", "taro@x.jp", "complained", day(4))
    view = email_of(customer)
    assert (view.consent, view.suppressed_because, view.may_be_written) == (
        "granted",
        "bounced",
        False,
    )
    assert api.contact_points_of(customer) == [view]


def test_suppression_on_one_channel_says_nothing_of_another(customer: int) -> None:
    api.suppress("line", "taro@x.jp", "blocked", day(3))
    assert email_of(customer).suppressed_because == ""


@pytest.mark.covers("G-13")
def test_the_words_shown_are_kept_once_and_found_in_the_ledger(customer: int) -> None:
    for at in (2, 3):
        say(customer, "granted", at, wording="広告メールを受け取る", proof={"form": "newsletter"})
    assert ConsentWording.objects.count() == 1
    records = api.list_consents(customer)
    assert {record.wording for record in records} == {"広告メールを受け取る"}
    assert records[0].proof == {"form": "newsletter"}


@pytest.mark.parametrize(
    "word",
    [
        {"action": "maybe"},
        {"basis": "because"},
        {"basis": "business_relationship"},
    ],
)
def test_a_word_the_ledger_does_not_know_is_refused(customer: int, word: dict[str, Any]) -> None:
    said: dict[str, Any] = {"action": "granted", "basis": "opt_in", **word}
    with pytest.raises(InputError):
        api.record_consent(customer, channel="email", source="form", occurred_at=day(1), **said)
    assert not ConsentEvent.objects.exists()


def test_consent_of_nobody_is_refused(db: None) -> None:
    with pytest.raises(NotFoundError):
        say(404, "granted", 1)


def test_the_ledger_and_the_contact_point_change_together_or_not_at_all(
    customer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(customers: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(consents, "derive_points", die)
        with pytest.raises(KeyboardInterrupt):
            say(customer, "granted", 2)
    assert not ConsentEvent.objects.exists()
    assert email_of(customer).consent == "none"


def test_assumed_consent_reaches_only_those_who_never_said_anything(given_orders: Given) -> None:
    given_orders(
        order_in("1", email="silent@x.jp"),
        order_in("2", email="no@x.jp", email_opt_in=False),
        order_in("3", email="yes@x.jp", email_opt_in=True),
        order_in("4", member_no="4"),
    )
    given = api.assume_consent(
        channel="email", basis="written_notice", source="staff", note="申込書 2025年度"
    )
    assert given == 1
    assert dict(ContactPoint.objects.values_list("address", "consent")) == {
        "silent@x.jp": "granted",
        "no@x.jp": "withdrawn",
        "yes@x.jp": "granted",
    }
    silent = ContactPoint.objects.get(address="silent@x.jp").customer_id
    [record] = api.list_consents(silent)
    assert (record.basis, record.proof) == ("written_notice", {"note": "申込書 2025年度"})
    assert api.assume_consent(channel="email", basis="opt_in", source="staff", note="again") == 0
    # What was assumed is in the ledger: deriving the point anew gives the same.
    consents.derive_points([silent])
    assert email_of(silent).consent == "granted"


def test_a_decision_of_staff_needs_its_note(db: None) -> None:
    with pytest.raises(InputError):
        api.assume_consent(channel="email", basis="opt_in", source="staff", note=" ")


def test_placeholder_addresses_cannot_exist_and_give_way_to_real_ones(given_orders: Given) -> None:
    given_orders(order_in("1", at=1, member_no="1"), order_in("2", email="real@x.jp"))
    with pytest.raises(InputError):
        api.give_placeholder_addresses(domain="example.com")
    assert api.give_placeholder_addresses() == 1
    number = Customer.objects.order_by("id")[0].id
    assert email_of(number).address == f"customer-{number}@example.invalid"
    assert api.give_placeholder_addresses() == 0
    given_orders(order_in("3", member_no="1", email="late@x.jp"))
    assert email_of(number).address == "late@x.jp"
