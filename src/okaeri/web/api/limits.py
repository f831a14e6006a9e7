"""How often one key may ask: a bucket per key that fills again by the second.

The buckets lie in this process. Behind two processes a key may ask twice as much; a shop that needs
one number for all of them limits in the proxy in front.
"""

import threading
import time
from collections.abc import Callable


class Buckets:
    """Tokens by key; `take` gives 0, or the seconds after which to ask again."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._full: dict[int, tuple[float, float]] = {}

    def take(self, key: int, per_minute: int) -> float:
        """Take one token of `key`, whose bucket holds a minute's worth."""
        with self._lock:
            now = self._now()
            tokens, at = self._full.get(key, (float(per_minute), now))
            tokens = min(float(per_minute), tokens + (now - at) * per_minute / 60)
            if tokens < 1:
                self._full[key] = (tokens, now)
                return (1 - tokens) * 60 / per_minute
            self._full[key] = (tokens - 1, now)
            return 0.0
