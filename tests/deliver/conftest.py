"""What the tests of delivery stand on: a shop with an address, and people who agreed to hear from it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.channels.email.mailbox import MailboxTransport
from okaeri.foundation import clock

from .shop import NOON, PROFILE, set_settings


@pytest.fixture
def simulated() -> Iterator[clock.SimulatedClock]:
    """A clock that stands at noon until the test moves it."""
    standing = clock.SimulatedClock(NOON)
    with clock.use(standing):
        yield standing


@pytest.fixture
def now(simulated: clock.SimulatedClock) -> datetime:
    return simulated.now()


@pytest.fixture
def shop(db: None) -> None:
    """A shop that filled in what the law asks for."""
    set_settings(PROFILE)


@pytest.fixture
def box(tmp_path: Path) -> MailboxTransport:
    return MailboxTransport(tmp_path / "mailbox.db")


@pytest.fixture
def email(box: MailboxTransport) -> EmailChannel:
    return EmailChannel(box)
