"""What following and opening mails looks like from outside delivery."""

from dataclasses import dataclass
from datetime import datetime

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text


@dataclass(frozen=True, kw_only=True)
class TrackingRules:
    """What is noted of mails that left, and when a machine is suspected."""

    clicks: bool = setting(
        "tracking.clicks", True, Text("メールのクリックを記録する", "Note clicks in mails")
    )
    opens: bool = setting(
        "tracking.opens", True, Text("メールの開封を記録する", "Note when mails are opened")
    )
    machine_seconds: int = setting(
        "tracking.machine_seconds",
        20,
        Text(
            "送信後この秒数までのクリックと開封は機械とみなす",
            "Clicks and opens so many seconds after sending are a machine's",
        ),
        minimum=0,
        maximum=600,
    )


@dataclass(frozen=True, slots=True)
class Followed:
    """Where a tracked link leads; `machine` says why no person is believed to have pressed it."""

    url: str
    machine: str


@dataclass(frozen=True, slots=True)
class EngagementView:
    """What one person did with the mails he got: numbers of messages, people and machines apart.

    `opened` is a lower bound: where Apple or Gmail fetch the picture, nobody knows who looked.
    """

    sent: int = 0
    opened: int = 0
    clicked: int = 0
    machine_opened: int = 0
    machine_clicked: int = 0
    last_opened_at: datetime | None = None
    last_clicked_at: datetime | None = None
