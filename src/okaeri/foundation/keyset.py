"""Reading backwards in time, a window at a time: the next window begins where the last one ended."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

# Instant and id of the last row seen.
Before = tuple[datetime, int]


def window(rows: QuerySet[Any], at: str, before: Before | None, limit: int) -> QuerySet[Any]:
    """Give the newest `limit` rows older than `before`, newest first; of one instant the higher id first.

    `at` names the instant's column.
    """
    if before is not None:
        instant, number = before
        rows = rows.filter(Q(**{f"{at}__lt": instant}) | Q(**{at: instant}, id__lt=number))
    return rows.order_by(f"-{at}", "-id")[:limit]
