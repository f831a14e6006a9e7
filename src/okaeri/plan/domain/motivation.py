"""Why somebody may stop: a guess from what he does, for staff to overrule (domain row E-20). Pure.

The first rule that fits decides; where none does, nothing is guessed.
"""

from typing import NamedTuple

from okaeri.insight.types import Stage

SHALLOW, SURPLUS, SPECIAL, EFFECT, COST = "shallow", "surplus", "special", "effect", "cost"
# What people say when they cancel a subscription, and what is behind it.
_SAID = (
    (SURPLUS, ("余", "使い切", "たまって", "溜ま", "left over", "too much", "surplus")),
    (COST, ("高い", "高く", "価格", "費用", "お金", "経済", "price", "cost", "expensive")),
    (EFFECT, ("効果", "実感", "合わな", "effect", "result")),
)
# So much longer than the product lasts, and somebody has some left.
SLOW_BY = 1.5
UNREAD_MAILS = 2


class KnownHabits(NamedTuple):
    """What a guess looks at; None or "" where it is not known.

    `interval_days`: between the last two purchases. `days_supply`: how long what was bought the time
    before lasts. `read` counts mails opened or clicked, by machines too: only silence says anything.
    """

    purchase_count: int
    stage: str = ""
    is_lapsed: bool = False
    interval_days: int | None = None
    days_supply: int | None = None
    sent: int = 0
    read: int = 0
    cancel_reason: str = ""


def infer_motivation(known: KnownHabits) -> str | None:
    """Give a choice of the attribute "motivation", or None where nothing speaks for one."""
    said = known.cancel_reason.casefold()
    for motivation, words in _SAID:
        if any(word in said for word in words):
            return motivation
    slow_days = SLOW_BY * known.days_supply if known.days_supply else None
    if slow_days and known.interval_days is not None and known.interval_days >= slow_days:
        return SURPLUS
    if known.purchase_count == 1 and known.sent >= UNREAD_MAILS and not known.read:
        return SHALLOW
    if known.stage == Stage.PRIME and not known.is_lapsed:
        return SPECIAL
    return None
