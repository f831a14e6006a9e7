"""Settings of further analyses that cross insight's border."""

from dataclasses import dataclass

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text


@dataclass(frozen=True, kw_only=True)
class ChurnRules:
    """When somebody who tried or subscribed counts as gone (domain reference §1.3 #26)."""

    trial_days: int = setting(
        "churn.trial_days",
        60,
        Text("トライアル後に離れたとみなす日数", "Days until a trial counts as lost"),
        minimum=1,
        maximum=3650,
    )
