"""An arm is the same for ever, arms have their sizes, and experiments do not know each other."""

import pytest

from okaeri.foundation.ids import bucket_digits, falls_in_share

# Computed once with `printf 'journey.first:1' | sha256sum`; a change would move people between arms.
GOLDEN = {1: "73c870fb", 2: "88d2a4d6", 1000: "c69abb64", 2**40: "0057e3b9"}


def test_the_hash_never_changes() -> None:
    assert {c: bucket_digits("journey.first", c) for c in GOLDEN} == GOLDEN
    held_out = [c for c in range(1, 40) if falls_in_share("journey.first", c, 0.1)]
    assert held_out == [3, 8, 10, 12, 35, 39]


@pytest.mark.property
@pytest.mark.parametrize("share", [0.05, 0.1, 0.5])
def test_arms_have_the_sizes_that_were_meant(share: float) -> None:
    people = 50_000
    held_out = sum(falls_in_share("balance", c, share) for c in range(1, people + 1))
    spread = (people * share * (1 - share)) ** 0.5
    assert abs(held_out - people * share) < 3 * spread


def test_experiments_split_independently_of_each_other() -> None:
    both = sum(
        falls_in_share("first", c, 0.5) and falls_in_share("second", c, 0.5)
        for c in range(1, 20_001)
    )
    assert abs(both - 5_000) < 3 * (20_000 * 0.25 * 0.75) ** 0.5
