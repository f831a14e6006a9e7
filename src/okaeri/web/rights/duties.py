"""What the worker does for people's rights: the list of erasures is kept, sealed proofs end in time."""

from datetime import datetime

from okaeri.customers import api as customers
from okaeri.foundation.settings import shop_day
from okaeri.foundation.work.loop import Duty
from okaeri.web.rights.erasing import finish_erasures


def duties() -> tuple[Duty, ...]:
    """Give the duties; the first one runs before anything can be sent from a restored backup."""
    return (
        Duty("rights.finish_erasures", finish_erasures),
        Duty("rights.drop_proofs", drop_proofs),
    )


def drop_proofs(now: datetime) -> int:
    """Forget sealed proofs and entries of the log whose last day is over; gives how many."""
    today = shop_day(now)
    return customers.drop_due_proofs(today) + customers.drop_old_access(now)
