"""What may be asked of a contract, when the cart has carried it out, and what then holds. Pure."""

from calendar import monthrange
from collections.abc import Collection, Mapping
from datetime import date, timedelta

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake.request_types import PAUSE_MONTHS

_POSSIBLE: Mapping[str, tuple[str, ...]] = {
    "active": ("skip", "pause", "cancel"),
    "paused": ("resume", "cancel"),
}
_BAD = Text("もう一度ボタンを押してください。", "Please press the button again.")


def possible_for(status: str) -> tuple[str, ...]:
    """Give the kinds that may be asked of a contract in this status; of a cancelled one none."""
    return _POSSIBLE.get(status, ())


def last_day_of_pause(today: date, months: int) -> date | None:
    """Give the last day of a pause; None for 0 months: until it is resumed. Raises InputError."""
    if months not in PAUSE_MONTHS:
        raise InputError(_BAD)
    if not months:
        return None
    year, month = divmod(today.month - 1 + months, 12)
    year, month = today.year + year, month + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def is_carried_out(
    kind: str,
    *,
    status: str,
    next_on: date | None,
    for_on: date | None,
    asked_on: date,
    told_on: date,
    skipped_on: Collection[date],
) -> bool:
    """Tell whether the source's word about a contract says that the wish was followed.

    A contract that is cancelled delivers nothing: a skip or a pause of it is followed too. A skip is
    followed when the source tells one since the wish, or another day for the delivery that was meant
    before that day came (`told_on`): afterwards a later day says only that it was sent.
    """
    if kind == "resume":
        return status == "active"
    if status == "cancelled" or kind == "cancel":
        return status == "cancelled"
    if kind == "pause" or status == "paused":
        return status == "paused"
    is_moved = next_on is not None and for_on is not None and told_on < for_on < next_on
    return is_moved or any(day >= asked_on for day in skipped_on)


def next_after_skip(next_on: date | None, interval_days: int | None) -> date | None:
    """Give the day of the delivery after a skipped one, None where nobody can say."""
    if next_on is None or not interval_days:
        return None
    return next_on + timedelta(days=interval_days)
