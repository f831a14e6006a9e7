"""Whether every kind of customer is cared for to the end: entry, goal, exit, and what comes next."""

from collections.abc import Sequence
from typing import NamedTuple

from okaeri.foundation.text import Text
from okaeri.plan.journeys.definition import (
    AnyTrigger,
    Definition,
    PurchaseTrigger,
    RecencyTrigger,
    RunOutTrigger,
    SegmentTrigger,
)
from okaeri.plan.types import PatternCheck

_LIVE = "live"


class _Pattern(NamedTuple):
    """A kind of customer, and the kind he becomes when the journey reaches its goal."""

    key: str
    name: Text
    becomes: str


PATTERNS = (
    _Pattern("lead", Text("見込み客", "Leads"), "first"),
    _Pattern("first", Text("初回客", "First-time customers"), "toddler"),
    _Pattern("toddler", Text("よちよち客", "Toddlers"), "steady"),
    _Pattern("steady", Text("コツコツ客", "Steady customers"), "prime"),
    _Pattern("trend", Text("流行客", "Trend customers"), "prime"),
    _Pattern("prime", Text("優良客", "Loyal customers"), "lapsing"),
    _Pattern("lapsing", Text("離脱に向かう方", "Those about to lapse"), "steady"),
    _Pattern("lapsed", Text("離脱した方(離脱圏)", "Lapsed customers"), "steady"),
    # The four ways of stopping the seeds name (rows E-06 to E-09); each wants a journey of its own.
    _Pattern(
        "subscription_1", Text("定期1回で解約した方", "Cancelled after delivery 1"), "toddler"
    ),
    _Pattern("subscription_4", Text("定期4回で解約した方", "Cancelled after delivery 4"), "steady"),
    _Pattern("trial_gone", Text("トライアルだけで離れた方", "Gone after a trial"), "toddler"),
    _Pattern(
        "single_2_gone", Text("単品2回で離れた方", "Gone after two one-off purchases"), "steady"
    ),
)
_REGULARS = frozenset({"steady", "trend", "prime"})
# Ready-made segments that hold one kind of customer; what a shop's own hold nobody can tell.
_OF_PRESET = {
    "fresh_leads": frozenset({"lead"}),
    "high_spend": frozenset({"prime"}),
    "prime": frozenset({"prime"}),
    "lost": frozenset({"lapsed"}),
    "subscription_1": frozenset({"subscription_1"}),
    "subscription_4": frozenset({"subscription_4"}),
    # Who is spoken to before the fourth delivery is whom the cancelling after it is about.
    "subscription_4_ahead": frozenset({"subscription_4"}),
    "trial_gone": frozenset({"trial_gone"}),
    "single_2_gone": frozenset({"single_2_gone"}),
}


def patterns_of(trigger: AnyTrigger, lapse_days: int) -> frozenset[str]:
    """Give the kinds of customers a trigger lets in; who is silent for `lapse_days` has lapsed."""
    if isinstance(trigger, PurchaseTrigger):
        return {1: frozenset({"first"}), 2: frozenset({"toddler"})}.get(trigger.number, _REGULARS)
    if isinstance(trigger, RunOutTrigger):
        return _REGULARS
    if isinstance(trigger, SegmentTrigger):
        return _OF_PRESET.get(trigger.preset, frozenset())
    if isinstance(trigger, RecencyTrigger):
        if trigger.days >= lapse_days:
            return frozenset({"lapsed"})
        return frozenset(str(stage.value) for stage in trigger.stages) or frozenset({"lapsing"})
    return frozenset({"lead"})


def check_completeness(
    journeys: Sequence[tuple[str, str, Definition]], lapse_days: int
) -> list[PatternCheck]:
    """Give one check per kind of customer; `journeys` are key, status and definition of each.

    Only a live journey counts. The goal must end the walk, a walk must have an end of its own, and
    a live journey must wait for whoever reached the goal.
    """
    covered = {pattern.key: _covering(pattern.key, journeys, lapse_days) for pattern in PATTERNS}
    live = {key: [one for one in found if one[1] == _LIVE] for key, found in covered.items()}
    return [
        PatternCheck(
            key=pattern.key,
            name=pattern.name,
            journeys=tuple(one[0] for one in live[pattern.key]),
            drafts=tuple(one[0] for one in covered[pattern.key] if one[1] != _LIVE),
            has_entry=bool(live[pattern.key]),
            has_goal=any(one[2].exit_on for one in live[pattern.key]),
            has_exit=any(_ends(one[2]) for one in live[pattern.key]),
            next_journeys=tuple(one[0] for one in live[pattern.becomes]),
        )
        for pattern in PATTERNS
    ]


def _covering(
    key: str, journeys: Sequence[tuple[str, str, Definition]], lapse_days: int
) -> list[tuple[str, str, Definition]]:
    return [one for one in journeys if key in patterns_of(one[2].trigger, lapse_days)]


def _ends(definition: Definition) -> bool:
    return any(not node.arrows for node in definition.nodes.values())
