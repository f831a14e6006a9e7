"""What every contender must answer, and how it is measured."""

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

AS_OF = date(2025, 12, 1)
YEAR_AGO = date(2024, 12, 1)
THRESHOLD_BEFORE = date(2025, 12, 1)
WINDOWS = (30, 60, 90, 180, 365)
R_EDGES, F_EDGES = (30, 90, 180, 365), (2, 3, 5, 12)
BANDS = ((70, "fresh"), (40, "fading"), (15, "care"))


# Question → rows.
Answers = dict[str, list[tuple[Any, ...]]]


def run(answer: Callable[[Path], Answers]) -> None:
    """Measure `answer` on the file named on the command line and print one line of JSON."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    answers = answer(Path(sys.argv[1]))
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    line = {
        "seconds": seconds,
        "cpu_seconds": used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,
        "answers": {name: sorted(map(list, rows)) for name, rows in answers.items()},
    }
    print(json.dumps(line, default=str))
