"""Uploaded files while a person says which column is which: kept in the data folder, named by chance."""

import re
import time
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.ids import new_token
from okaeri.foundation.text import Text
from okaeri.intake import api as intake

_KEY = re.compile(r"[A-Za-z0-9_-]{20,60}")
_GONE = Text(
    "アップロードしたファイルが見つかりません。もう一度選んでください。",
    "The uploaded file is gone; please choose it again.",
)


_WAITS_AT_MOST_SECONDS = 24 * 60 * 60


def keep(upload: "UploadedFile[bytes]") -> str:
    """Store an upload and give its key; the person's file name never becomes a path.

    Uploads that were left on the column form for more than a day go at the same time.
    """
    key = new_token()
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_abandoned(folder)
    with (folder / key).open("wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return key


def _remove_abandoned(folder: Path) -> None:
    # Times of files are the machine's own, so its clock is asked, not the shop's.
    oldest = time.time() - _WAITS_AT_MOST_SECONDS
    for path in folder.iterdir():
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def join(first: str, second: str) -> str:
    """Make one upload of two that belong together, and give its key; the two go."""
    key = new_token()
    try:
        intake.join_pair(path_of(first), path_of(second), _folder() / key)
    except InputError:
        (_folder() / key).unlink(missing_ok=True)
        raise
    drop((first, second))
    return key


def drop(keys: Iterable[str]) -> None:
    """Remove uploads that cannot be used."""
    for key in keys:
        (_folder() / key).unlink(missing_ok=True)


def path_of(key: str) -> Path:
    """Give where an upload waits for its columns or raise NotFoundError."""
    path = _folder() / key
    if not _KEY.fullmatch(key) or not path.is_file():
        raise NotFoundError(_GONE)
    return path


def hand_over(key: str) -> Path:
    """Move an upload to where a job will read it, however long the worker takes to come."""
    path = path_of(key)
    queue = _folder() / "queued"
    queue.mkdir(mode=0o700, exist_ok=True)
    return path.rename(queue / key)


def _folder() -> Path:
    return Path(settings.OKAERI.data_dir) / "uploads"
