"""What the worker does so that other programs hear of what happens."""

from okaeri.foundation.work.loop import Duty
from okaeri.web.webhooks.gathering import gather, sweep
from okaeri.web.webhooks.sending import send_due


def duties() -> tuple[Duty, ...]:
    """Give the duties, for a thread of their own: nobody's mail waits for somebody else's server."""
    return (
        Duty("webhooks.gather", gather),
        Duty("webhooks.send", send_due),
        Duty("webhooks.sweep", sweep),
    )
