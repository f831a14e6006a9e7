"""`--part 1/2` runs one half of the tests, file by file; the parts together are all of them."""

from collections import Counter

import pytest

# A test of pages, with a shop lived before it, takes as long as so many others.
_WEB = 4


def pytest_addoption(parser: pytest.Parser) -> None:
    """Tell pytest about the option."""
    parser.addoption("--part", default="1/1", help="which part of how many, e.g. 1/2")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the files of this part; what the marks left out counts no more."""
    part, parts = map(int, config.getoption("--part").split("/"))
    counts: Counter[str] = Counter()
    for item in items:
        counts[str(item.path)] += _WEB if item.path.parent.name == "web" else 1
    mine = files_of(counts, parts)[part - 1]
    others = [item for item in items if str(item.path) not in mine]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if str(item.path) in mine]


def files_of(counts: Counter[str], parts: int) -> list[set[str]]:
    """Deal files to parts, the largest first, each to the part with the least work so far."""
    dealt: list[set[str]] = [set() for _ in range(parts)]
    sizes = [0] * parts
    for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        place = sizes.index(min(sizes))
        dealt[place].add(name)
        sizes[place] += count
    return dealt
