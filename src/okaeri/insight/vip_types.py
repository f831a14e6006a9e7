"""Who is treated as one of the best: the settings of the VIP perks (domain reference §1.3 #31)."""

from dataclasses import dataclass

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text


@dataclass(frozen=True, kw_only=True)
class VipRules:
    """How long perks stay with somebody who is loyal no more."""

    grace_days: int = setting(
        "vip.grace_days",
        60,
        Text(
            "優良客でなくなってからVIPの扱いを続ける日数",
            "Days VIP treatment outlasts the loyal class",
        ),
        minimum=0,
        maximum=3650,
    )
