"""Brings the product up in this process: environment, Django, tables, clock."""

import json
import os
from datetime import datetime
from importlib import import_module
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from okaeri.foundation import clock

_CLOCK_FILE = "clock.json"


def prepare(data_dir: Path | None = None, *, migrate: bool = True) -> None:
    """Make the shop in `data_dir` (default: the environment's) ready to be worked with.

    A shop whose clock was frozen (demo, replay) goes on living at that instant.
    """
    if data_dir is not None:
        os.environ["OKAERI_DATA_DIR"] = str(data_dir)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "okaeri.project.settings")
    if not apps.ready:
        django.setup()
    if migrate:
        call_command("migrate", verbosity=0, interactive=False)
    frozen = _frozen_instant()
    if frozen is not None:
        clock.set_clock(clock.SimulatedClock(frozen))
    if migrate:
        # A backup that was put back may know somebody who was erased since. Not importable before
        # Django is ready.
        import_module("okaeri.web.rights.erasing").finish_erasures(clock.now())


def data_folder() -> Path:
    """Give the folder that holds everything of this shop."""
    folder: Path = settings.OKAERI.data_dir
    return folder


def freeze_clock(instant: datetime) -> None:
    """Let this shop live at `instant` from now on, in this process and in later ones."""
    path = data_folder() / _CLOCK_FILE
    path.write_text(json.dumps({"frozen_at": instant.isoformat()}))
    clock.set_clock(clock.SimulatedClock(instant))


def _frozen_instant() -> datetime | None:
    path = data_folder() / _CLOCK_FILE
    if not path.exists():
        return None
    return datetime.fromisoformat(json.loads(path.read_text())["frozen_at"])
