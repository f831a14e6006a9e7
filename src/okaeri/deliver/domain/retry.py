"""How long to wait before trying again. Pure; the number of attempts is the only memory."""

from datetime import timedelta

_FIRST = timedelta(minutes=2)
_LONGEST = timedelta(hours=4)
_FIRST_BRAKE = timedelta(seconds=30)
_LONGEST_BRAKE = timedelta(minutes=15)


def message_pause(attempts: int) -> timedelta:
    """Give the wait of a message that was told "later" `attempts` times: 2, 4, 8 ... 240 minutes."""
    return min(_FIRST * (1 << min(max(attempts - 1, 0), 10)), _LONGEST)


def channel_pause(failures_in_a_row: int) -> timedelta:
    """Give the rest of a channel whose far side did not answer: 30 s doubling to 15 minutes."""
    return min(_FIRST_BRAKE * (1 << min(max(failures_in_a_row - 1, 0), 10)), _LONGEST_BRAKE)
