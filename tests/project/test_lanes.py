"""The lanes of `make test`: every test has one, and a lane in which nothing ran is not green."""

import itertools
from collections import Counter
from pathlib import Path

import pytest
from _pytest.mark.expression import Expression
from scripts.lanes import FAST, LANES, MARKS
from scripts.run_lanes import Outcome, judge, reasons, tell

from tests.parts import files_of

KINDS = ("django_db", "engine", "spark", "browser", "postgres", "property", "slow")
SETS = [set(some) for size in range(4) for some in itertools.combinations(KINDS, size)]
MAKEFILE = Path(__file__).resolve().parent.parent.parent / "Makefile"


def takes(lane: str, marks: set[str]) -> bool:
    def has(name: str, /, **_: object) -> bool:
        return name in marks

    return Expression.compile(MARKS[lane]).evaluate(has)


@pytest.mark.parametrize("marks", SETS, ids=lambda marks: "+".join(sorted(marks)) or "unmarked")
def test_every_test_belongs_to_a_lane(marks: set[str]) -> None:
    assert [lane for lane in MARKS if takes(lane, marks)]


def test_every_set_of_marks_has_a_lane_and_every_lane_a_command() -> None:
    assert {name for name, lane in LANES.items() if not lane.commands} == set(MARKS)
    assert set(FAST) <= set(LANES)
    line = next(one for one in MAKEFILE.read_text().splitlines() if one.startswith("ONE_LANE"))
    assert sorted(line.split()[2:]) == sorted(LANES)


def test_before_a_commit_nothing_slow_runs() -> None:
    assert [marks for marks in SETS if takes("unit", marks)] == [set()]


@pytest.mark.parametrize(
    ("code", "output", "word"),
    [
        (
            0,
            "...\n783 passed, 7 skipped, 425 deselected in 41.35s",
            "passed: 783 passed, 7 skipped",
        ),
        (0, "sss\n3 skipped, 9 deselected in 0.02s\n", "skipped: 3 skipped"),
        (5, "no tests ran in 0.02s", "FAILED: no test belongs to this lane"),
        (1, "1 failed, 2 passed in 1.00s", "FAILED"),
        (4, "ERROR: file or directory not found", "FAILED"),
    ],
)
def test_the_end_of_pytest_in_words(code: int, output: str, word: str) -> None:
    assert judge(code, output) == word


def test_skipped_tests_are_counted_by_reason() -> None:
    output = "\n".join(
        [
            "SKIPPED [1] tests/intake/test_staging.py:412: real data not found at /x",
            "SKIPPED [2] tests/measure/test_hillstrom.py:65: real data not found at /x",
            "SKIPPED [4] tests/deliver/test_races.py:72: SQLite runs one claim at a time",
        ]
    )
    counted = {"real data not found at /x": 3, "SQLite runs one claim at a time": 4}
    assert reasons(output) == counted


def test_the_summary_names_reasons_and_one_failure_makes_it_red(
    capsys: pytest.CaptureFixture[str],
) -> None:
    green = Outcome("unit", 1.0, "passed: 3 passed, 2 skipped", Counter({"no Java found": 2}))
    absent = Outcome("spark", 0.0, "skipped: PySpark is not installed", Counter())
    red = Outcome("slow", 1.0, "FAILED: no test belongs to this lane", Counter())
    assert tell([green, absent]) == 0
    assert tell([green, absent, red]) == 1
    said = capsys.readouterr().out
    assert "2 skipped: no Java found" in said
    assert "PySpark is not installed" in said
    assert "1 passed, 1 skipped, 1 FAILED" in said


def test_parts_share_all_files_evenly_and_none_runs_twice() -> None:
    counts = {f"test_{number}.py": number % 7 + 1 for number in range(40)}
    parts = files_of(counts, 2)
    assert parts[0] | parts[1] == set(counts)
    assert not parts[0] & parts[1]
    sizes = [sum(counts[name] for name in part) for part in parts]
    assert max(sizes) - min(sizes) <= 7
