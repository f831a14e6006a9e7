"""The benchmark compares like with like: every contender answers the same questions with the same numbers."""

from pathlib import Path

import pytest
from bench.refresh import check_agreement, measure
from bench.whole_shop import make_shop


@pytest.mark.slow
def test_all_contenders_of_a_whole_refresh_give_the_same_answers(tmp_path: Path) -> None:
    make_shop(2_000, tmp_path)
    found = measure(("same", "ours", "sql", "pandas", "polars"), tmp_path, 1, "whole_peers")
    assert len(found["sql"]["answers"]) == len(found["same"]["answers"]) == 9
    check_agreement(found)
