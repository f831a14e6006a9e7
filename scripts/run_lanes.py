"""Runs the lanes of the test suite, as many at once as there are cores (four at most).

Without arguments: all lanes. `fast`: what runs before every commit. Otherwise: the lanes named.
At the end it says by name what passed, and what was skipped and why. A lane without a test is red.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from scripts.lanes import BIN, FAST, LANES, MARKS, ROOT, Lane

CORES = max(1, min(4, os.cpu_count() or 1))
# Modules compiled by one lane serve the next, also where the shell forbids writing them.
_NOT_OURS = ("PYTHONDONTWRITEBYTECODE",)
_NO_TESTS = 5  # pytest's exit code
# A lane that grew says by which tests.
_SLOWEST = ("--durations=12", "--durations-min=4")


@dataclass(frozen=True)
class Outcome:
    """How one lane ended: `word` begins with "passed", "skipped" or "FAILED"."""

    name: str
    seconds: float
    word: str
    # Reason → number of tests that were skipped for it.
    skipped: Counter[str]
    output: str = ""


def judge(code: int, output: str) -> str:
    """Put pytest's end into words; a run in which nothing ran has not passed."""
    if code == _NO_TESTS:
        return "FAILED: no test belongs to this lane"
    if code:
        return "FAILED"
    counts = re.findall(r"(\d+) (passed|skipped)\b", output.rstrip().rpartition("\n")[2])
    told = ", ".join(f"{count} {word}" for count, word in counts)
    if "passed" in told:
        return f"passed: {told}"
    return f"skipped: {told}"


def reasons(output: str) -> Counter[str]:
    """Count skipped tests by their reason, from pytest's short summary."""
    found: Counter[str] = Counter()
    for count, reason in re.findall(
        r"^SKIPPED \[(\d+)\] \S+?(?::\d+)?: (.*)$", output, re.MULTILINE
    ):
        found[reason] += int(count)
    return found


def _call(command: tuple[str, ...], env: dict[str, str]) -> tuple[int, str]:
    # Tools read the settings too; the shop they see is thrown away.
    with tempfile.TemporaryDirectory(prefix="okaeri-lane-") as nowhere:
        known = {key: value for key, value in os.environ.items() if key not in _NOT_OURS}
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**known, "OKAERI_DATA_DIR": nowhere, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
            errors="replace",
        )
    return done.returncode, done.stdout


def run(lane: Lane, processes: int, part: int = 0) -> Outcome:
    """Run one lane, or one part of it (from 1), to its end."""
    name = f"{lane.name} {part}/{lane.parts}" if part else lane.name
    begin = time.monotonic()
    if absent := lane.missing():
        return Outcome(name, 0.0, f"skipped: {absent}", Counter())
    with lane.beside() as env:
        if not lane.commands:
            split = ["-n", str(processes)] if lane.can_split and processes > 1 else []
            if part:
                split = [f"--part={part}/{lane.parts}"]
            told = ("-q", *_SLOWEST, *split, "-m", MARKS[lane.name])
            pytest = (str(BIN / "python"), "-m", "pytest", *told)
            code, output = _call(pytest, env)
            word, skipped = judge(code, output), reasons(output)
        else:
            ends = [_call(command, env) for command in lane.commands]
            output = "".join(text for _, text in ends)
            word, skipped = "FAILED" if any(code for code, _ in ends) else "passed", Counter()
    return Outcome(name, time.monotonic() - begin, word, skipped, output)


def tell(outcomes: list[Outcome]) -> int:
    """Print the summary; 1 when a lane failed."""
    print("\nLanes:")
    for one in outcomes:
        print(f"{one.name:12} {one.seconds:6.1f} s  {one.word}")
        for reason, count in one.skipped.most_common():
            print(f"{'':12} {count:6} skipped: {reason}")
    words = Counter(one.word.split(":")[0] for one in outcomes)
    print(", ".join(f"{words[word]} {word}" for word in ("passed", "skipped", "FAILED")))
    return 1 if words["FAILED"] else 0


def _parts(lane: Lane, *, is_alone: bool) -> range:
    """Give the parts to run: alone, pytest itself deals the tests to the cores."""
    return range(1) if is_alone or lane.parts == 1 else range(1, lane.parts + 1)


def main(wanted: list[str]) -> int:
    names = list(FAST) if wanted == ["fast"] else wanted or list(LANES)
    processes = CORES if len(names) == 1 else 1
    begin, outcomes = time.monotonic(), []
    with ThreadPoolExecutor(CORES) as pool:
        running = [
            pool.submit(run, LANES[name], processes, part)
            for name in names
            for part in _parts(LANES[name], is_alone=len(names) == 1)
        ]
        for future in as_completed(running):
            one = future.result()
            outcomes.append(one)
            print(f"--- {one.name}: {one.word}\n{one.output}", end="", flush=True)
    code = tell(sorted(outcomes, key=lambda one: (names.index(one.name.split()[0]), one.name)))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = used.ru_utime + used.ru_stime
    print(f"{time.monotonic() - begin:.1f} s, {spent:.1f} s of processor time")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
