"""How often one address may call in a minute (or a day); forgotten when it is over.

Counted in the process that serves: `okaeri up` is one. A shop that serves from several behind a
proxy lets each address call that many times as often, and limits in the proxy where that matters.
"""

import threading
import time
from collections import Counter

# A flood from very many addresses must not fill the memory: beyond this all are counted anew.
_MOST_ADDRESSES = 100_000


class PerMinute:
    """Counts calls by address in this process."""

    seconds = 60

    def __init__(self) -> None:
        self._period = 0
        self._calls: Counter[str] = Counter()
        self._lock = threading.Lock()

    def allow(self, address: str, limit: int) -> bool:
        """Count one call and tell whether it is within `limit`."""
        period = int(time.monotonic() // self.seconds)
        with self._lock:
            if period != self._period or len(self._calls) > _MOST_ADDRESSES:
                self._period = period
                self._calls.clear()
            self._calls[address] += 1
            return self._calls[address] <= limit


class PerDay(PerMinute):
    """Does the same for a day."""

    seconds = 24 * 3600
