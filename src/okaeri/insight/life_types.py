"""The shop's table of signals for life events, kept as one setting."""

from dataclasses import dataclass

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text

# Likelihood ratios here are first guesses for the shop to replace; nobody has measured them.
FIRST_TABLE = """baby,prior,出産・育児/A baby,0.02
baby,bought,ベビー,20
baby,viewed,ベビー,4
baby,bought,マタニティ,30
baby,viewed,マタニティ,6
baby,attribute,family=with_children,3
moving,prior,引っ越し/Moving house,0.03
moving,bought,引っ越し,15
moving,viewed,収納,3
wedding,prior,結婚/A wedding,0.01
wedding,bought,ブライダル,30
wedding,viewed,ブライダル,6
"""


@dataclass(frozen=True, kw_only=True)
class LifeEventRules:
    """Which signals speak for which event, and how much. Empty: nothing is estimated."""

    table: str = setting(
        "life_events.table",
        "",
        Text("ライフイベントの手がかり", "Signals of life events"),
    )
