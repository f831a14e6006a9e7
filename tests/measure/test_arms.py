"""An arm is the same in Python, on every engine, and for ever."""

import ibis
import pyarrow as pa
import pytest

from okaeri.foundation.ids import bucket_digits, falls_in_share
from okaeri.foundation.warehouse import compile_everywhere
from okaeri.measure.features.arms import arm_of
from okaeri.measure.types import Arm

# Computed once with `printf 'journey.first:1' | sha256sum`; a change would move people between arms.
GOLDEN = {1: "73c870fb", 2: "88d2a4d6", 1000: "c69abb64", 2**40: "0057e3b9"}


def python_arm(customer_id: int, salt: str, share: float) -> str:
    return (Arm.HOLDOUT if falls_in_share(salt, customer_id, share) else Arm.TREATED).value


def test_the_hash_never_changes() -> None:
    assert {c: bucket_digits("journey.first", c) for c in GOLDEN} == GOLDEN
    held_out = [c for c in range(1, 40) if falls_in_share("journey.first", c, 0.1)]
    assert held_out == [3, 8, 10, 12, 35, 39]


@pytest.mark.engine
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.999, 1.0])
def test_duckdb_and_python_agree_on_every_customer(share: float) -> None:
    ids = [*range(1, 5_001), 2**31, 2**40, 2**62]
    people = ibis.memtable(pa.table({"customer_id": ids}))
    arms = people.select(
        "customer_id", arm=arm_of(people.customer_id, salt="journey.first", holdout_share=share)
    )
    found = {row["customer_id"]: row["arm"] for row in arms.to_pyarrow().to_pylist()}
    assert found == {c: python_arm(c, "journey.first", share) for c in ids}


def test_the_arm_compiles_for_every_engine() -> None:
    people = ibis.table({"customer_id": "int64"}, name="people")
    arms = people.select(arm=arm_of(people.customer_id, salt="s", holdout_share=0.1))
    assert set(compile_everywhere(arms)) >= {"duckdb", "pyspark"}


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
