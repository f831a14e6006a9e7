"""What crosses rewards' border: entries of a customer's points."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PointEntry:
    """One change of a customer's points: `points` above zero was given, below zero taken back.

    `key` names the transfer it belongs to, `reverses_key` the transfer it takes back ("" for none).
    """

    key: str
    reverses_key: str
    points: int
    reason: str
    occurred_at: datetime
    recorded_at: datetime
    id: int = 0
