"""What plan's store gives to actions: plain values, never rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from okaeri.plan.domain.facts import Walk
from okaeri.plan.journeys.definition import Definition

# Why a walk ended that another walk of the same person doubled.
MERGED = "merged"


@dataclass(frozen=True, slots=True)
class LiveJourney:
    """A live journey with its newest edition."""

    id: int
    key: str
    cursor: int
    scanned_on: date | None
    live_since: datetime
    experiment_id: int
    event_cursor: int
    events_seen: int
    segment_cursor: int
    lost_on: date | None
    version_id: int
    definition: Definition


class Member(NamedTuple):
    """One person of a crowd: what tells his walk from the others'."""

    walk_id: int
    customer_id: int
    trigger_order_id: int | None
    trigger_on: date


class Crowd(NamedTuple):
    """Walks that are due and alike to the engine: it decides once for all of them.

    `walk` is the first member's. The others have the same edition, node, arm, anchor, times and day of
    entry; who they are and what started them differs. `orders_changed`: an order of these customers
    changed since their walks were last moved.
    """

    walk: Walk
    version_id: int
    journey_id: int
    orders_changed: bool
    members: Sequence[Member]


class TemplateHead(NamedTuple):
    """What a message records of the newest version of a template."""

    version: int
    channel: str
    content_kind: str
    topic: str = ""
