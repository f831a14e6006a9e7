"""When a source is late: later than it usually is, and than the shop bears."""

from math import ceil

# A single gap says little; twice the usual one says that something broke.
_USUAL_GAPS = 2


def limit_days(rhythm_days: float | None, stale_after_days: int, *, is_lively: bool) -> int | None:
    """Give after how many days without news a kind of data is late; None where nobody can say.

    Twice the usual gap between two arrivals, and never below the shop's own limit. Where no gap is
    known yet, the shop's limit holds for what comes all the time (`is_lively`: orders, events); of a
    single file of reviews nobody can say when the next is due.
    """
    if rhythm_days is None:
        return stale_after_days if is_lively else None
    return max(stale_after_days, ceil(_USUAL_GAPS * rhythm_days))
