"""What the worker does for live sources: those that are asked are asked, old deliveries go."""

from datetime import datetime

from okaeri.foundation.work.loop import Duty
from okaeri.intake.polling.reading import read_due
from okaeri.intake.webhooks import connections


def duties() -> tuple[Duty, ...]:
    """Give the duties."""
    return (
        Duty("intake.read_sources", read_due),
        Duty("intake.sweep_deliveries", sweep_deliveries),
    )


def sweep_deliveries(now: datetime) -> int:
    """Take away deliveries that need not be kept; never asks to be called again at once."""
    connections.sweep(now)
    return 0
