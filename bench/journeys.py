"""Journey decisions per second on SQLite, written states, decisions and messages included.

Ours: the worker's own duty. The peer: the same work one Django ORM row at a time, each enrolment in
its own transaction, as a task queue (one task per customer) does it; with the same pure decision.
Both on the same database file, the same walks, the same durability (WAL, synchronous=FULL).
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_FOLDER = tempfile.mkdtemp(prefix="okaeri-bench-journeys-")
os.environ["OKAERI_DATA_DIR"] = _FOLDER
os.environ["DJANGO_SETTINGS_MODULE"] = "okaeri.project.settings"

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from okaeri.customers import api as customers  # noqa: E402
from okaeri.customers.models import Customer, PartyLink  # noqa: E402
from okaeri.deliver.models import Message  # noqa: E402
from okaeri.foundation import clock  # noqa: E402
from okaeri.intake import api as intake  # noqa: E402
from okaeri.intake.types import LineIn, OrderIn, PartyIn  # noqa: E402
from okaeri.plan import api as plan  # noqa: E402
from okaeri.plan.actions.advance import advance_due  # noqa: E402
from okaeri.plan.actions.enrol import enrol_from_orders  # noqa: E402
from okaeri.plan.domain.advance import Advanced, advance  # noqa: E402
from okaeri.plan.domain.facts import ALL_FACTS, Facts, Walk  # noqa: E402
from okaeri.plan.domain.purchases import goal_number  # noqa: E402
from okaeri.plan.journeys.step import SendMessage  # noqa: E402
from okaeri.plan.models import Decision, Enrolment  # noqa: E402
from okaeri.plan.store import journeys  # noqa: E402

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "60000"))
PEER_PEOPLE = 2_000
TARGET = 20_000
START = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


def main() -> int:
    clock.set_clock(clock.SimulatedClock(START))
    call_command("migrate", run_syncdb=True, verbosity=0)
    seed()
    entered, seconds = enrol()
    print(f"entered: {entered:,} people in {seconds:.2f} s = {entered / seconds:,.0f}/s")
    waves = [run_wave(START, "first message, then wait")]
    arrival = START + timedelta(days=4)
    theirs = peer(arrival)
    waves.append(run_wave(arrival, "wait over, message, next wait"))
    waves.append(run_wave(START + timedelta(days=6), "the same, two days later"))
    ours = min(waves)
    print(f"ours (slowest wave): {ours:,.0f} enrolments/s (target {TARGET:,})")
    print(f"peer (one ORM row at a time): {theirs:,.0f} enrolments/s")
    print(f"ratio: {ours / theirs:.1f}")
    return 0 if ours > TARGET else 1


def seed() -> None:
    """Orders through intake's live door; people linked straight to their parties."""
    plan.install_playbooks(START)
    plan.activate("first_follow", now=START - timedelta(hours=1))
    for first in range(0, PEOPLE, 5_000):
        intake.record_orders([order(number) for number in range(first, min(first + 5_000, PEOPLE))])
    parties = sorted({one.party_id for one in intake.list_orders_after(0, PEOPLE) if one.party_id})
    Customer.objects.bulk_create(
        [Customer(id=party, created_at=START) for party in parties], batch_size=2_000
    )
    PartyLink.objects.bulk_create(
        [PartyLink(party_id=party, customer_id=party, evidence="email") for party in parties],
        batch_size=2_000,
    )


def order(number: int) -> OrderIn:
    return OrderIn(
        source="bench",
        order_no=f"B{number}",
        ordered_at=START,
        status="accepted",
        party=PartyIn(email=f"p{number}@example.invalid"),
        lines=(LineIn("A", "化粧水", 1, 5000, 5000),),
        total_minor=5000,
    )


def enrol() -> tuple[int, float]:
    begin = time.perf_counter()
    while enrol_from_orders(START, 1_000):
        pass
    return Enrolment.objects.count(), time.perf_counter() - begin


def run_wave(now: datetime, title: str) -> float:
    """Move everybody who is due at `now`; enrolments a second."""
    messages = Message.objects.count()
    decisions = Decision.objects.count()
    begin = time.perf_counter()
    moved = 0
    while done := advance_due(now, 1_000):
        moved += done
    seconds = time.perf_counter() - begin
    print(
        f"{title}: {moved:,} enrolments, {Message.objects.count() - messages:,} messages, "
        f"{Decision.objects.count() - decisions:,} decisions in {seconds:.2f} s "
        f"= {moved / seconds:,.0f}/s"
    )
    return moved / seconds


def peer(now: datetime) -> float:
    """One transaction, one customer: read, decide by the same rule, save, create, create."""
    due = Enrolment.objects.filter(state="active", due_at__lte=now).order_by("due_at", "id")
    ids = list(due.values_list("id", flat=True)[:PEER_PEOPLE])
    definition = journeys.live_journeys()[0].definition
    zone = ZoneInfo("Asia/Tokyo")
    begin = time.perf_counter()
    for enrolment_id in ids:
        with transaction.atomic():
            row = Enrolment.objects.select_related("version").get(id=enrolment_id, state="active")
            history = customers.purchase_history([row.customer_id])[row.customer_id]
            walk = Walk(
                row.id, row.customer_id, row.node, row.state, row.due_at, row.arrived_at,
                row.entered_at, row.anchor_on, row.trigger_order_id, row.trigger_on,
                row.arm == "holdout",
            )  # fmt: skip
            goal = goal_number(history, row.trigger_order_id, row.trigger_on, merge_same_day=True)
            result = advance(definition, walk, Facts(zone, row.anchor_on, ALL_FACTS, goal), now)
            assert isinstance(result, Advanced)
            row.node, row.due_at, row.arrived_at = (
                result.walk.node, result.walk.due_at, result.walk.arrived_at,
            )  # fmt: skip
            row.save()
            for taken in result.decisions:
                Decision.objects.create(
                    enrolment=row, node=taken.node, action=taken.action, reason=dict(taken.why),
                    decided_at=now,
                )  # fmt: skip
            for command in result.commands:
                if isinstance(command, SendMessage):
                    Message.objects.create(
                        key=f"e{row.id}:{command.node}", source_kind="journey",
                        source_id=row.journey_id, source_part=command.node,
                        customer_id=row.customer_id, channel="email", content_kind="useful",
                        template_key=command.template, template_version=1,
                        status="held_out" if command.is_held_out else "planned",
                        due_at=command.planned_at, expires_at=command.expires_at, planned_at=now,
                    )  # fmt: skip
    return len(ids) / (time.perf_counter() - begin)


if __name__ == "__main__":
    code = main()
    connection.close()
    sys.exit(code)
