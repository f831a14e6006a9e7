"""How often one key may ask: a bucket per key that fills again by the second.

The buckets lie in this process. Behind two processes a key may ask twice as much; a shop that needs
one number for all of them limits in the proxy in front.
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one request: `wait` is 0, or the seconds after which to ask again.

    `left` are the requests that may follow at once, `full_in` the seconds until all may again.
    """

    limit: int
    left: int
    full_in: int
    wait: float

    def headers(self) -> dict[str, str]:
        """Give them as programs read them (draft-ietf-httpapi-ratelimit-headers, its three fields)."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.left),
            "RateLimit-Reset": str(self.full_in),
        }


class Buckets:
    """Tokens by key."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._full: dict[int, tuple[float, float]] = {}

    def take(self, key: int, per_minute: int) -> Taken:
        """Take one token of `key`, whose bucket holds a minute's worth."""
        with self._lock:
            now = self._now()
            tokens, at = self._full.get(key, (float(per_minute), now))
            tokens = min(float(per_minute), tokens + (now - at) * per_minute / 60)
            wait = 0.0 if tokens >= 1 else (1 - tokens) * 60 / per_minute
            tokens -= 0 if wait else 1
            self._full[key] = (tokens, now)
        full_in = math.ceil((per_minute - tokens) * 60 / per_minute)
        return Taken(per_minute, int(tokens), full_in, wait)
