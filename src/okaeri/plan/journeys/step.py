"""What a step is: fields a person may write, where it leads, and what it does to a walk.

A step kind is one file in `steps/` with one class, registered by one line in `steps/__init__.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from okaeri.foundation.text import Text
from okaeri.plan.domain.facts import Facts, Walk

Reason = Mapping[str, Any]
NOTHING: frozenset[str] = frozenset()


class SendMessage(NamedTuple):
    """Ask `deliver` for one message. `planned_at` is when the plan meant it, not when it was run.

    `on` is the shop-local day of `planned_at`; `variant` names which of several contents it is.
    """

    node: str
    template: str
    planned_at: datetime
    on: date
    expires_at: datetime
    is_held_out: bool
    variant: str = ""


class GrantPoints(NamedTuple):
    """Ask `rewards` for points."""

    node: str
    points: int
    reason: str


class GiveCoupon(NamedTuple):
    """Ask `rewards` for a coupon of an offer."""

    node: str
    offer: str


Command = SendMessage | GrantPoints | GiveCoupon


class Moment(NamedTuple):
    """What a step may look at when it decides."""

    node: str
    walk: Walk
    facts: Facts
    now: datetime
    # When the plan meant this step to happen; at a wait, since when the person stands here.
    planned_at: datetime
    send_at: time

    def at_day(self, day: date) -> datetime:
        """Give the journey's time of day on a shop-local day, as a UTC instant."""
        return instant_of(day, self.send_at, self.facts.zone)


class Stay(NamedTuple):
    """The person waits here until an instant after now."""

    until: datetime
    why: Reason


class Go(NamedTuple):
    """The person moves on; `to` is "" for the following node, `why` None where nothing was done."""

    planned_at: datetime
    action: str = ""
    why: Reason | None = None
    command: Command | None = None
    to: str = ""


class Leave(NamedTuple):
    """The walk is over; `code` is a word of `domain.reasons`."""

    code: str


Outcome = Stay | Go | Leave


class Step(BaseModel, ABC):
    """One kind of step. Fields are what a person may write under the kind's name."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: ClassVar[str]

    @abstractmethod
    def advance(self, moment: Moment) -> Outcome:
        """Decide, purely, what happens to a person who stands at this step."""

    @abstractmethod
    def label(self) -> Text:
        """Name the step on the flow picture."""

    def targets(self) -> tuple[tuple[str, Text], ...]:
        """Give the nodes this step itself names, each with the label of its arrow."""
        return ()

    def onward_label(self) -> Text:
        """Name the arrow to the following node, where this step needs one."""
        return Text("", "")

    @property
    def falls_through(self) -> bool:
        """Whether people may go on to the following node."""
        return True

    @property
    def takes_time(self) -> bool:
        """Whether every passage lasts at least one day, so that a loop through it is allowed."""
        return False

    @property
    def counts_hours(self) -> bool:
        """Whether the very hour of arrival matters to this step, and not its day alone."""
        return False

    def earliest_day(self, day: int) -> int:
        """Give the earliest day after the anchor on which this step is left when reached on `day`."""
        return day

    def expected_day(self, day: int) -> int:
        """Give on which day after the anchor this step is likely left when reached on `day`."""
        return self.earliest_day(day)

    def needs_to_know(self, facts: Facts) -> frozenset[str]:
        """Name the facts this step looks at (of `domain.facts.ALL_FACTS`), given what is known."""
        return NOTHING


@lru_cache(maxsize=4096)
def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Give the UTC instant of a local wall time; of two equal wall times the first.

    A wall time that a change of the clocks skips lands within the hour after the gap.
    """
    local = datetime.combine(day, at, tzinfo=zone)
    return local.astimezone(UTC)


def start_of_day(instant: datetime, zone: ZoneInfo) -> datetime:
    """Give the UTC instant at which the local day of `instant` began."""
    return instant_of(instant.astimezone(zone).date(), time(0), zone)


def days_after(day: date, days: int) -> date:
    """Give the calendar day so many days later."""
    return day + timedelta(days=days)
