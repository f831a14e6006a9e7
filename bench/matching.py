"""How well people are recognised: precision and recall of automatic merges and of the review queue.

Two sets go through the product's own doors (`record_customers`, `resolve_new_parties`) into a shop of
their own on SQLite, then the queue's search runs:
(a) splink_fake_1000: English names with heavy typos, and no key but the e-mail.
(b) a Japanese list made by `bench.matching_people`; its rates of change are printed.
Every pair of records of one person should end as one customer, or as a question in the queue that
leads there when staff say yes to what is true. Prints both curves and draws them to `artefacts/`.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

DATA = Path(os.environ.get("BENCH_SHARED_DATA", "../shared/data")).resolve()
PEOPLE = int(os.environ.get("BENCH_PEOPLE", "6000"))
SEED = int(os.environ.get("BENCH_SEED", "20261122"))
ARTEFACTS = Path("artefacts")
THRESHOLDS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
TARGETS = {"precision": 0.99, "recall": 0.95, "queue": 0.98}

if TYPE_CHECKING:
    from bench.matching_people import Record


class Point(NamedTuple):
    """The queue at one threshold; `recall` is what merges and true questions join together."""

    threshold: float
    questions: int
    precision: float
    recall: float


class Outcome(NamedTuple):
    """What became of one set of records."""

    name: str
    records: int
    pairs: int
    precision: float
    recall: float
    queue: tuple[Point, ...]
    seconds: float


def measure(name: str, records: Sequence[Record]) -> Outcome:
    """Resolve the records in an empty shop and compare with the truth."""
    from okaeri.customers import api as customers
    from okaeri.customers.actions.matching import find_questions
    from okaeri.customers.store import matching
    from okaeri.foundation import clock
    from okaeri.intake import api as intake

    begin = time.monotonic()
    truth: dict[int, int] = {}
    for source, group in itertools.groupby(
        sorted(records, key=lambda one: one.source), key=lambda one: one.source
    ):
        mine = list(group)
        # One contact per call: equal contacts of one source are one stored row, so ids are asked for.
        for record in mine:
            for party_id in intake.record_customers([record.party], source=source):
                truth.setdefault(party_id, record.person)
    while customers.resolve_new_parties(clock.now(), limit=20_000):
        pass
    homes = customers.customers_of_parties(truth)
    everyone = matching.read_people()
    questions = list(find_questions(everyone, THRESHOLDS[0]))
    labels = [(homes[party], person) for party, person in truth.items()]
    wanted = _pairs_in(Counter(person for _, person in labels))
    joined = _pairs_in(Counter(home for home, _ in labels))
    right = _pairs_in(Counter(labels))
    people_of: dict[int, set[int]] = defaultdict(set)
    for home, person in labels:
        people_of[home].add(person)
    curve = [
        _point(
            labels,
            people_of,
            [(q.left, q.right) for q in questions if q.scored.probability >= at],
            at,
            wanted,
        )
        for at in THRESHOLDS
    ]
    return Outcome(
        name, len(truth), wanted, right / joined if joined else 1.0, right / wanted, tuple(curve),
        time.monotonic() - begin,
    )  # fmt: skip


def _pairs_in(groups: Counter[object]) -> int:
    return sum(size * (size - 1) // 2 for size in groups.values())


def _point(
    labels: Iterable[tuple[int, int]],
    people_of: dict[int, set[int]],
    asked: Sequence[tuple[int, int]],
    threshold: float,
    wanted: int,
) -> Point:
    yes = [(left, right) for left, right in asked if people_of[left] & people_of[right]]
    parent: dict[int, int] = {}

    def root(customer: int) -> int:
        while parent.get(customer, customer) != customer:
            customer = parent[customer]
        return customer

    for left, right in yes:
        parent[root(right)] = root(left)
    found = _pairs_in(Counter((root(home), person) for home, person in labels))
    return Point(threshold, len(asked), len(yes) / len(asked) if asked else 1.0, found / wanted)


def japanese(people: int = PEOPLE, seed: int = SEED) -> list[Record]:
    """Give the Japanese set."""
    from bench.matching_people import make_records

    return make_records(DATA, people, seed)


def fake_1000() -> list[Record]:
    """Give splink_fake_1000: surname and first name, city as the address, each row its own source."""
    from bench.matching_people import Record
    from okaeri.intake.types import PartyIn

    with gzip.open(
        DATA / "splink_fake_1000" / "fake_1000.csv.gz", "rt", encoding="utf-8"
    ) as stream:
        return [
            Record(
                int(row["cluster"]),
                f"row{row['unique_id']}",
                PartyIn(
                    email=row["email"],
                    family_name=row["surname"].strip(),
                    given_name=row["first_name"].strip(),
                    address=row["city"],
                    birth_on=date.fromisoformat(row["dob"]) if row["dob"] else None,
                ),
            )
            for row in csv.DictReader(stream)
        ]


def draw(outcomes: Sequence[Outcome], into: Path) -> Path:
    """Draw the queue's curves with the automatic merges beside them."""
    import altair as alt

    rows = [
        {"set": o.name, "threshold": p.threshold, "figure": figure, "value": value}
        for o in outcomes
        for p in o.queue
        for figure, value in (
            ("queue precision", p.precision), ("merged or asked (recall)", p.recall),
            ("automatic precision", o.precision), ("automatic recall", o.recall),
        )
    ]  # fmt: skip
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=True)
        .encode(
            x=alt.X("threshold:Q", title="asked from this probability"),
            y=alt.Y("value:Q", scale=alt.Scale(domain=[0, 1]), title=None),
            color=alt.Color("figure:N", title=None),
        )
        .properties(width=320, height=240)
        .facet(column=alt.Column("set:N", title=None))
    )
    into.mkdir(exist_ok=True)
    path = into / "matching.html"
    chart.save(str(path))
    (into / "matching.csv").write_text(
        "\n".join(["set,threshold,figure,value", *(",".join(map(str, r.values())) for r in rows)])
    )
    return path


def _show(outcome: Outcome) -> None:
    print(
        f"\n{outcome.name}: {outcome.records:,} records, {outcome.pairs:,} true pairs, {outcome.seconds:.0f} s"
    )
    print(f"automatic merges: precision {outcome.precision:.4f}, recall {outcome.recall:.4f}")
    print(f"{'asked from':>10} {'questions':>10} {'precision':>10} {'merged or asked':>16}")
    for point in outcome.queue:
        print(
            f"{point.threshold:>10} {point.questions:>10,} {point.precision:>10.3f} {point.recall:>16.4f}"
        )


def in_own_shop(name: str, records: list[Record]) -> Outcome:
    """Measure in an empty database; Django is set up once per process."""
    from django.core.management import call_command
    from django.db import connection

    connection.close()
    call_command("flush", interactive=False, verbosity=0)
    return measure(name, records)


def main() -> int:
    import django

    with tempfile.TemporaryDirectory(prefix="okaeri-bench-") as folder:
        os.environ["OKAERI_DATA_DIR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "okaeri.project.settings")
        django.setup()
        from django.core.management import call_command

        from bench.matching_people import RATES, RECORDS_PER_PERSON, SHARE_WITH_HOUSEHOLD

        call_command("migrate", verbosity=0)
        print(
            f"Japanese set: {PEOPLE:,} people, seed {SEED}; {SHARE_WITH_HOUSEHOLD:.0%} bring one to three"
        )
        print(f"others of their house; records per person 1 to 4 with shares {RECORDS_PER_PERSON}")
        for rate, share in RATES.items():
            print(f"  {share:6.1%}  {rate}")
        outcomes = [
            in_own_shop("splink_fake_1000", fake_1000()),
            in_own_shop("Japanese", japanese()),
        ]
    for outcome in outcomes:
        _show(outcome)
    print(f"\ncurves: {draw(outcomes, ARTEFACTS)}")
    ours = outcomes[-1]
    asked = next(point for point in ours.queue if point.threshold == 0.5)
    reached = {"precision": ours.precision, "recall": ours.recall, "queue": asked.recall}
    for figure, target in TARGETS.items():
        print(f"{figure:10} {reached[figure]:.4f} (target {target})")
    return 0 if all(reached[figure] >= target for figure, target in TARGETS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
