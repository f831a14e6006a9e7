"""A worker that is killed with SIGKILL in the middle of its work, again and again; then one that is not.

Run as a program on a data folder of its own (OKAERI_DATA_DIR); prints what was found, as JSON.
"""

import json
import os
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Max  # noqa: E402

from okaeri.customers.duties import duties as customer_duties  # noqa: E402
from okaeri.deliver.models import Message  # noqa: E402
from okaeri.foundation import clock  # noqa: E402
from okaeri.foundation.work.loop import WorkLoop  # noqa: E402
from okaeri.intake import api as intake  # noqa: E402
from okaeri.intake.types import LineIn, OrderIn, PartyIn  # noqa: E402
from okaeri.plan import api as plan  # noqa: E402
from okaeri.plan.duties import duties  # noqa: E402
from okaeri.plan.models import Decision, Enrolment  # noqa: E402
from tests.plan.conftest import NOON  # noqa: E402

PEOPLE, DAYS, KILLS = 300, 70, 12


def main() -> None:
    call_command("migrate", run_syncdb=True, verbosity=0)
    clock.set_clock(clock.SimulatedClock(NOON))
    plan.install_playbooks(NOON)
    plan.activate("first_follow", now=NOON, holdout_share=0.3)
    intake.record_orders([order(number) for number in range(PEOPLE)])
    chance = random.Random(int(sys.argv[1]))
    kills = 0
    for _ in range(KILLS):
        kills += killed_after(chance.uniform(0.02, 0.5))
    work()
    print(json.dumps({"kills": kills, **findings()}))


def order(number: int) -> OrderIn:
    party = PartyIn(email=f"p{number}@example.invalid", email_opt_in=True)
    lines = (LineIn("A", "化粧水", 1, 5000, 5000),)
    return OrderIn("drill", f"K{number}", NOON, "accepted", party, lines, 5000)


def killed_after(seconds: float) -> bool:
    """Let a process of its own work, kill it after some time; whether it was still at work."""
    connection.close()
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def work() -> None:
    """Take up the shop's days where they were left, to the last."""
    now = Decision.objects.aggregate(at=Max("decided_at"))["at"] or NOON
    loop = WorkLoop((*customer_duties(), *duties(batch=23)))
    while now <= NOON + timedelta(days=DAYS):
        clock.set_clock(clock.SimulatedClock(now))
        loop.run_until_idle()
        now += timedelta(days=1)


def findings() -> dict[str, object]:
    """Count walks, the different lives that walks had, and steps without exactly one message."""
    lives: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for walk, node, action in Decision.objects.order_by("id").values_list(
        "enrolment_id", "node", "action"
    ):
        lives[walk].append((node, action))
    asked = Counter(
        f"e{walk}:{node}"
        for walk, life in lives.items()
        for node, action in life
        if action in ("sent", "held_out")
    )
    return {
        "people": Enrolment.objects.values("customer_id").distinct().count(),
        "walks": Enrolment.objects.count(),
        "states": list(Enrolment.objects.values_list("state", flat=True).distinct()),
        "lives": sorted({json.dumps(life) for life in lives.values()}),
        "messages": Message.objects.count(),
        "is_one_message_per_step": asked == Counter(Message.objects.values_list("key", flat=True)),
    }


if __name__ == "__main__":
    main()
