"""How much is looked at: of how many people one, and how far a replay foretells."""

# A third of the shop's history is foretold from the other two, within these days.
_SHORTEST, _LONGEST = 7, 365


def one_in(rows: int, most: int) -> int:
    """Tell of how many people one is looked at, so that of `rows` about `most` are left; 1: everybody."""
    return max(1, -(-rows // most))


def horizon_of(history_days: int) -> int:
    """Give how many days ahead are foretold in a shop with so many days behind it."""
    return min(max(history_days // 3, _SHORTEST), _LONGEST)
