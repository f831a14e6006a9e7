"""What crosses rewards' border: entries of a customer's points, the rule of his page's links."""

from dataclasses import dataclass
from datetime import datetime

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text


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


@dataclass(frozen=True, kw_only=True)
class MyPageRules:
    """How long a link to a person's own page is good."""

    link_days: int = setting(
        "my_page.link_days",
        90,
        Text("お客様ページのリンクの有効日数", "Days a link to a customer's page is good"),
        minimum=1,
        maximum=730,
    )


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One entry of a customer's account. `id` rises with every entry; none is ever changed."""

    id: int
    customer_id: int
    key: str
    points: int
    reason: str
    occurred_at: datetime
