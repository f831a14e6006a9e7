"""Why somebody may lapse or stay, in words that are true of himself, whatever a model makes of them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from okaeri.foundation.text import Text
from okaeri.insight.domain.ground import Ground
from okaeri.insight.domain.lapse_risk import MONTHS_BEFORE, REASONS
from okaeri.insight.domain.lifetime.histories import Floats

_MANY = 2
_MOSTLY, _SELDOM = 0.5, 0.2
# One gap alone is longer than none.
_FEWEST_GAPS = 2


def without_contradictions(
    moved: Floats, ground: Ground, usual_days: Floats, *, recent_days: int
) -> Floats:
    """Give `moved` (per person and kind of REASONS) with 0 where its words would not be true of him.

    A model measures against the shop's median: there a silence that is long for him may lower the
    risk. Such a reason is left out, not turned round. `recent_days`: what `net_recent_minor` counts.
    """
    raises, lowers = _true_of(ground, usual_days, recent_days)
    is_true = [
        np.where(moved[:, place] > 0, raises[reason], lowers[reason])
        for place, reason in enumerate(REASONS)
    ]
    return np.where(np.column_stack(is_true), moved, 0.0)


def _true_of(
    ground: Ground, usual_days: Floats, recent_days: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give, by kind of reason, of whom the words of a higher and of a lower risk are true."""
    is_late = ground.silent_days > usual_days
    has_rhythm = ground.gaps >= _FEWEST_GAPS
    lived = ground.age_days - ground.silent_days
    # The last gap against the mean of those before it.
    is_slower = ground.last_gap_days * ground.gaps > lived
    mean = ground.net_minor / np.maximum(ground.purchases, 1.0)
    middle = np.median(mean) if len(mean) else 0.0
    fair = np.minimum(recent_days / np.maximum(ground.age_days, 1.0), 1.0) * ground.net_minor
    before = ground.visited_before / MONTHS_BEFORE
    everybody = np.ones(len(ground), bool)
    raises = {
        "silent": is_late,
        "few": ground.purchases <= _MANY,
        "age": everybody,
        "slowing": has_rhythm & is_slower,
        "size": mean < middle,
        "amount": ground.net_recent_minor < fair,
        "discount": ground.discounted_share >= _MOSTLY,
        "visits": ground.visited < before,
        "complaint": ground.complaints > 0,
        "put_off": ground.put_off > 0,
    }
    lowers = {
        "silent": ~is_late,
        "few": ground.purchases >= _MANY,
        "age": everybody,
        "slowing": has_rhythm & ~is_slower,
        "size": mean > middle,
        "amount": ground.net_recent_minor > fair,
        "discount": ground.discounted_share <= _SELDOM,
        "visits": (ground.visited > 0) & (ground.visited >= before),
        "complaint": ground.complaints == 0,
        "put_off": ground.put_off == 0,
    }
    return raises, lowers


_WORDS: Mapping[str, Text] = {
    "silent": Text(
        "いつもの間隔({usual}日)に対し、最後の購入から{silent}日たっています",
        "{silent} days since the last purchase, where {usual} are usual",
    ),
    "silent_down": Text(
        "最後の購入から{silent}日で、いつもの間隔({usual}日)の内です",
        "{silent} days since the last purchase are within the usual {usual}",
    ),
    "few": Text(
        "購入が{purchases}回で、まだ関係が浅いです", "{purchases} purchase(s): still a thin bond"
    ),
    "few_down": Text("{purchases}回購入しています", "has bought {purchases} times"),
    "age": Text("初めての購入から{age}日です", "{age} days since the first purchase"),
    "age_down": Text("初めての購入から{age}日です", "{age} days since the first purchase"),
    "slowing": Text("購入の間隔が延びています", "purchases come at longer intervals"),
    "slowing_down": Text("購入の間隔が延びていません", "purchases keep their pace"),
    "size": Text("1回の購入額が少なめです", "spends less at a time than most"),
    "size_down": Text("1回の購入額が多めです", "spends more at a time than most"),
    "amount": Text("このところの購入額が少なめです", "has spent little of late"),
    "amount_down": Text("このところ購入額が多めです", "has spent much of late"),
    "discount": Text("値引きのときに買うことが多いです", "buys mostly at a discount"),
    "discount_down": Text("値引きに頼らず買っています", "seldom buys at a discount"),
    "visits": Text("お店のページを見る回数が減っています", "looks at the shop's pages less often"),
    "visits_down": Text(
        "お店のページをよく見ています", "looks at the shop's pages as often or more"
    ),
    "complaint": Text("半年以内に苦情がありました", "complained within half a year"),
    "complaint_down": Text("苦情はありません", "has no complaint"),
    "put_off": Text(
        "半年以内に定期をスキップか休止しました", "skipped or paused deliveries within half a year"
    ),
    "put_off_down": Text("定期のスキップや休止はありません", "skips and pauses no delivery"),
}


def reason_in_words(reason: Mapping[str, Any]) -> Text:
    """Put one stored reason {"code", "effect", numbers} into words."""
    down = "" if reason["effect"] > 0 else "_down"
    numbers = {key: value for key, value in reason.items() if key not in ("code", "effect")}
    return _WORDS[reason["code"] + down].format(**numbers)
