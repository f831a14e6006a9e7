"""How often one address may call in a minute (or a day, begun by its first call); forgotten when it is over.

Counted in the process that serves: `okaeri up` is one. A shop that serves from several behind a
proxy lets each address call that many times as often, and limits in the proxy where that matters.
"""

import threading
import time
from collections import OrderedDict

# A flood from very many addresses must not fill the memory: beyond this the oldest count anew.
_MOST_ADDRESSES = 100_000


class PerMinute:
    """Counts calls by address in this process."""

    seconds = 60

    def __init__(self) -> None:
        # By address: when its first call came, and how many came since; oldest first.
        self._calls: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def allow(self, address: str, limit: int) -> bool:
        """Count one call and tell whether it is within `limit`."""
        now = time.monotonic()
        with self._lock:
            self._forget(now)
            begun, calls = self._calls.get(address, (now, 0))
            self._calls[address] = begun, calls + 1
            return calls < limit

    def _forget(self, now: float) -> None:
        while self._calls:
            begun, _ = next(iter(self._calls.values()))
            if now - begun < self.seconds and len(self._calls) <= _MOST_ADDRESSES:
                break
            self._calls.popitem(last=False)


class PerDay(PerMinute):
    """Does the same for a day."""

    seconds = 24 * 3600
