"""What the worker does: turn new parties into people, link devices, read why subscriptions ended."""

from okaeri.customers import api
from okaeri.foundation.work.loop import Duty

_BATCH = 20_000


def duties() -> tuple[Duty, ...]:
    """Give the duties of this station in the order they should run."""
    return (
        Duty("customers.resolve", lambda now: api.resolve_new_parties(now, limit=_BATCH)),
        Duty("customers.link_devices", api.link_devices),
        Duty("customers.read_cancellations", api.read_cancellations),
    )
