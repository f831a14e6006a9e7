"""Journey decisions per second on SQLite, written states, decisions and messages included.

The shipped playbook, orders at every second of a day: people differ in what started them and when.
Ours: the worker's own duties with their own batch size. The peer: the same work one Django ORM row at
a time, each enrolment in its own transaction, as a task queue (one task per customer) does it; with
the same pure decision. Both on the same database file, walks and durability (WAL, synchronous=FULL).
Seconds are wall time; CPU seconds of this process stand beside them, for machines that are shared.
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
from okaeri.insight.types import LifecycleRules  # noqa: E402
from okaeri.intake import api as intake  # noqa: E402
from okaeri.intake.types import LineIn, OrderIn, PartyIn  # noqa: E402
from okaeri.plan import api as plan  # noqa: E402
from okaeri.plan.domain.advance import Advanced, advance  # noqa: E402
from okaeri.plan.domain.facts import ALL_FACTS, Facts, Walk  # noqa: E402
from okaeri.plan.domain.purchases import goal_number  # noqa: E402
from okaeri.plan.duties import duties  # noqa: E402
from okaeri.plan.journeys.step import SendMessage  # noqa: E402
from okaeri.plan.models import Decision, Enrolment  # noqa: E402
from okaeri.plan.store import journeys  # noqa: E402

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "60000"))
PEER_PEOPLE = 1_000
TARGET = 20_000
START = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


def main() -> int:
    clock.set_clock(clock.SimulatedClock(START))
    call_command("migrate", run_syncdb=True, verbosity=0)
    seed()
    enrol()
    waves = [run_wave(START, "first message, then wait")]
    # The last parcels are taken to arrive three days after 1 April; their second message is due next day.
    arrival = START + timedelta(days=4)
    theirs = peer(arrival)
    waves.append(run_wave(arrival, "wait over, message, next wait"))
    waves.append(run_wave(START + timedelta(days=6), "the same, two days later"))
    ours, ours_cpu = min(waves)
    print(f"load average: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(
        f"ours (slowest wave): {ours:,.0f} enrolments/s (target {TARGET:,}); "
        f"{ours_cpu:,.0f} a CPU second"
    )
    print(f"peer (one ORM row at a time): {theirs:,.0f} enrolments/s")
    print(f"ratio: {ours / theirs:.1f}")
    return 0 if ours > TARGET else 1


def seed() -> None:
    """Orders through intake's live door; people linked straight to their parties."""
    plan.install_playbooks(START)
    plan.activate("first_follow", now=START - timedelta(days=1))
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
        ordered_at=START - timedelta(seconds=number * 86_400 // PEOPLE),
        status="accepted",
        party=PartyIn(email=f"p{number}@example.invalid"),
        lines=(LineIn("A", "化粧水", 1, 5000, 5000),),
        total_minor=5000,
    )


def run(duty: str, now: datetime) -> tuple[int, float, float]:
    """Run one of plan's duties until nothing is due: how many, wall seconds, CPU seconds."""
    work = {one.name: one.run for one in duties()}[duty]
    begin, begin_cpu, done = time.perf_counter(), time.process_time(), 0
    while moved := work(now):
        done += moved
    return done, time.perf_counter() - begin, time.process_time() - begin_cpu


def enrol() -> None:
    _, wall, cpu = run("plan.enrol_from_orders", START)
    people = Enrolment.objects.count()
    print(
        f"entered: {people:,} people in {wall:.2f} s (CPU {cpu:.2f}) "
        f"= {people / wall:,.0f}/s ({people / cpu:,.0f} a CPU second)"
    )


def run_wave(now: datetime, title: str) -> tuple[float, float]:
    """Move everybody who is due at `now`; enrolments a second, and a CPU second."""
    messages = Message.objects.count()
    decisions = Decision.objects.count()
    moved, wall, cpu = run("plan.advance", now)
    print(
        f"{title}: {moved:,} enrolments, {Message.objects.count() - messages:,} messages, "
        f"{Decision.objects.count() - decisions:,} decisions in {wall:.2f} s (CPU {cpu:.2f}) "
        f"= {moved / wall:,.0f}/s ({moved / cpu:,.0f} a CPU second)"
    )
    return moved / wall, moved / cpu


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
                row.entered_at.date(), row.anchor_on, row.trigger_order_id, row.trigger_on,
                row.arm == "holdout",
            )  # fmt: skip
            goal = goal_number(history, row.trigger_order_id, row.trigger_on, LifecycleRules())
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
