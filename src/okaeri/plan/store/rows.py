"""What plan's store gives to actions: plain values, never rows."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from okaeri.plan.domain.facts import Walk
from okaeri.plan.journeys.definition import Definition


@dataclass(frozen=True, slots=True)
class LiveJourney:
    """A live journey with its newest edition."""

    id: int
    key: str
    cursor: int
    scanned_on: date | None
    live_since: datetime
    experiment_id: int
    version_id: int
    definition: Definition


class Claimed(NamedTuple):
    """A walk that is due, with what the engine needs to know of its journey.

    `orders_changed`: an order of the customer changed since the walk was last moved.
    """

    walk: Walk
    version_id: int
    journey_id: int
    orders_changed: bool


class TemplateHead(NamedTuple):
    """What a message records of the newest version of a template."""

    version: int
    channel: str
    content_kind: str
