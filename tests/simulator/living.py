"""Lives a small shop in a process of its own and prints what a sceptic wants to know, as JSON.

Run as `python -m tests.simulator.living demo FOLDER` (or `full`), or `... replay FOLDER ORDERS LIVE_FROM`.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from okaeri.foundation.text import Text
from okaeri.project import startup

FOLDER = Path(sys.argv[2])
startup.prepare(FOLDER)

from okaeri.customers import api as customers  # noqa: E402 - models need a prepared Django
from okaeri.deliver import api as deliver  # noqa: E402
from okaeri.deliver.types import MessageView  # noqa: E402
from okaeri.plan import api as plan  # noqa: E402
from okaeri.web.rights.dossier import build_dossier  # noqa: E402
from okaeri_simulator.demo import DemoPlan, Progress, run_demo  # noqa: E402
from okaeri_simulator.replay import ReplayPlan, run_replay  # noqa: E402
from okaeri_simulator.shop import DEFAULT_CUSTOMERS, DEFAULT_SEED  # noqa: E402
from okaeri_simulator.sources.online_retail import (  # noqa: E402
    is_online_retail,
    read_online_retail,
)
from okaeri_simulator.sources.order_file import read_order_file  # noqa: E402

SMALL = DemoPlan(7, 300, date(2025, 1, 1), date(2025, 4, 1), date(2025, 8, 31))

YEAR = DemoPlan(11, 120, date(2024, 6, 1), date(2024, 9, 1), date(2025, 8, 31))


@contextmanager
def silent(_text: Text) -> Iterator[Progress]:
    yield lambda _done, _total: None


def run() -> dict[str, Any]:
    shops = {"demo": SMALL, "year": YEAR, "full": DemoPlan(DEFAULT_SEED, DEFAULT_CUSTOMERS)}
    if sys.argv[1] in shops:
        return run_demo(shops[sys.argv[1]], FOLDER / "simulation", silent)
    path = Path(sys.argv[3])
    if is_online_retail(path):
        source: Any = read_online_retail(path)
    else:
        source = read_order_file(path, "JPY", ZoneInfo("Asia/Tokyo"), lambda _done, _total: None)
    planned = ReplayPlan(date.fromisoformat(sys.argv[4]))
    return run_replay(planned, source, FOLDER / "simulation", silent)


def all_messages() -> list[Any]:
    found: list[Any] = []
    while True:
        page, total = deliver.list_messages(offset=len(found), limit=1_000)
        found += page
        if len(found) >= total:
            return found


def steps_twice(messages: list[MessageView]) -> list[list[Any]]:
    """Give steps somebody got twice in one walk.

    Who goes silent for half a year a second time may be written to a second time: two messages of
    one step belong to one walk when less than the journey's 180 days (less a few for caps and
    quiet days) lie between them.
    """
    days: dict[tuple[int, int, str], list[datetime]] = {}
    for message in messages:
        if message.status == "accepted":
            step = (message.customer_id, message.source_id, message.source_part)
            days.setdefault(step, []).append(message.due_at)
    return [
        list(step)
        for step, dues in days.items()
        if any(later - earlier < timedelta(days=170) for earlier, later in pairwise(sorted(dues)))
    ]


def facts() -> dict[str, Any]:
    messages = all_messages()
    mails, total = deliver.list_mails(0, 1_000_000)
    arms: dict[tuple[int, str], str] = {}
    for customer_id in {message.customer_id for message in messages}:
        for walk in plan.enrolments_of(customer_id):
            arms[customer_id, walk.journey_key] = walk.arm
    proofs = [
        proof
        for customer_id in sorted({message.customer_id for message in messages})
        for proof in build_dossier(customers.gather_person(customer_id)).proofs
    ]
    held_out = {person for person, arm in arms.items() if arm == "holdout"}
    sent_while_held_out = [
        message.id
        for message in messages
        if message.status == "accepted"
        and any(
            person == message.customer_id and message.template_key.startswith(key)
            for person, key in held_out
        )
    ]
    return {
        "advertisements": len(proofs),
        "without_consent": sum(proof.consent is None for proof in proofs),
        "without_snapshot": sum(not (proof.consent and proof.consent.wording) for proof in proofs),
        "consents_by_source": Counter(p.consent.source for p in proofs if p.consent),
        "customers": customers.count_customers(),
        "messages": len(messages),
        "mails": total,
        "mails_twice": [i for i, n in Counter(m.message_id for m in mails).items() if n > 1],
        "steps_twice": steps_twice(messages),
        "held_out_people": len(held_out),
        "sent_while_held_out": sent_while_held_out,
    }


if __name__ == "__main__":
    report = run()
    print(json.dumps({"report": report, "facts": facts()}, default=str))
