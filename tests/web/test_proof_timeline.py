"""Attempts to get rid of proofs over any life of people: none goes early, none stays a day too long (F27).

The days the law asks for are worked out here once more, from the calendar alone.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from okaeri.customers import api as customers
from okaeri.customers.models import Customer, Erasure
from okaeri.deliver.models import Message
from okaeri.foundation import clock
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri.web.rights import duties
from okaeri.web.rights.erasing import erase_everywhere

pytestmark = pytest.mark.django_db
FIRST = date(2023, 11, 1)
ZONE = ZoneInfo("Asia/Tokyo")


@dataclass(frozen=True)
class Life:
    """Days after `FIRST`: advertisements, the erasure, and orders of a court (placed, until)."""

    ads: tuple[int, ...]
    erased: int
    holds: tuple[tuple[int, int], ...]
    again: int | None

    def until(self) -> int | None:
        """The last day the proof must be there; None where nothing asks for it."""
        days = []
        if self.ads:
            days += [_later(self.erased, 1), _later(max(self.ads), 36)]
        for placed, until in sorted(self.holds):
            # Whoever was erased without anything to keep has nothing an order could hold.
            if placed <= self.erased or (days and placed <= max(days)):
                days.append(until)
        return max(days, default=None)


def _later(day: int, months: int) -> int:
    start = FIRST + timedelta(days=day)
    month = start.month - 1 + months
    try:
        end = start.replace(year=start.year + month // 12, month=month % 12 + 1)
    except ValueError:
        # No such day in that month: the whole month counts, and the first of the next.
        end = date(start.year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return (end - FIRST).days


@st.composite
def lives(draw: st.DrawFn) -> Life:
    ads = draw(st.lists(st.integers(0, 500), max_size=3))
    erased = draw(st.integers(max(ads, default=0), 560))
    # Orders come before and after the erasure, before and after the law's own last day.
    late = st.integers(erased, erased + 1200).flatmap(
        lambda placed: st.tuples(st.just(placed), st.integers(placed, placed + 1500))
    )
    holds = draw(st.lists(st.tuples(st.integers(0, 560), st.integers(0, 2400)) | late, max_size=2))
    again = draw(st.none() | st.integers(erased, 1500))
    return Life(tuple(ads), erased, tuple(holds), again)


def _at(day: int) -> datetime:
    # Just before the shop's midnight: the last moment that is still this day.
    return datetime.combine(FIRST + timedelta(days=day), time(23, 59), ZONE).astimezone(UTC)


def _found(count: int) -> list[int]:
    intake.record_orders(
        [
            OrderIn(
                source="test", order_no=f"A{n}", ordered_at=_at(-30), status="accepted",
                party=PartyIn(email=f"p{n}@example.invalid", email_opt_in=True),
                lines=(LineIn("LOTION", "Lotion", 1, 4800, 4800),), total_minor=4800,
            )
            for n in range(count)
        ]
    )  # fmt: skip
    while customers.resolve_new_parties(_at(-29)):
        pass
    return [Customer.objects.get(email=f"p{n}@example.invalid").pk for n in range(count)]


def _send(person: int, day: int, number: int) -> None:
    Message.objects.create(
        key=f"k{person}-{day}-{number}", source_kind="journey", source_id=1, customer_id=person,
        channel="email", content_kind="useful", template_key="t", template_version=1,
        status="accepted", due_at=_at(day), expires_at=_at(day), planned_at=_at(day),
        claimed_at=_at(day), settled_at=_at(day),
    )  # fmt: skip


def _live_through(people: Sequence[int], told: Sequence[Life], looks: set[int]) -> None:
    days = looks | {life.erased for life in told}
    for life in told:
        days |= {placed for placed, _ in life.holds}
        days |= set() if life.again is None else {life.again}
        if (until := life.until()) is not None:
            days |= {until - 1, until, until + 1}
    for day in sorted(day for day in days if day >= 0):
        clock.set_clock(clock.SimulatedClock(_at(day)))
        for person, life in zip(people, told, strict=True):
            for number, ad in enumerate(life.ads):
                if ad <= day and not Message.objects.filter(
                    key=f"k{person}-{ad}-{number}"
                ).exists() and day <= life.erased:  # fmt: skip
                    _send(person, ad, number)
            for placed, until in life.holds:
                if placed == day:
                    held = FIRST + timedelta(days=until)
                    customers.place_hold(person, held, "court", "mika", _at(day))
            if life.erased == day or life.again == day:
                erase_everywhere(person, _at(day))
        # The duty runs at least once a day.
        duties.drop_proofs(_at(day))
        _check(people, told, day)


def _check(people: Sequence[int], told: Sequence[Life], day: int) -> None:
    for person, life in zip(people, told, strict=True):
        if day < life.erased:
            assert customers.list_consents(person), "the ledger of a living person is his proof"
            continue
        sealed = Erasure.objects.filter(customer_id=person).values_list("proof", flat=True)
        is_there = any(proof.get("consents") for proof in sealed)
        until = life.until()
        must = until is not None and day <= until
        assert is_there == must, (life, FIRST + timedelta(days=day), until)


class _Undone(Exception):
    pass


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(told=[Life((0,), 10, ((500, 2000),), None)], looks={1500})
@given(
    told=st.lists(lives(), min_size=1, max_size=3),
    looks=st.sets(st.integers(0, 2400), max_size=6),
)
def test_no_attempt_takes_a_proof_early_and_none_is_kept_a_day_too_long(
    told: list[Life], looks: set[int]
) -> None:
    listed = Path(django_settings.OKAERI.data_dir) / "erasures.jsonl"
    try:
        with suppress(_Undone), transaction.atomic():
            _live_through(_found(len(told)), told, looks)
            raise _Undone
    finally:
        listed.unlink(missing_ok=True)
