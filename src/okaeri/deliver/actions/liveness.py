"""Which workers are alive: each holds a locked file in the data folder; the system lets go of it
with the process, however that ended. Workers of other machines are judged by their lease alone.
"""

import fcntl
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import IO


class WorkerSign:
    """This worker's name and the lock that says it is alive; closed when the object is collected."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name = uuid.uuid4().hex
        self._path = folder / f"{self.name}.lock"
        self._file: IO[bytes] = self._path.open("wb")
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def close(self) -> None:
        """Say that this worker has ended."""
        if not self._file.closed:
            self._path.unlink(missing_ok=True)
            self._file.close()

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            self.close()


def list_dead(folder: Path, names: Iterable[str]) -> list[str]:
    """Give the workers of this folder whose process has ended; one without a file is not judged."""
    return [name for name in names if _is_dead(folder / f"{name}.lock")]


def forget(folder: Path, names: Iterable[str]) -> None:
    """Remove the files of dead workers whose claims were all recovered."""
    for name in names:
        (folder / f"{name}.lock").unlink(missing_ok=True)


def _is_dead(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return False
    return True
