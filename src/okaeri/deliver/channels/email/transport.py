"""What the e-mail channel needs from whatever carries its mails."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from okaeri.deliver.types import Gate, Outcome


@dataclass(frozen=True, slots=True)
class Envelope:
    """One composed mail on its way: who it is for, and the full RFC 5322 message in CRLF."""

    message_id: int
    key: str
    sender: str
    recipient: str
    subject: str
    raw: bytes
    sent_at: datetime


class Transport(Protocol):
    """Carries mails; asks the gate before each step that cannot be taken back."""

    def carry(self, mails: Sequence[Envelope], gate: Gate) -> Iterator[tuple[int, Outcome]]:
        """Carry each mail once and give its outcome as soon as it is known."""
        ...

    def find_accepted(self, keys: Sequence[str]) -> set[str] | None:
        """Which keys were taken; None where nobody can tell."""
        ...
