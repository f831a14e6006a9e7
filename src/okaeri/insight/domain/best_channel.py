"""The channel a person answers on most: his own share of answers, shrunk to his age's and everybody's."""

from collections.abc import Collection, Mapping

# Everybody's share weighs as much as so many messages to the person.
_SHOP_WEIGHT = 20.0
# Everybody's share weighs as much as so many messages to people of one age.
_AGE_WEIGHT = 100.0
# What is thought of a channel nobody was written on yet.
_UNKNOWN_SHARE = 0.02
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
