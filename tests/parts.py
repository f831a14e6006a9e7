"""`--part 1/2` runs one half of the test files; the parts together are all of them.

A file of another part is not even imported: reading all files is a quarter of what the unit tests cost.
"""

import re
from functools import cache
from pathlib import Path

import pytest

_TESTS = Path(__file__).resolve().parent
# A test of pages, with a shop lived before it, takes as long as so many others.
_WEB = 4
# Few lines and much work: the compile gate's two hundred cases, the backup's files.
_CASES = {"test_portability.py": 120, "test_backup.py": 80}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Tell pytest about the option."""
    parser.addoption("--part", default="1/1", help="which part of how many, e.g. 1/2")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the test files of other parts."""
    part, parts = map(int, config.getoption("--part").split("/"))
    if parts == 1 or not collection_path.name.startswith("test_"):
        return None
    return None if str(collection_path) in _dealt(parts)[part - 1] else True


@cache
def _dealt(parts: int) -> list[set[str]]:
    return files_of({str(path): _work_in(path) for path in _TESTS.rglob("test_*.py")}, parts)


def _work_in(path: Path) -> int:
    """Estimate a file's work by its tests; a list of cases is worth more than one."""
    text = path.read_text(encoding="utf-8")
    tests = len(re.findall(r"^(?:async )?def test_", text, re.MULTILINE)) + _CASES.get(path.name, 0)
    return (tests + 2 * text.count("parametrize(")) * (_WEB if path.parent.name == "web" else 1)


def files_of(work: dict[str, int], parts: int) -> list[set[str]]:
    """Deal files to parts, the largest first, each to the part with the least work so far."""
    dealt: list[set[str]] = [set() for _ in range(parts)]
    sizes = [0] * parts
    for name, size in sorted(work.items(), key=lambda one: (-one[1], one[0])):
        place = sizes.index(min(sizes))
        dealt[place].add(name)
        sizes[place] += size
    return dealt
