"""Documents that name code stay true: every file, folder and symbol they name exists."""

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


def _source_text() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.py")))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_a_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    missing = [place for place in PATH.findall(text) if not _exists(place)]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_symbol_a_document_names_exists(document: Path) -> None:
    code = _source_text()
    words = set(re.findall(r"\w+", code)) | {path.stem for path in SOURCE.rglob("*.py")}
    words |= {path.name for path in SOURCE.rglob("*") if path.is_dir()}
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


def test_no_note_names_a_package_index() -> None:
    hosts = re.compile("py" + r"pi\.org|files\.python" + "hosted|npm" + "js|simple/" + "index")
    texts = [*DOCUMENTS, *(ROOT / "requirements").glob("*.txt"), ROOT / "pyproject.toml"]
    assert not [path.name for path in texts if hosts.search(path.read_text(encoding="utf-8"))]
