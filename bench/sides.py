"""One side of a benchmark in a process of its own: its figures, what it used, how they compare."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

# The product's settings with a few stations in it, so that tables come without migrations.
_SETTINGS = """
from okaeri.project.settings import *
INSTALLED_APPS = ["django.contrib.contenttypes", {apps}]
MIGRATION_MODULES = dict.fromkeys(name.rpartition(".")[2] for name in INSTALLED_APPS)
"""
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
Figures = dict[str, float]


def open_shop() -> None:
    """Set the product up on the data folder of the environment, with empty tables."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)


def cpu_seconds() -> float:
    """Give the CPU seconds of this process and of those it started and saw end."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


class Watch:
    """Wall-clock and CPU seconds since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), cpu_seconds()

    def read(self) -> Figures:
        return {
            "seconds": time.perf_counter() - self._wall,
            "cpu_seconds": cpu_seconds() - self._cpu,
        }


def report(**figures: float) -> None:
    """Print a side's figures for `run_side`, with the peaks of this process and its children.

    Both peaks together are more than was ever held at once, never less.
    """
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (0, resource.RUSAGE_CHILDREN)]
    print(json.dumps(figures | {"peak_mb": sum(peaks)}))


def run_side(script: str, side: str, folder: Path, apps: tuple[str, ...], *args: str) -> Figures:
    """Run `script --side SIDE ...` on a data folder of its own and give what it reported."""
    (folder / "bench_settings.py").write_text(
        _SETTINGS.format(apps=", ".join(f'"okaeri.{app}"' for app in apps))
    )
    root = str(Path(__file__).resolve().parents[1])
    env = os.environ | {
        "OKAERI_DATA_DIR": str(folder / "data"),
        "DJANGO_SETTINGS_MODULE": "bench_settings",
        "PYTHONPATH": os.pathsep.join(
            filter(None, (str(folder), root, os.environ.get("PYTHONPATH")))
        ),
    }
    command = [sys.executable, "-m", script, "--side", side, *args]
    done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True)
    *words, last = done.stdout.splitlines()
    print("\n".join(words), end="\n" if words else "")
    figures: Figures = json.loads(last)
    return figures


def compare(sides: dict[str, Figures], unit: str, peer: str) -> None:
    """Print every side's speed in `unit` a second, and how ours compares to the peer's."""
    for side, found in sides.items():
        print(
            f"{side:8} {found['count'] / found['seconds']:9,.0f} {unit}/s  "
            f"{found['seconds']:6.1f} s (CPU {found['cpu_seconds']:.1f} s)  "
            f"peak {found['peak_mb']:,.0f} MB"
        )
    ours, other = sides["ours"], sides[peer]
    print(
        f"ratio    {other['seconds'] / ours['seconds']:.2f} by the clock, "
        f"{other['cpu_seconds'] / ours['cpu_seconds']:.2f} by CPU (above 1: ours is faster); "
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
