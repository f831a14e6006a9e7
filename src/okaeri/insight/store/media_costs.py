"""What acquisition sources cost by month, as the shop wrote it."""

from collections.abc import Iterable
from datetime import date

from okaeri.insight.media_types import MediaCostView
from okaeri.insight.models import MediaCost


def list_all() -> list[MediaCostView]:
    """Give what each acquisition source cost by month, the newest month first."""
    rows = MediaCost.objects.order_by("-month", "media_code")
    return [MediaCostView(*row) for row in rows.values_list("month", "media_code", "cost_minor")]


def save(costs: Iterable[MediaCostView]) -> int:
    """Put each cost in the place of what was written of that month and source; how many."""
    rows = [
        MediaCost(month=c.month, media_code=c.media_code, cost_minor=c.cost_minor) for c in costs
    ]
    MediaCost.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["month", "media_code"],
        update_fields=["cost_minor"],
    )
    return len(rows)


def remove(month: date, media_code: str) -> int:
    """Take one cost away; how many rows went."""
    return MediaCost.objects.filter(month=month, media_code=media_code).delete()[0]
