"""What crosses deliver's border about audiences: groups of people that a channel's far side keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from okaeri.foundation.text import Text


class AudienceState(StrEnum):
    """Where an audience stands: `ASKED` for by somebody, being `SENDING`, taken in by the far side
    (`IN_PROGRESS`), usable (`READY`), of too few people to be one, or failed.
    """

    NEVER = "never"
    ASKED = "asked"
    SENDING = "sending"
    IN_PROGRESS = "in_progress"
    READY = "ready"
    TOO_SMALL = "too_small"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reach:
    """How many of some people a channel reaches: `linked` have an address there, `sendable` of those
    agreed to it and are not blocked.
    """

    people: int
    linked: int
    sendable: int

    @property
    def coverage(self) -> float | None:
        """Give the share that is linked, None for nobody."""
        return self.linked / self.people if self.people else None


@dataclass(frozen=True, slots=True)
class AudienceView:
    """One audience as pages show it. `reach` is that of `counted_at`, `why` what stands in the way.

    `is_kept`: brought up to date every night.
    """

    key: str
    state: AudienceState
    why: Text | None
    is_kept: bool
    reach: Reach
    counted_at: datetime | None
    uploaded: int
    synced_at: datetime | None
    has_one: bool


class Failure(NamedTuple):
    """The far side did not do it; `may_have_happened` where no answer came back."""

    why: Text
    may_have_happened: bool


class Group(NamedTuple):
    """One group at the far side."""

    id: int
    name: str


class Standing(NamedTuple):
    """How a group stands at the far side: it can be used, is being made, failed, or is gone."""

    is_ready: bool
    is_over: bool
    is_too_small: bool
    people: int


class AudienceService(Protocol):
    """The far side that keeps groups of people. Failures are values; adding twice changes nothing."""

    def create(self, name: str, addresses: Sequence[str]) -> int | Failure:
        """Make a group of at most 10,000 people; its number."""
        ...

    def add(self, group_id: int, addresses: Sequence[str]) -> Failure | None:
        """Add at most 10,000 people to a group."""
        ...

    def find(self, part: str) -> list[Group] | Failure:
        """Give the groups whose name contains `part`."""
        ...

    def look(self, group_id: int) -> Standing | Failure:
        """Tell how a group stands."""
        ...

    def delete(self, group_id: int) -> Failure | None:
        """Remove a group; one that is gone already is no failure."""
        ...
