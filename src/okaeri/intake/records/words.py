"""How new each word about an order, a customer or a product is: late older ones are left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from okaeri.foundation.sequences import next_numbers
from okaeri.intake.models import LatestWord
from okaeri.intake.writing import CHANGES

_LOOKUP = 200


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a source changed a thing, and when it told us; the second decides between equals."""

    changed_at: datetime
    sent_at: datetime
    order_no: str = ""

    @property
    def age(self) -> tuple[datetime, datetime]:
        return self.changed_at, self.sent_at


def take_newer(source: str, subject: str, stamps: Mapping[str, Stamp]) -> set[str]:
    """Remember these words where they are not older than what is known; gives whose word counts.

    In the open transaction; other writers wait behind the change counter.
    """
    next_numbers(CHANGES, 0)
    numbers = sorted(stamps)
    known: dict[str, tuple[datetime, datetime]] = {}
    for some in _pages(numbers):
        rows = LatestWord.objects.filter(source=source, subject=subject, subject_no__in=some)
        for number, changed_at, sent_at in rows.values_list("subject_no", "changed_at", "sent_at"):
            known[number] = (changed_at, sent_at)
    newer = [n for n in numbers if n not in known or stamps[n].age >= known[n]]
    LatestWord.objects.bulk_create(
        [
            LatestWord(
                source=source,
                subject=subject,
                subject_no=number,
                order_no=stamps[number].order_no,
                changed_at=stamps[number].changed_at,
                sent_at=stamps[number].sent_at,
            )
            for number in newer
        ],
        update_conflicts=True,
        unique_fields=["source", "subject", "subject_no"],
        update_fields=["order_no", "changed_at", "sent_at"],
        batch_size=500,
    )
    return set(newer)


def order_no_of(source: str, subject_no: str) -> str:
    """Give the number an order is stored under by the source's own number; "" if it never came."""
    rows = LatestWord.objects.filter(
        source=source, subject=LatestWord.Subject.ORDER, subject_no=subject_no
    )
    return rows.values_list("order_no", flat=True).first() or ""


def _pages(values: Sequence[str]) -> list[Sequence[str]]:
    return [values[start : start + _LOOKUP] for start in range(0, len(values), _LOOKUP)]
