"""What crosses the border of customers about the log of who saw and was given whose data."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ProvisionBasis(StrEnum):
    """Why personal data may be given to somebody (個人情報保護法 27条)."""

    CONSENT = "consent"
    ENTRUSTED = "entrusted"
    SHARED = "shared"
    LAW = "law"
    # To the person himself, who asked (33条).
    PERSON = "person"
    # To the shop's own programs and staff: nobody else has it.
    OWN = "own"


@dataclass(frozen=True, slots=True)
class AccessRecord:
    """One time somebody saw or took personal data; `people` counts whose."""

    id: int
    at: datetime
    actor: str
    action: str
    customer_id: int | None
    people: int
    fields: tuple[str, ...]
    where: str
    recipient: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class AccessScope:
    """One person in the answer to "whose data, which fields, since when, by whom"."""

    customer_id: int
    actor: str
    fields: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """Whether the access log is whole: entries read, and the first entry that does not fit."""

    entries: int
    broken_at: int | None
    # Entries the log should have by its head; fewer than `entries` or more means some are gone.
    expected: int

    @property
    def is_whole(self) -> bool:
        return self.broken_at is None and self.entries == self.expected


@dataclass(frozen=True, slots=True)
class Purpose:
    """What personal data is used for, as said from `since` on; `sha256` of the words stands in proofs."""

    number: int
    text: str
    sha256: str
    since: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ProvisionSummary:
    """How often one person's data was given to one recipient on one basis, and when last."""

    recipient: str
    basis: str
    times: int
    first_at: datetime
    last_at: datetime
    fields: tuple[str, ...]
