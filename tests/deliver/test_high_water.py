"""A restored backup sends nothing until a person has looked (reliability MUST-11)."""

from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from okaeri.deliver import api
from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.channels.email.mailbox import MailboxTransport

from .shop import make_person, make_request, statuses, work

pytestmark = pytest.mark.django_db


class _Restored(Exception):
    """Ends a transaction: the database is as it was at the backup, files are as they are."""


def _send_what_the_backup_does_not_know(email: EmailChannel, now: datetime) -> None:
    with transaction.atomic():
        work(email)
        assert statuses() == {"accepted": 1}
        raise _Restored


def test_after_a_restore_nothing_leaves_until_a_person_has_looked(
    shop: None, now: datetime, email: EmailChannel, box: MailboxTransport
) -> None:
    api.submit([make_request(make_person())], now)
    with pytest.raises(_Restored):
        _send_what_the_backup_does_not_know(email, now)
    assert statuses() == {"planned": 1}
    work(email)
    assert statuses() == {"rendered": 1}
    state = api.sending_state()
    assert state.is_paused
    assert state.why is not None
    assert "復" in state.why.ja or "戻って" in state.why.ja
    api.resume_sending()
    work(email)
    assert statuses() == {"accepted": 1}
    assert not api.is_paused()


def test_a_number_given_out_again_after_a_restore_does_not_hide_it(
    shop: None, now: datetime, email: EmailChannel
) -> None:
    person = make_person()

    def submit_and_send() -> None:
        with transaction.atomic():
            api.submit([make_request(person)], now)
            _send_what_the_backup_does_not_know(email, now)

    with pytest.raises(_Restored):
        submit_and_send()
    api.submit([make_request(person, "other")], now)
    work(email)
    assert statuses() == {"rendered": 1}


def test_a_database_that_goes_on_is_never_held(
    shop: None, now: datetime, email: EmailChannel
) -> None:
    for part in ("a1", "a2", "a3"):
        api.submit([make_request(make_person(), part)], now)
        work(email)
    assert statuses() == {"accepted": 3}
    assert not api.is_paused()


def test_a_pause_by_a_person_keeps_its_own_reason(
    shop: None, now: datetime, email: EmailChannel
) -> None:
    api.submit([make_request(make_person())], now)
    with pytest.raises(_Restored):
        _send_what_the_backup_does_not_know(email, now)
    api.pause_sending()
    before = api.sending_state().why
    work(email)
    assert api.sending_state().why == before


def test_in_a_folder_put_back_as_a_whole_nothing_leaves_either(
    shop: None, now: datetime, email: EmailChannel
) -> None:
    """`okaeri restore`: the folder's own memory came out of the backup, so it proves nothing."""
    api.submit([make_request(make_person())], now)
    api.distrust_database(Path(settings.OKAERI.data_dir))
    work(email)
    assert statuses() == {"rendered": 1}
    assert api.sending_state().is_paused
    api.resume_sending()
    work(email)
    assert statuses() == {"accepted": 1}
