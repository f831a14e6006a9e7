"""The channel a person answers on most: his own share of answers, shrunk to everybody's."""

from collections.abc import Collection, Mapping

# Everybody's share weighs as much as so many messages to the person.
_SHOP_WEIGHT = 20.0
# What is thought of a channel nobody was written on yet.
_UNKNOWN_SHARE = 0.02
# (messages that arrived, messages answered)
Counts = tuple[int, int]


def best_channel(
    own: Mapping[str, Counts], shop: Mapping[str, Counts], allowed: Collection[str]
) -> str | None:
    """Give the allowed channel with the highest shrunk share; None where none is allowed.

    Equal shares: the channel that comes first in the alphabet, so that the answer stays.
    """
    return max(sorted(allowed), key=lambda channel: share(own, shop, channel), default=None)


def share(own: Mapping[str, Counts], shop: Mapping[str, Counts], channel: str) -> float:
    """Give the shrunk share of messages a person answers on a channel."""
    sent, answered = own.get(channel, (0, 0))
    all_sent, all_answered = shop.get(channel, (0, 0))
    expected = (all_answered + _UNKNOWN_SHARE * _SHOP_WEIGHT) / (all_sent + _SHOP_WEIGHT)
    return (answered + expected * _SHOP_WEIGHT) / (sent + _SHOP_WEIGHT)
