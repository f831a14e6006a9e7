"""Settings of the analysis of when people buy."""

from dataclasses import dataclass

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text


@dataclass(frozen=True, kw_only=True)
class TimingRules:
    """Which days count as those after payday."""

    payday: int = setting("timing.payday", 25, Text("給料日", "Payday"), minimum=1, maximum=31)
    payday_days: int = setting(
        "timing.payday_days",
        5,
        Text("給料日からの日数", "Days counted from payday"),
        minimum=1,
        maximum=14,
    )
