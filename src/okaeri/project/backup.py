"""The whole data folder in one encrypted file, and back: `okaeri backup` and `okaeri restore`.

In the file: the databases as of one instant (taken while the shop goes on working), the secret key,
the list of erasures, uploads, files of forms. Not in it: the warehouse, which `okaeri refresh` makes
anew, and what lies there only for a moment.
"""

import os
import secrets
import shutil
import sqlite3
import tarfile
import tempfile
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, cast

from okaeri.deliver import api as deliver
from okaeri.foundation.errors import InputError
from okaeri.foundation.sealed_stream import SealedReader, SealedWriter
from okaeri.foundation.text import Text

ERASURES = "erasures.jsonl"
_DATABASES = (".db",)
_BESIDE_DATABASES = ("-wal", "-shm", "-journal")
# Made anew by `okaeri refresh`, or there for a moment only.
_LEFT_OUT = frozenset({"warehouse", "staging", "workers"})
_KEY_BYTES = 32
_IS_THERE = Text(
    "{path} はすでにあります。別の名前を指定してください。", "{path} exists; choose another name."
)
_INSIDE = Text(
    "バックアップと鍵は、データフォルダの外に置いてください。",
    "Keep the backup and its key outside the data folder.",
)
_NOT_EMPTY = Text(
    "{path} は空ではありません。復元は空のフォルダにだけできます。",
    "{path} is not empty; a backup is restored into an empty folder only.",
)
_NO_KEY = Text("鍵ファイル {path} を読めません。", "The key file {path} cannot be read.")
_BAD_KEY = Text("{path} はバックアップの鍵ではありません。", "{path} does not hold a backup key.")


def make_or_read_key(path: Path) -> bytes:
    """Give the key in a file; where there is none, a new one is made that only its owner may read."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n")
    return read_key(path)


def read_key(path: Path) -> bytes:
    """Give the key in a file; raises InputError where there is none."""
    try:
        key = b64decode(path.read_bytes().strip(), validate=True)
    except OSError as error:
        raise InputError(_NO_KEY.format(path=path)) from error
    except NotBase64:
        key = b""
    if len(key) != _KEY_BYTES:
        raise InputError(_BAD_KEY.format(path=path))
    return key


def back_up(folder: Path, target: Path, key_path: Path) -> int:
    """Write the data folder into `target`, encrypted; gives how many files are in it.

    `target` exists whole or not at all. The list of erasures is read after the database, so whoever
    was erased in between is erased again after a restore.
    """
    folder = folder.resolve()
    if target.exists():
        raise InputError(_IS_THERE.format(path=target))
    if any(path.resolve().is_relative_to(folder) for path in (target, key_path)):
        raise InputError(_INSIDE)
    secret = make_or_read_key(key_path)
    part = target.with_name(f"{target.name}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            sealed = SealedWriter(file, secret)
            count = _pack(folder, sealed)
            sealed.finish()
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return count


def _pack(folder: Path, out: SealedWriter) -> int:
    count = 0
    with tarfile.open(fileobj=cast("IO[bytes]", out), mode="w|gz") as archive:
        for path in sorted(_files(folder), key=lambda one: one.suffix not in _DATABASES):
            name = str(path.relative_to(folder))
            if path.suffix in _DATABASES:
                with tempfile.TemporaryDirectory(prefix="backup-", dir=folder) as beside:
                    copy = Path(beside) / path.name
                    _snapshot(path, copy)
                    archive.add(copy, name)
            else:
                archive.add(path, name)
            count += 1
    return count


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        top = path.relative_to(folder).parts[0]
        is_left_out = top in _LEFT_OUT or top.startswith("backup-")
        if path.is_symlink() or not path.is_file() or is_left_out:
            continue
        if not path.name.endswith(_BESIDE_DATABASES):
            yield path


def _snapshot(database: Path, copy: Path) -> None:
    """Copy a database as of one instant; writers are not held up."""
    with (
        closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)


def restore(file: Path, folder: Path, key_path: Path, erasures: Path | None = None) -> int:
    """Put a backup into an empty folder; gives how many files it held.

    Nothing appears in `folder` before the backup was read to its end. Sending stays paused until a
    person has looked (what left after the backup is not known any more), and the first start erases
    again whoever is on the list of erasures: that of the backup, and a later one where it is given.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InputError(_NOT_EMPTY.format(path=folder))
    secret = read_key(key_path)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        with file.open("rb") as raw:
            sealed = SealedReader(raw, secret)
            with tarfile.open(fileobj=cast("IO[bytes]", sealed), mode="r|gz") as archive:
                archive.extractall(fresh, filter="data")
            sealed.check_end()
        if erasures is not None:
            _add_erasures(fresh / ERASURES, erasures)
        deliver.distrust_database(fresh)
        count = sum(path.is_file() for path in fresh.rglob("*"))
        if folder.exists():
            folder.rmdir()
        fresh.replace(folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return count


def _add_erasures(kept: Path, later: Path) -> None:
    """Join two lists; a line both have stands once."""
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    lines += later.read_text(encoding="utf-8").splitlines()
    kept.write_text("".join(f"{line}\n" for line in dict.fromkeys(lines)), encoding="utf-8")
