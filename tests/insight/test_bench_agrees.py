"""Benchmarks compare like with like: every contender answers the same questions with the same numbers."""

import subprocess
import sys
from pathlib import Path

import pytest
from bench.refresh import ROOT, check_agreement, measure
from bench.whole_shop import make_shop


@pytest.mark.slow
def test_all_contenders_of_a_whole_refresh_give_the_same_answers(tmp_path: Path) -> None:
    make_shop(2_000, tmp_path)
    found = measure(("same", "ours", "sql", "pandas", "polars"), tmp_path, 1, "whole_peers")
    assert len(found["sql"]["answers"]) == len(found["same"]["answers"]) == 9
    check_agreement(found)


@pytest.mark.slow
def test_segments_found_together_are_those_found_one_by_one() -> None:
    command = [sys.executable, "-m", "bench.segments", "--customers", "1000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ratio" in done.stdout
