"""Files that forms hand out: kept in the data folder under a name of chance, of few known types."""

import re
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.ids import new_token
from okaeri.foundation.text import Text
from okaeri.intake.form_types import FormFile

MOST_BYTES = 20 * 1024 * 1024
# What a file begins with → what it is. Nothing a browser would run.
_BEGINNINGS = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
)
_STORED = re.compile(r"[A-Za-z0-9_-]{20,60}")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\\"<>|:*?]")
_NAME_LENGTH = 120
_TOO_LARGE = Text("ファイルは20MBまでです。", "A file may have at most 20 MB.")
_WRONG_TYPE = Text(
    "お渡しできるのはPDF・PNG・JPEGです。", "Only PDF, PNG and JPEG can be handed out."
)
_GONE = Text(
    "お渡しするファイルが見つかりません。お手数ですが、お問い合わせ先までご連絡ください。",
    "The file is not here. Please write to the contact below.",
)


def keep_file(name: str, chunks: Iterable[bytes]) -> FormFile:
    """Store a file and say what it is by its own bytes; raises InputError."""
    stored = new_token()
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / stored
    try:
        size, begins = _write(path, chunks)
        found = next((one for one in _BEGINNINGS if begins.startswith(one[0])), None)
        if found is None:
            raise InputError(_WRONG_TYPE)
    except InputError:
        path.unlink(missing_ok=True)
        raise
    stem = _UNSAFE.sub("", Path(name).stem).strip(". ")[:_NAME_LENGTH] or "document"
    return FormFile(f"{stem}{found[2]}", stored, found[1], size)


def _write(path: Path, chunks: Iterable[bytes]) -> tuple[int, bytes]:
    size, begins = 0, b""
    with path.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > MOST_BYTES:
                raise InputError(_TOO_LARGE)
            begins = begins if len(begins) >= 16 else (begins + chunk)[:16]
            file.write(chunk)
    return size, begins


def path_of(file: FormFile) -> Path:
    """Give where a file lies or raise NotFoundError."""
    path = _folder() / file.stored
    if not _STORED.fullmatch(file.stored) or not path.is_file():
        raise NotFoundError(_GONE)
    return path


def _folder() -> Path:
    return Path(settings.OKAERI.data_dir) / "form-files"
