"""One mailbox however a file writes it: from the cell over the person to the envelope."""

from dataclasses import replace
from pathlib import Path

import pytest

from okaeri.customers.domain.names import address_key, mail_address
from okaeri.deliver.channels.email.compose import compose
from okaeri.intake import api as intake
from okaeri.intake.domain.cells import clean_text
from okaeri.intake.domain.keys import email_key
from tests.carrier_addresses import FORMS, MAILBOXES
from tests.deliver.test_compose import HEAD, ORDINARY
from tests.intake.samples import template_file


def test_thirty_forms_have_the_keys_of_their_mailboxes() -> None:
    assert len(FORMS) == 30
    assert {form: email_key(clean_text(form)) for form in FORMS} == FORMS
    assert address_key('"A..b"@docomo.ne.jp') == address_key("a..b@docomo.ne.jp")


@pytest.mark.parametrize("nothing", ['""@docomo.ne.jp', '"a b"@docomo.ne.jp', '"a@b"@docomo.ne.jp'])
def test_quotes_around_what_is_no_address_make_none(nothing: str) -> None:
    assert email_key(nothing) == ""


@pytest.mark.django_db
def test_thirty_forms_come_in_as_their_mailboxes_and_go_out_to_them(tmp_path: Path) -> None:
    rows = [
        {"注文番号*": f"N{place}", "メールアドレス": form, "姓": "", "名": "", "電話番号": "", "住所": "",
         "セイ": "", "メイ": "", "郵便番号": ""}
        for place, form in enumerate(FORMS)
    ]  # fmt: skip
    result = intake.import_file(template_file(tmp_path / "o.csv", *rows))
    assert (result.orders_new, result.rows_rejected) == (30, 0)
    parties = intake.list_parties_after(0, 100)
    assert {party.email_key for party in parties} == set(MAILBOXES)
    for party in parties:
        local, _, domain = party.email_key.rpartition("@")
        sent = mail_address(party.email, party.email_key)
        composed = compose(replace(ORDINARY, address=sent), HEAD)
        assert composed is not None
        wired = composed.recipient.lower()
        assert wired in {f"{local}@{domain}", f'"{local}"@{domain}'}
        # An unquoted local part never has a dot at its ends or two in a row.
        assert wired[0] == '"' or not {"", "."} & set(local.split("."))
