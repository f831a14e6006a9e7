"""How a list that changes while it is read is read without missing anything. Pure.

The source sorts by its day of change, newest first. A window of changes that lies wholly in the past
can only lose rows: one that changes again leaves it, and those behind move up a place. So pages are
read from the last to the first: what moves up is read twice, never missed; twice has one effect.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# The next window begins so long before the end of the one before: what was written late is in it.
OVERLAP = timedelta(minutes=10)
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one list has been read: everything changed before `until`, and pages above `page` of a
    window that is open from `start` to `end`. No `end`: no window is open.
    """

    until: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    page: int = 1

    @property
    def is_open(self) -> bool:
        return self.end is not None


def open_window(progress: Progress, now: datetime) -> Progress:
    """Give the progress with a window; the first one of all has no beginning."""
    start = None if progress.until is None else progress.until - OVERLAP
    return Progress(progress.until, start, now, 1)


def after_first_look(
    progress: Progress, total: int, said_at: datetime | None
) -> tuple[Progress, bool]:
    """Give where to go on once the number of rows is known, and whether that first page is enough.

    A window must end before the source's own clock, or rows could still enter it.
    """
    end = progress.end
    if end is not None and said_at is not None:
        end = min(end, said_at - timedelta(seconds=1))
    settled = replace(progress, end=end)
    if total <= PAGE_SIZE:
        return close_window(settled), True
    return replace(settled, page=-(-total // PAGE_SIZE)), False


def after_page(progress: Progress) -> Progress:
    """Give the progress after one page was stored: one page to the front, or the window is done."""
    if progress.page <= 1:
        return close_window(progress)
    return replace(progress, page=progress.page - 1)


def close_window(progress: Progress) -> Progress:
    """Give the progress with everything until the window's end read."""
    return Progress(until=progress.end)
