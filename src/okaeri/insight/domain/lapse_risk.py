"""How likely a customer buys nothing in the next n days: what is looked at, the rule, the reasons.

The rule is there from the first order on: the chance of no purchase under the MBG/NBD with its prior,
moved by visits, complaints and deliveries put off (domain reference §2.6).
Where a shop has enough cases, trained models compete with it (`domain.lapse_training`).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from okaeri.foundation.text import Text
from okaeri.insight.domain.ground import Ground
from okaeri.insight.domain.lifetime.beta_geometric import MBG_NBD
from okaeri.insight.domain.lifetime.doubt import purchase_spread
from okaeri.insight.domain.lifetime.forecast import WEEK, Fits, fold
from okaeri.insight.domain.lifetime.histories import Floats

# Columns of the matrix, and which kind of reason each belongs to.
COLUMNS = (
    ("rule", "silent"),
    ("overdue", "silent"),
    ("silence", "silent"),
    ("purchases", "few"),
    ("age", "few"),
    ("slowing", "slowing"),
    ("amount", "amount"),
    ("recent", "amount"),
    ("discount", "discount"),
    ("visits", "visits"),
    ("complaints", "complaint"),
    ("put_off", "put_off"),
)
# The rule on those columns: the chance of the model of repeat purchases, moved by what people did besides
# buying. The weights are guesses, small on purpose; they are nothing where no such thing is known, and a
# trained model finds its own.
RULE_WEIGHTS = (1.0, *[0.0] * 8, -0.2, 0.6, 0.4)
REASONS = tuple(dict.fromkeys(reason for _, reason in COLUMNS))
_BESIDE = ("visits", "complaint", "put_off")
# A reason that moves the chance by less than this is none.
LEAST_EFFECT = 0.02
_SURE = 1e-6
_MONTHS_BEFORE = 3.0


def rule_risk(ground: Ground, fits: Fits, days: int) -> Floats:
    """Give each person's chance of buying nothing within `days` (MBG/NBD)."""
    histories, place = fold(ground.people)
    buys = MBG_NBD.chance_of_purchase(fits.orders.values, histories, days / WEEK)
    return np.asarray(1.0 - buys[place])


def rule_spread(ground: Ground, fits: Fits, days: int) -> Floats:
    """Give how little each person's `rule_risk` is known: the standard error of its log-odds."""
    histories, place = fold(ground.people)
    return purchase_spread(MBG_NBD, fits.orders, histories, days / WEEK)[place]


def matrix_of(ground: Ground, rule: Floats, usual_days: Floats) -> Floats:
    """Give what models look at, one row per person; columns as in COLUMNS, all finite."""
    chance = np.clip(rule, _SURE, 1 - _SURE)
    usual = np.maximum(usual_days, 1.0)
    mean = np.maximum(ground.net_minor / np.maximum(ground.purchases, 1.0), 0.0)
    last_gap = np.where(np.isfinite(ground.last_gap_days), ground.last_gap_days, usual)
    spent = np.maximum(ground.net_minor, 1.0)
    return np.column_stack(
        [
            np.log(chance / (1 - chance)),
            np.log((ground.silent_days + 1.0) / usual),
            np.log1p(ground.silent_days),
            np.log(np.maximum(ground.purchases, 1.0)),
            np.log1p(ground.age_days),
            np.log((last_gap + 1.0) / (usual + 1.0)),
            np.log1p(mean),
            np.clip(ground.net_recent_minor / spent, 0.0, 1.0),
            np.clip(ground.discounted_share, 0.0, 1.0),
            # Above 0: visits more often than in the three months before; 0 without any visit.
            np.log((ground.visited + 0.5) / (ground.visited_before / _MONTHS_BEFORE + 0.5)),
            np.log1p(ground.complaints),
            np.log1p(ground.put_off),
        ]
    )


def effects(risk: Floats, slopes: Floats, matrix: Floats, typical: Floats) -> Floats:
    """Give, per person and kind of reason (REASONS), how far it moves his risk.

    The risk as it is, minus that of the same person with that kind set to the shop's median, along the
    slopes of a logit.
    """
    moved = (matrix - typical) * slopes
    chance = np.clip(risk, _SURE, 1 - _SURE)
    logit = np.log(chance / (1 - chance))
    found = np.zeros((len(matrix), len(REASONS)))
    for place, reason in enumerate(REASONS):
        columns = [i for i, (_, kind) in enumerate(COLUMNS) if kind == reason]
        without = logit - moved[:, columns].sum(axis=1)
        found[:, place] = risk - 1.0 / (1.0 + np.exp(-np.clip(without, -30, 30)))
    return found


def rule_effects(ground: Ground, rule: Floats, usual_days: Floats, matrix: Floats) -> Floats:
    """Give the same for the rule: silence, count and slowing by hand, the rest by RULE_WEIGHTS."""
    usual = np.maximum(usual_days, 1.0)
    found = np.zeros((len(ground), len(REASONS)))
    overdue = np.clip(ground.silent_days / usual - 1.0, -1.0, 3.0) / 4.0
    found[:, REASONS.index("silent")] = overdue * rule
    found[:, REASONS.index("few")] = np.where(ground.purchases < 2, 0.2 * rule, 0.0)
    last_gap = np.where(np.isfinite(ground.last_gap_days), ground.last_gap_days, usual)
    found[:, REASONS.index("slowing")] = np.clip(last_gap / usual - 1.5, 0.0, 2.0) / 10 * rule
    chance = np.clip(rule, _SURE, 1 - _SURE)
    logit = np.log(chance / (1 - chance))
    for place in range(-len(_BESIDE), 0):
        without = logit - RULE_WEIGHTS[place] * matrix[:, place]
        moved = rule - 1.0 / (1.0 + np.exp(-without))
        found[:, REASONS.index(COLUMNS[place][1])] = moved
    return found


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
    "slowing": Text("購入の間隔が延びています", "purchases come at longer intervals"),
    "slowing_down": Text("購入の間隔が延びていません", "purchases keep their pace"),
    "amount": Text("このところの購入額が少なめです", "has spent little of late"),
    "amount_down": Text("このところ購入額が多めです", "has spent much of late"),
    "discount": Text("値引きのときに買うことが多いです", "buys mostly at a discount"),
    "discount_down": Text("値引きに頼らず買っています", "buys without discounts"),
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
