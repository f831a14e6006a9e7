"""How sure a foretold chance is: its 80 % interval, from what is unknown and from what a replay missed.

Two things widen it, both on the log-odds:

* what the model does not know: the spread of its parameters (`lifetime.doubt`), or for a trained model
  how few people its chances were calibrated on;
* what the model gets wrong: in a replay from an earlier day ten groups were told a chance and came to
  another. Of that distance chance explains a part (the variance of a share of so many people); the rest
  is misfit, and today's chances may miss by as much. Without a replay a misfit is imagined, and beside a
  replay it counts as one more group, so no shop however large is told a bare figure.

The groups of one replay share one day, and a shop's level moves from one time to the next. So of how far
a whole day may be off, a replay however large is a single observation, beside the imagined one: in a real
shop whose replay had missed little, 51 % came of those told 45 % with a mean upper end of 51 % (groups
alone). The wider of both counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from scipy import special

from okaeri.insight.domain.lifetime.histories import Floats
from okaeri.insight.domain.shares import Z80

# Log-odds: a half comes as 40 to 60 %. What the replays of the tests' two retail sets miss, or a bit more.
_IMAGINED = 0.4
_SURE = 1e-6


@dataclass(frozen=True, slots=True)
class Trial:
    """What a replay told of the chances: the misfit (log-odds), and how well each group is known.

    `told` rises; `spread` is the standard error of the log-odds of what came, at each.
    """

    misfit: float = _IMAGINED
    told: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()

    def calibration_spread(self, chances: Floats) -> Floats:
        """Give the standard error of the log-odds that came to people told these chances."""
        if not self.told:
            return np.zeros(len(chances))
        return np.asarray(np.interp(chances, self.told, self.spread))


def trial_of(groups: Sequence[Mapping[str, Any]]) -> Trial:
    """Learn from groups {people, told, came}, told rising (`lapse_training.reliability`)."""
    if not groups:
        return Trial()
    people = np.array([row["people"] for row in groups], dtype=np.float64)
    told = np.array([row["told"] for row in groups])
    # Half a person more on each side: none of three is not never.
    came = (np.array([row["came"] for row in groups]) * people + 0.5) / (people + 1.0)
    variance = 1.0 / ((people + 1.0) * came * (1.0 - came))
    off = special.logit(came) - special.logit(np.clip(told, _SURE, 1 - _SURE))
    # A square of distance is known as well as the fourth power of its width is small.
    tells = (_IMAGINED**2 / (_IMAGINED**2 + variance)) ** 2
    misfit = _IMAGINED**2 + float(tells @ np.maximum(off**2 - variance, 0.0))
    misfit = max(misfit / (1.0 + float(tells.sum())), _of_one_day(people, told, came))
    return Trial(
        sqrt(misfit),
        tuple(told.tolist()),
        tuple(np.sqrt(variance).tolist()),
    )


def _of_one_day(people: Floats, told: Floats, came: Floats) -> float:
    """Give the square of how far all of one day may be off: what was, and what is imagined, one each."""
    came_of_all = float(people @ came / people.sum())
    told_of_all = float(np.clip(people @ told / people.sum(), _SURE, 1 - _SURE))
    off = float(special.logit(came_of_all) - special.logit(told_of_all))
    variance = 1.0 / (float(people.sum()) * came_of_all * (1.0 - came_of_all))
    tells = (_IMAGINED**2 / (_IMAGINED**2 + variance)) ** 2
    return (_IMAGINED**2 + tells * max(off**2 - variance, 0.0)) / (1.0 + tells)


def chance_interval(chances: Floats, spread: Floats, misfit: float) -> tuple[Floats, Floats]:
    """Give the ends of the 80 % interval of each chance; `spread` is the error of its log-odds."""
    middle = special.logit(np.clip(chances, _SURE, 1 - _SURE))
    half = Z80 * np.sqrt(spread * spread + misfit * misfit)
    return np.asarray(special.expit(middle - half)), np.asarray(special.expit(middle + half))
