"""How a transfer is booked: every transfer adds up to zero."""

from collections.abc import Mapping

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text

MOST_POINTS = 1_000_000_000

_BAD_POINTS = Text(
    "付与するポイントは 1 から {most} までの整数で指定してください。",
    "Points to grant must be a whole number from 1 to {most}.",
)
_NO_KEY = Text(
    "ポイントの付与には重複を防ぐキーが必要です(200文字まで)。",
    "A grant of points needs a key of at most 200 characters that names it.",
)


class UnbalancedError(RuntimeError):
    """A transfer does not add up to zero: a fault in the program, not in what was given."""


def check_grant(points: object, key: str) -> None:
    """Refuse what cannot be granted."""
    if type(points) is not int or not 1 <= points <= MOST_POINTS:
        raise InputError(_BAD_POINTS.format(most=f"{MOST_POINTS:,}"))
    if not 1 <= len(key) <= 200:
        raise InputError(_NO_KEY)


def check_balanced(entries: Mapping[int, int]) -> None:
    """Refuse entries (account → points) that do not add up to zero."""
    if sum(entries.values()):
        raise UnbalancedError(f"entries add up to {sum(entries.values())}, not to 0")


def reversed_entries(entries: Mapping[int, int]) -> dict[int, int]:
    """Give exactly the opposite of the original entries."""
    return {account: -points for account, points in entries.items()}
