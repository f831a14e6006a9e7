"""Small journeys and a walk through them, for tests of the pure engine."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from okaeri.plan.domain.facts import ALL_FACTS, Facts, Walk
from okaeri.plan.journeys.definition import Definition, parse

TOKYO = ZoneInfo("Asia/Tokyo")
# Ten in the morning in Tokyo.
START = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)
HEADER = """
key: tiny
name: {ja: 小さな例, en: A tiny one}
purpose: {ja: 試すため, en: To try}
hypothesis: {ja: 効く, en: It works}
trigger: {kind: purchase, number: 1}
anchor: order
window_days: 90
"""


def source_of(nodes: str, header: str = HEADER) -> str:
    """Put a header before the YAML of some nodes."""
    return f"{header}\nnodes:\n{nodes}"


def definition_of(nodes: str, header: str = HEADER) -> Definition:
    """Parse a tiny journey."""
    return parse(source_of(nodes, header))


def walk_at(node: str, **changes: object) -> Walk:
    """Somebody who entered on 1 April 2026 and stands at `node`."""
    walk = Walk(
        id=7,
        customer_id=70,
        node=node,
        state="active",
        due_at=START,
        arrived_at=START,
        entered_on=START.date(),
        anchor_on=date(2026, 4, 1),
        trigger_order_id=700,
        trigger_on=date(2026, 4, 1),
        is_held_out=False,
    )
    return walk._replace(**changes)  # type: ignore[arg-type]


def facts(**changes: object) -> Facts:
    """Nothing happened since the trigger."""
    return Facts(TOKYO, date(2026, 4, 1), ALL_FACTS)._replace(**changes)  # type: ignore[arg-type]
