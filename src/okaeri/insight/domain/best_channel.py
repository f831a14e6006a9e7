"""The channel a person answers on most: his own share of answers, shrunk to his age's and everybody's."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import erf, log, sqrt
from typing import Any

# Everybody's share weighs as much as so many messages to the person.
_SHOP_WEIGHT = 20.0
# Everybody's share weighs as much as so many messages to people of one age.
_AGE_WEIGHT = 100.0
# What is thought of a channel nobody was written on yet.
_UNKNOWN_SHARE = 0.02
# So likely the channel he answers most on: then it may be relied on.
SURE_FROM = 0.8
# (messages that arrived, messages answered)
Counts = tuple[int, int]


def best_channel(
    own: Mapping[str, Counts],
    shop: Mapping[str, Counts],
    allowed: Collection[str],
    *,
    age: Mapping[str, Counts] | None = None,
) -> str | None:
    """Give the allowed channel with the highest shrunk share; None where none is allowed.

    `age`: counts of people of the same age, where it is known. Equal shares: the channel that comes
    first in the alphabet, so that the answer stays.
    """
    return max(sorted(allowed), key=lambda channel: share(own, shop, channel, age), default=None)


def default_channel(
    own: Mapping[str, Counts],
    age: Mapping[str, Counts],
    allowed: Collection[str],
    *,
    default: str,
    fewest: int,
) -> str | None:
    """Give the default channel of an age while little is known of it and the person answered nothing.

    None where it is not allowed, where people of this age got `fewest` messages, or where he answered.
    """
    knows_little = sum(sent for sent, _ in age.values()) < fewest
    has_answered = any(answered for _, answered in own.values())
    return default if default in allowed and knows_little and not has_answered else None


def share(
    own: Mapping[str, Counts],
    shop: Mapping[str, Counts],
    channel: str,
    age: Mapping[str, Counts] | None = None,
) -> float:
    """Give the shrunk share of messages a person answers on a channel."""
    sent, answered = own.get(channel, (0, 0))
    all_sent, all_answered = shop.get(channel, (0, 0))
    expected = (all_answered + _UNKNOWN_SHARE * _SHOP_WEIGHT) / (all_sent + _SHOP_WEIGHT)
    if age is not None:
        his_sent, his_answered = age.get(channel, (0, 0))
        expected = (his_answered + expected * _AGE_WEIGHT) / (his_sent + _AGE_WEIGHT)
    return (answered + expected * _SHOP_WEIGHT) / (sent + _SHOP_WEIGHT)


@dataclass(frozen=True, slots=True)
class Sureness:
    """How sure a channel is: the shrunk share he answers, messages to him on it, and the chance that he
    answers more there than on every other allowed channel (None: there is no other).
    """

    share: float
    sent: int
    chance: float | None

    @property
    def is_sure(self) -> bool:
        """Whether it may be relied on."""
        return self.chance is not None and self.chance >= SURE_FROM


def sureness(
    channel: str,
    own: Mapping[str, Counts],
    shop: Mapping[str, Counts],
    allowed: Collection[str],
    *,
    age: Mapping[str, Counts] | None = None,
) -> Sureness:
    """Say how sure a channel is for a person (normal approximation of two beta distributions)."""
    sent = own.get(channel, (0, 0))[0]
    mine = share(own, shop, channel, age)
    others = [one for one in allowed if one != channel]
    if not others:
        return Sureness(mine, sent, None)
    chances = []
    for other in others:
        theirs = share(own, shop, other, age)
        spread = _variance(mine, sent) + _variance(theirs, own.get(other, (0, 0))[0])
        chances.append(0.5 * (1 + erf((mine - theirs) / sqrt(2 * spread))))
    return Sureness(mine, sent, min(chances))


def replay(
    before: Mapping[int, Mapping[str, Counts]], after: Mapping[int, Mapping[str, Counts]]
) -> dict[str, Any]:
    """Compare people's own channels with the shop's best on the messages that came later.

    `before` and `after`: person -> channel -> counts. {people, messages (later), own_loss, shop_loss (mean
    log loss of whether a message was answered), and of those written to on several channels later:
    choosers, own_rate, shop_rate (answered of what came on the own and on the shop's best channel)}.
    """
    shop = _sums(before)
    sent = own_loss = shop_loss = 0.0
    picked = {"own": [0, 0], "shop": [0, 0]}
    choosers = 0
    for who, channels in after.items():
        own = before.get(who, {})
        for channel, (messages, answered) in channels.items():
            sent += messages
            own_loss += _loss(share(own, shop, channel), messages, answered)
            shop_loss += _loss(share({}, shop, channel), messages, answered)
        if len(channels) > 1:
            choosers += 1
            chosen = {
                "own": best_channel(own, shop, channels),
                "shop": best_channel({}, shop, channels),
            }
            for way, one in chosen.items():
                messages, answered = channels[str(one)]
                picked[way][0] += messages
                picked[way][1] += answered
    return {
        "people": len(after),
        "messages": int(sent),
        "own_loss": own_loss / sent if sent else None,
        "shop_loss": shop_loss / sent if sent else None,
        "choosers": choosers,
        "own_rate": picked["own"][1] / picked["own"][0] if choosers else None,
        "shop_rate": picked["shop"][1] / picked["shop"][0] if choosers else None,
    }


def _sums(people: Mapping[int, Mapping[str, Counts]]) -> dict[str, Counts]:
    found: dict[str, Counts] = {}
    for channels in people.values():
        for channel, (sent, answered) in channels.items():
            all_sent, all_answered = found.get(channel, (0, 0))
            found[channel] = (all_sent + sent, all_answered + answered)
    return found


def _loss(chance: float, messages: int, answered: int) -> float:
    return -(answered * log(chance) + (messages - answered) * log(1 - chance))


def _variance(share: float, sent: int) -> float:
    return share * (1 - share) / (sent + _SHOP_WEIGHT + 1)
