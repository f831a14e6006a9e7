"""Uploaded files while a person says which column is which: kept in the data folder, named by chance."""

import re
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.ids import new_token
from okaeri.foundation.text import Text

_KEY = re.compile(r"[A-Za-z0-9_-]{20,60}")
_GONE = Text(
    "アップロードしたファイルが見つかりません。もう一度選んでください。",
    "The uploaded file is gone; please choose it again.",
)


def keep(upload: "UploadedFile[bytes]") -> str:
    """Store an upload and give its key; the person's file name never becomes a path."""
    key = new_token()
    folder = _folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / key).open("wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return key


def path_of(key: str) -> Path:
    """Give where an upload waits or raise NotFoundError."""
    path = _folder() / key
    if not _KEY.fullmatch(key) or not path.is_file():
        raise NotFoundError(_GONE)
    return path


def _folder() -> Path:
    return Path(settings.OKAERI.data_dir) / "uploads"
