"""What the worker does for this station: heed the call log of others."""

from okaeri.foundation.work.loop import Duty
from okaeri.listen import api


def duties() -> tuple[Duty, ...]:
    """Give the duties of this station."""
    return (Duty("listen.heed_calls", api.heed_calls),)
