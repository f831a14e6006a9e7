"""Forms: what they may ask and say, what people write, and when an entry counts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.domain import form_links
from okaeri.intake.domain.forms import find_problems, from_json, to_json
from okaeri.intake.form_types import FormProof, WrongAnswersError
from okaeri.intake.models import FormEntry, Party
from tests.intake.forms_for_tests import (
    CONSENT,
    PDF,
    PURPOSE,
    WORRY,
    a_file,
    definition,
    fill_in,
    name_the_shop,
    open_form,
)

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
TODAY = date(2026, 4, 1)
SENDERS = ("肌日和",)
PHONE = FormProof("", "mark-of-phone", "Mail app", "ja")


@pytest.fixture
def shop(db: None) -> clock.SimulatedClock:
    simulated = clock.SimulatedClock(NOW)
    clock.set_clock(simulated)
    name_the_shop()
    return simulated


def confirm_link(entry: object) -> str:
    return intake.confirm_url(entry, "", settings.SECRET_KEY).split("/")[-2]  # type: ignore[arg-type]


# ---- what a form may be ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "肌日和からのお知らせを受け取ります。",
        "広告を受け取ることに同意します(肌日和)。",
        "広告メールを受け取ることに同意します。",
    ],
)
def test_a_consent_must_say_advertising_mail_and_from_whom(words: str) -> None:
    found = find_problems("letter", "signup", definition(consent=Text(words, words)), SENDERS)
    assert found
    assert not find_problems("letter", "signup", definition(), SENDERS)


def test_the_english_words_are_held_to_the_same(shop: object) -> None:
    vague = Text(CONSENT.ja, "I agree to hear from 肌日和.")
    with pytest.raises(InputError, match="advertising comes by e-mail"):
        intake.save_form("letter", "signup", definition(consent=vague))


@pytest.mark.parametrize(
    ("key", "kind", "changes"),
    [
        ("A", "signup", {}),
        ("letter", "lottery", {}),
        ("letter", "document", {}),
        ("letter", "signup", {"consent": Text("", "")}),
        ("letter", "signup", {"title": Text("", "")}),
        ("letter", "signup", {"questions": (WORRY, WORRY)}),
        ("letter", "signup", {"questions": (replace(WORRY, choices=()),)}),
        ("letter", "signup", {"origins": ("https://shop.example/path",)}),
        ("letter", "signup", {"origins": ("*",)}),
    ],
)
def test_what_cannot_be_used_is_named(key: str, kind: str, changes: dict[str, object]) -> None:
    assert find_problems(key, kind, definition(**changes), SENDERS)


def test_a_definition_survives_being_stored() -> None:
    whole = definition(origins=("https://shop.example",), is_double=False)
    assert from_json(to_json(whole)) == whole


def test_a_changed_form_is_a_new_version_and_the_same_one_is_not(shop: object) -> None:
    assert intake.save_form("letter", "signup", definition()).version == 1
    assert intake.save_form("letter", "signup", definition()).version == 1
    assert intake.save_form("letter", "signup", definition(tags=("a",))).version == 2
    with pytest.raises(InputError, match="already"):
        intake.save_form("letter", "signup", definition(), is_new=True)


# ---- what people write -----------------------------------------------------------------------------


def test_every_wrong_answer_gets_its_own_sentence() -> None:
    asked = definition(
        needs={"name": "required", "kana": "optional", "phone": "optional", "postal": "optional",
               "address": "optional", "birth": "optional"}
    )  # fmt: skip
    posted = {
        "email": ["hana@"], "family_kana": ["hanako"], "phone": ["12"], "postal_code": ["15-1"],
        "prefecture": ["Mars"], "birth_on": ["2026-04-01"], "q_worry": ["しわ"], "q_purpose": ["x"],
    }  # fmt: skip
    with pytest.raises(WrongAnswersError) as error:
        intake.read_answers(asked, posted, TODAY, "ja")
    assert set(error.value.problems) == {
        "email", "family_name", "given_name", "family_kana", "phone", "postal_code", "prefecture",
        "birth_on", "q_worry", "q_purpose", "agree",
    }  # fmt: skip


def test_answers_are_cleaned_and_tags_gathered() -> None:
    asked = definition(needs={"kana": "optional", "postal": "optional"})
    filled = intake.read_answers(
        asked,
        {"email": [" hana@example.com "], "family_kana": ["やまだ"], "postal_code": ["１５００００１"],
         "q_worry": ["乾燥", "シミ"], "agree": ["yes"], "is_admin": ["1"]},
        TODAY,
        "ja",
    )  # fmt: skip
    assert filled.answers == {
        "email": "hana@example.com", "family_kana": "ヤマダ", "postal_code": "150-0001",
        "q_worry": ["乾燥", "シミ"],
    }  # fmt: skip
    assert filled.tags == ("newsletter", "乾燥", "シミ")
    assert filled.wording == CONSENT.ja


def test_nobody_agrees_by_saying_nothing() -> None:
    free = definition(must_agree=False, questions=(PURPOSE,))
    filled = intake.read_answers(free, {"email": ["a@example.com"]}, TODAY, "ja")
    assert not filled.has_agreed
    assert filled.wording == ""


_ANY = st.dictionaries(
    st.sampled_from(["email", "agree", "phone", "family_name", "q_worry", "birth_on"]),
    st.lists(st.text(max_size=40), max_size=3),
)


@given(posted=_ANY)
def test_whatever_is_posted_is_read_or_refused_in_words(posted: dict[str, list[str]]) -> None:
    asked = definition(needs={"name": "required", "phone": "optional", "birth": "optional"})
    try:
        filled = intake.read_answers(asked, posted, TODAY, "en")
    except WrongAnswersError:
        return
    assert filled.has_agreed


@given(word=st.text(max_size=80))
def test_no_word_but_ours_opens_anything(word: str) -> None:
    assert form_links.read_shown(word, "secret", "letter") is None
    number = form_links.entry_id_in(word)
    assert number is None or not form_links.is_confirm_token(word, "secret", number, "token")


def test_a_link_to_a_file_confirms_nothing() -> None:
    token = form_links.file_token("secret", 7, "abc")
    assert form_links.is_file_token(token, "secret", 7, "abc")
    assert not form_links.is_confirm_token(token, "secret", 7, "abc")


# ---- when an entry counts --------------------------------------------------------------------------


def test_until_it_is_confirmed_an_entry_is_nobodys_contact(shop: clock.SimulatedClock) -> None:
    open_form()
    taken = fill_in(family_name="山田", q_worry=["乾燥"])
    assert taken.outcome == "waiting"
    assert taken.entry is not None
    assert not Party.objects.exists()
    assert intake.find_by_confirm_link(confirm_link(taken.entry)) is not None
    shop.advance(timedelta(minutes=3))
    confirmed = intake.confirm_entry(confirm_link(taken.entry), PHONE)
    assert confirmed is not None
    assert confirmed.status == "confirmed"
    party = Party.objects.get()
    assert (party.source, party.email, party.family_name) == (
        "form:letter", "hana@example.com", "山田",
    )  # fmt: skip
    assert party.email_opt_in is None
    assert (confirmed.wording, confirmed.form_version) == (CONSENT.ja, 1)
    assert confirmed.proof["confirmed_address_mark"] == "mark-of-phone"
    assert "203.0.113.7" not in str(confirmed.proof)


def test_confirming_twice_is_confirming_once(shop: clock.SimulatedClock) -> None:
    open_form()
    entry = fill_in().entry
    assert entry is not None
    first = intake.confirm_entry(confirm_link(entry), PHONE)
    shop.advance(timedelta(days=30))
    assert intake.confirm_entry(confirm_link(entry), PHONE) == first
    assert Party.objects.count() == 1


def test_an_old_link_confirms_nothing_and_a_new_mail_can_be_asked_for(
    shop: clock.SimulatedClock,
) -> None:
    open_form()
    entry = fill_in().entry
    assert entry is not None
    intake.take_mail(entry, clock.now())
    shop.advance(timedelta(hours=49))
    assert intake.confirm_entry(confirm_link(entry), PHONE) is None
    assert intake.ask_to_confirm_again(confirm_link(entry))
    assert [one.mails for one in intake.list_to_mail(10)] == [2]
    assert intake.confirm_entry(confirm_link(entry), PHONE) is not None


def test_a_form_without_double_opt_in_counts_at_once(shop: object) -> None:
    open_form(is_double=False)
    taken = fill_in()
    assert taken.outcome == "confirmed"
    assert Party.objects.count() == 1
    assert intake.list_to_mail(10) == []


def test_a_known_address_is_answered_like_any_other(shop: object) -> None:
    open_form()
    first = fill_in().entry
    assert first is not None
    intake.confirm_entry(confirm_link(first), PHONE)
    assert [fill_in().outcome for _ in range(4)] == ["waiting"] * 4
    # The day's limit stored and mailed no more than three, and the shop can see it.
    assert FormEntry.objects.count() == 3
    assert intake.get_form("letter").blocked == {"email_limit": 2}


def test_one_connection_may_not_fill_the_table(shop: object) -> None:
    open_form()
    outcomes = [fill_in(email=f"a{n}@example.com").outcome for n in range(22)]
    assert outcomes == ["waiting"] * 20 + ["too_often"] * 2
    assert fill_in(email="b@example.com", address="198.51.100.1").outcome == "waiting"
    assert intake.get_form("letter").blocked == {"address_limit": 2}


def test_a_closed_form_takes_nothing(shop: object) -> None:
    open_form()
    intake.switch_form("letter", is_open=False)
    assert fill_in().outcome == "closed"
    assert not FormEntry.objects.exists()


def test_what_nobody_confirmed_is_forgotten(shop: clock.SimulatedClock) -> None:
    open_form()
    entry = fill_in().entry
    assert entry is not None
    shop.advance(timedelta(days=31))
    assert intake.expire_entries(clock.now()) == []
    shop.advance(timedelta(days=2))
    assert [one.id for one in intake.expire_entries(clock.now())] == [entry.id]
    row = FormEntry.objects.get()
    assert (row.status, row.answers, row.proof, row.email_mark) == ("expired", {}, {}, "")
    assert intake.confirm_entry(confirm_link(entry), PHONE) is None


def test_entries_are_read_in_the_order_of_change(shop: object) -> None:
    open_form()
    first, second = fill_in(email="a@example.com").entry, fill_in(email="b@example.com").entry
    assert first is not None
    assert second is not None
    intake.confirm_entry(confirm_link(first), PHONE)
    assert [one.id for one in intake.list_entries_after(0, 10)] == [second.id, first.id]
    assert [one.id for one in intake.list_to_settle(10)] == [first.id]
    assert intake.take_settling(first.id, clock.now())
    assert not intake.take_settling(first.id, clock.now())


# ---- files -----------------------------------------------------------------------------------------


def test_a_file_is_what_its_bytes_say_and_never_a_path(shop: object) -> None:
    kept = intake.keep_form_file("../../etc/肌の本.exe", [PDF[:4], PDF[4:]])
    assert (kept.name, kept.media_type, kept.bytes) == ("肌の本.pdf", "application/pdf", len(PDF))
    assert intake.path_of_form_file(kept).read_bytes() == PDF
    with pytest.raises(InputError, match="Only PDF"):
        intake.keep_form_file("page.pdf", [b"<html><script>"])
    with pytest.raises(InputError, match="20 MB"):
        intake.keep_form_file("big.pdf", [PDF, *[bytes(2**20)] * 21])


def test_a_document_form_hands_out_its_file_for_a_while(shop: clock.SimulatedClock) -> None:
    open_form("guide", "document", file=a_file(), must_agree=False)
    entry = fill_in("guide", agrees=False).entry
    assert entry is not None
    assert intake.file_until(entry) is None
    done = intake.confirm_entry(confirm_link(entry), PHONE)
    assert done is not None
    assert intake.file_until(done) == NOW + timedelta(days=14)
    intake.count_form_download(done.id)
    assert intake.get_form("guide").downloads == 1
