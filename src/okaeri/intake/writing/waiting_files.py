"""Uploads that still wait in the data folder lose the lines of somebody who was erased."""

import csv
import io
from pathlib import Path

from django.conf import settings

from okaeri.foundation.errors import InputError
from okaeri.foundation.personal import PersonalWords
from okaeri.intake.files.rows import TextFile


def erase_from_uploads(words: PersonalWords) -> int:
    """Rewrite every waiting upload without the person's rows; gives how many rows went.

    A file that cannot be read as text is removed whole: it could not be imported either.
    """
    folder = Path(settings.OKAERI.data_dir) / "uploads"
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    return sum(_erase_from(path, words) for path in files)


def _erase_from(path: Path, words: PersonalWords) -> int:
    try:
        file = TextFile(path)
        text = path.read_bytes().decode(file.encoding)
    except (InputError, UnicodeDecodeError):
        path.unlink(missing_ok=True)
        return 0
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=file.delimiter))
    kept = [row for row in rows if not words.are_in_row(row)]
    if len(kept) == len(rows):
        return 0
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=file.delimiter, lineterminator="\r\n").writerows(kept)
    # In the same place: a job that is queued finds it under the name it knows.
    fresh = path.with_name(path.name + ".erasing")
    fresh.write_bytes(out.getvalue().encode(file.encoding))
    fresh.replace(path)
    return len(rows) - len(kept)
