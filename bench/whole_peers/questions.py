"""What the peers are asked, in numbers both sides must share."""

from bench.refresh_peers.contest import AS_OF

# Pairs of products are counted for every n-th customer, as ours does, so that about half a million
# rows of customer, product and day are left.
MOST_PAIRED_ROWS = 500_000
FEWEST_PAIRS = 20
DEEPEST = 10
LIFE_WINDOWS = (90, 180, 365, 730)
WAIT_DAYS = (10, *range(30, 361, 30))
MONTHS = 24
TOP_PRODUCTS, TOP_PAIRS = 500, 100

__all__ = [
    "AS_OF",
    "DEEPEST",
    "FEWEST_PAIRS",
    "LIFE_WINDOWS",
    "MONTHS",
    "MOST_PAIRED_ROWS",
    "TOP_PAIRS",
    "TOP_PRODUCTS",
    "WAIT_DAYS",
]
