"""The names under which plan asks for messages, so that the same wish twice is one message."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from okaeri.plan.store import journeys as store

SOURCE_KIND = "journey"
# The longest a message waits after it was asked for.
LONGEST_GRACE = timedelta(days=61)


def message_key(enrolment_id: int, node: str, day: str = "") -> str:
    """Name the message of one walk at one node; `day` where a walk may pass the node again."""
    return f"e{enrolment_id}:{node}:{day}" if day else f"e{enrolment_id}:{node}"


def pending_keys(
    *,
    enrolment_ids: Sequence[int] | None = None,
    journey_id: int | None = None,
    since: datetime,
) -> list[str]:
    """Give the keys of messages asked for since an instant, for some walks or a whole journey."""
    parts = store.sent_parts(enrolment_ids=enrolment_ids, journey_id=journey_id, since=since)
    if not parts:
        return []
    definitions = store.sources_of(version for _, version, _, _ in parts)
    return [
        message_key(walk, node, day if node in definitions[version].repeating else "")
        for walk, version, node, day in parts
    ]
