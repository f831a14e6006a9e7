"""What customers have at home and when it runs out."""

from datetime import date, timedelta

from okaeri.insight.cycle_types import RunOutView
from okaeri.insight.store import run_outs


def list_running_out(
    day: date, *, lead_days: int = 0, within_days: int = 1, sku: str = ""
) -> list[RunOutView]:
    """Give what came within `lead_days` of its run-out in the `within_days` up to and on `day`.

    Known from a week behind the last refresh to four weeks ahead of it.
    """
    last = day + timedelta(days=lead_days)
    return run_outs.due_between(last - timedelta(days=within_days - 1), last, sku)


def people_running_out(first: date, last: date, *, sku: str = "") -> list[int]:
    """Give everybody for whom something runs out from `first` to `last` (of one product), once."""
    return run_outs.people_between(first, last, sku)


def page_of_run_outs(
    first: date, last: date, *, sku: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[RunOutView], int]:
    """Give a page of what runs out from `first` to `last` (of one product), and how many there are."""
    return run_outs.page_between(first, last, sku, offset, limit)
