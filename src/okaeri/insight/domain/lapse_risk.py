"""How likely a customer buys nothing in the next n days: what is looked at, the rule, what moves it.

The rule is there from the first order on: the chance of no purchase under the MBG/NBD with its prior,
moved by visits, complaints and deliveries put off (domain reference §2.6).
Where a shop has enough cases, trained models compete with it (`domain.lapse_training`).
"""

import numpy as np

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
    ("age", "age"),
    ("slowing", "slowing"),
    ("amount", "size"),
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
MONTHS_BEFORE = 3.0


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
            np.log((ground.visited + 0.5) / (ground.visited_before / MONTHS_BEFORE + 0.5)),
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
