"""What the worker does for this station: turn new parties into people, find out whose devices are."""

from okaeri.customers import api
from okaeri.foundation.work.loop import Duty

_BATCH = 20_000


def duties() -> tuple[Duty, ...]:
    """Give the duties of this station in the order they should run."""
    return (
        Duty("customers.resolve", lambda now: api.resolve_new_parties(now, limit=_BATCH)),
        Duty("customers.link_devices", api.link_devices),
    )
