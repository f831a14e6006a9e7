"""Reads of the content calendar: where walks stand, counted by class, and the entries of staff."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, QuerySet

from okaeri.customers import api as customers
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import CustomerClass
from okaeri.plan.models import CalendarEntry, Enrolment, Journey

_NO_ENTRY = Text("予定 {id} は存在しません。", "There is no entry {id}.")
_ALIKE = ("journey_id", "version_id", "node", "due_at", "anchor_on")


class Standing(NamedTuple):
    """Where walks of one class stand: all of them leave `node` at `due_at`."""

    journey_id: int
    version_id: int
    node: str
    due_at: datetime
    anchor_on: date
    of_class: str


def count_standing() -> Counter[Standing]:
    """Count the people on their way through live journeys by where they stand; nobody left out."""
    walks = Enrolment.objects.filter(
        state=Enrolment.State.ACTIVE, journey__status=Journey.Status.LIVE
    ).exclude(arm="holdout")
    classed = walks.annotate(of_class=insight.class_column("customer_id"))
    known = classed.filter(of_class__isnull=False).order_by()
    rows = known.values_list(*_ALIKE, "of_class").annotate(people=Count("id"))
    counted = Counter({Standing(*row[:-1]): row[-1] for row in rows})
    counted.update(_of_merged(classed.filter(of_class__isnull=True)))
    return counted


def _of_merged(walks: QuerySet[Enrolment]) -> Iterator[Standing]:
    """Give the walks of people whom a merge gave another number since; who is unknown has no class."""
    rows = list(walks.order_by("id").values_list(*_ALIKE, "customer_id"))
    roots = customers.roots_of({row[-1] for row in rows}) if rows else {}
    standings = insight.list_insights(sorted(set(roots.values())))
    for journey_id, version_id, node, due_at, anchor_on, customer_id in rows:
        standing = standings.get(roots.get(customer_id, 0))
        if standing is not None:
            of_class = CustomerClass(standing.stage, standing.is_lapsed)
            yield Standing(journey_id, version_id, node, due_at, anchor_on, of_class.key)


def journey_keys_by_id(ids: Iterable[int]) -> dict[int, str]:
    """Give journey id → key."""
    return dict(Journey.objects.filter(id__in=set(ids)).values_list("id", "key"))


def list_entries() -> list[CalendarEntry]:
    """Give every entry that was not put away, by day."""
    return list(CalendarEntry.objects.filter(deleted_at=None).order_by("day", "id"))


def get_entry(entry_id: int) -> CalendarEntry:
    """Give one entry, put away or not, or raise NotFoundError."""
    found = CalendarEntry.objects.filter(id=entry_id).first()
    if found is None:
        raise NotFoundError(_NO_ENTRY.format(id=entry_id))
    return found
