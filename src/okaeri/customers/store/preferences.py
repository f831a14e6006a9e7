"""Wishes at rest: one row per customer number; whoever asked for nothing has none."""

from collections.abc import Collection
from datetime import datetime

from okaeri.customers.models import Preference
from okaeri.customers.preference_types import Wishes

_PAGE = 500


def is_empty() -> bool:
    """Tell whether nobody ever asked for anything."""
    return not Preference.objects.exists()


def read(customer_ids: Collection[int]) -> dict[int, tuple[datetime, Wishes]]:
    """Give number → when it was said and what; numbers without a row are left out."""
    wanted = sorted(set(customer_ids))
    pages = [wanted[start : start + _PAGE] for start in range(0, len(wanted), _PAGE)]
    rows = [row for page in pages for row in Preference.objects.filter(customer_id__in=page)]
    return {row.customer_id: (row.changed_at, _wishes(row)) for row in rows}


def write(customer_ids: Collection[int], wishes: Wishes, at: datetime) -> None:
    """Keep the same wishes under each of these numbers."""
    for customer_id in customer_ids:
        Preference.objects.update_or_create(
            customer_id=customer_id,
            defaults={
                "refused_topics": sorted(wishes.refused_topics),
                "most_per_week": wishes.most_per_week,
                "weekdays": list(wishes.weekdays),
                "from_hour": wishes.from_hour,
                "until_hour": wishes.until_hour,
                "paused_until": wishes.paused_until,
                "changed_at": at,
            },
        )


def _wishes(row: Preference) -> Wishes:
    return Wishes(
        refused_topics=frozenset(row.refused_topics),
        most_per_week=row.most_per_week,
        weekdays=tuple(row.weekdays),
        from_hour=row.from_hour,
        until_hour=row.until_hour,
        paused_until=row.paused_until,
    )
