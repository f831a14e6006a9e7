"""What the worker does for insight between two nights."""

from okaeri.foundation.work.loop import Duty
from okaeri.insight import api
from okaeri.insight.store.followed import DUTY


def duties() -> tuple[Duty, ...]:
    """Give the duties of this station in the order they should run."""
    return (Duty(DUTY, api.follow_orders),)
