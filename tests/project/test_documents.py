"""Documents that name code stay true: every file, folder and symbol they name exists."""

import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "src"
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "ARCHITECTURE.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "docs" / "glossary.md",
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
]
# `intake/connectors/<cart>.py`: what stands in angle brackets is the reader's to fill in.
PATH = re.compile(r"`([a-z_][\w./<>-]*/[\w./<>-]+)`")
SYMBOL = re.compile(r"`([a-z_]+(?:\.[a-z_]+)*\.[A-Za-z_]+)`")


def _exists(place: str) -> bool:
    stem = re.sub(r"[^/]*<[^/]*$", "", place.split("<", maxsplit=1)[0] if "<" in place else place)
    bases = (ROOT, SOURCE, SOURCE / "okaeri")
    names = (stem.rstrip("/"), f"{stem}.py")
    return not stem or any((base / name).exists() for base in bases for name in names)


@functools.cache
def _words_of_source() -> frozenset[str]:
    files = sorted(SOURCE.rglob("*.py"))
    found = {word for path in files for word in re.findall(r"\w+", path.read_text("utf-8"))}
    names = {path.name for path in SOURCE.rglob("*") if path.is_dir()}
    return frozenset(found | names | {path.stem for path in files})


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_a_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    missing = [place for place in PATH.findall(text) if not _exists(place)]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_symbol_a_document_names_exists(document: Path) -> None:
    words = _words_of_source()
    named = SYMBOL.findall(document.read_text(encoding="utf-8"))
    files = {path.name for path in ROOT.glob("*")} | {path.name for path in SOURCE.rglob("*.*")}
    missing = [
        symbol for symbol in named if symbol not in files and symbol.split(".")[-1] not in words
    ]
    assert not missing


def test_the_architecture_page_stays_short() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()) < 150


def test_at_most_eleven_folders_stand_at_the_top() -> None:
    stations = [path for path in (SOURCE / "okaeri").iterdir() if (path / "__init__.py").exists()]
    assert len(stations) <= 11
