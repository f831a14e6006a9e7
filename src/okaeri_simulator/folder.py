"""The data folder of a simulated shop: marked as such, so that a real shop is never overwritten."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import connections

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.project import startup

_KEPT = {"secret.key"}
_NOT_OURS = Text(
    "{folder} には本物のお店のデータがあります。--data-dir で別のフォルダを指定してください。",
    "{folder} holds a real shop's data; name another folder with --data-dir.",
)
_OTHER_SHOP = Text(
    "{folder} には別のお店が入っています({about})。作り直すには --fresh、残すには別の --data-dir を指定して"
    "ください。",
    "{folder} holds another shop ({about}); make it anew with --fresh, or name another --data-dir.",
)


class SimulationFolder:
    """`simulation/` inside the data folder: what was run, the truth, the finished report."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.path = data_dir / "simulation"

    def find_report(self, about: Mapping[str, Any], *, is_fresh: bool) -> dict[str, Any] | None:
        """Give the finished report of the same run, or None with an empty folder to run it in.

        Raises InputError where the folder holds something else that must not be lost.
        """
        known = self._read("run.json")
        if known is None:
            if intake.latest_change_no() > 0:
                raise InputError(_NOT_OURS.format(folder=self.data_dir))
        elif is_fresh or (report := self._read("report.json")) is None:
            self._clear()
        elif known != dict(about):
            described = ", ".join(f"{key} {value}" for key, value in known.items())
            raise InputError(_OTHER_SHOP.format(folder=self.data_dir, about=described))
        else:
            return report
        self._write("run.json", about)
        return None

    def keep_report(self, report: Mapping[str, Any]) -> None:
        """Keep the report of a finished run."""
        self._write("report.json", report)

    def _clear(self) -> None:
        connections.close_all()
        for child in self.data_dir.iterdir():
            if child.is_dir():
                shutil.rmtree(child)
            elif child.name not in _KEPT:
                child.unlink()
        startup.prepare(self.data_dir)

    def _read(self, name: str) -> dict[str, Any] | None:
        path = self.path / name
        if not path.exists():
            return None
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return document

    def _write(self, name: str, document: Mapping[str, Any]) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        text = json.dumps(document, ensure_ascii=False, indent=1, default=str)
        (self.path / name).write_text(text, encoding="utf-8")
