"""People a journey did not let in for the sake of its test."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count

from okaeri.plan.models import KeptOut


def note(journey_id: int, customer_ids: Collection[int], reason: str, now: datetime) -> None:
    """Keep each of these people once per journey, in the open transaction."""
    rows = [
        KeptOut(journey_id=journey_id, customer_id=who, reason=reason, kept_out_at=now)
        for who in sorted(customer_ids)
    ]
    KeptOut.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def count(journey_id: int) -> dict[str, int]:
    """Give reason → how many people one journey did not let in."""
    rows = KeptOut.objects.filter(journey_id=journey_id).values_list("reason")
    return dict(rows.annotate(people=Count("id")).order_by("reason"))
