"""How often one address may call in a minute; forgotten when the minute is over.

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

    def __init__(self) -> None:
        self._minute = 0
        self._calls: Counter[str] = Counter()
        self._lock = threading.Lock()

    def allow(self, address: str, limit: int) -> bool:
        """Count one call and tell whether it is within `limit`."""
        minute = int(time.monotonic() // 60)
        with self._lock:
            if minute != self._minute or len(self._calls) > _MOST_ADDRESSES:
                self._minute = minute
                self._calls.clear()
            self._calls[address] += 1
            return self._calls[address] <= limit
