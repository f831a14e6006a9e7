"""The list of erasures in the data folder, outside the database: it outlives a restored backup.

One JSON line per erased person, keyed hashes only, written and flushed to the disk before the
database forgets him: a line without an erasure is one that still has to be done.
"""

import fcntl
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

_NAME = "erasures.jsonl"


@dataclass(frozen=True, slots=True)
class Line:
    """One erased person as the list knows him."""

    token: str
    customer_id: int
    key_hashes: tuple[str, ...]
    erased_at: datetime
    proof_until: date | None


def append(folder: Path, line: Line) -> None:
    """Add one line and wait until it is on the disk."""
    text = json.dumps(
        {
            "token": line.token,
            "customer_id": line.customer_id,
            "key_hashes": list(line.key_hashes),
            "erased_at": line.erased_at.isoformat(),
            "proof_until": line.proof_until.isoformat() if line.proof_until else None,
        }
    )
    handle = os.open(folder / _NAME, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        # A crash may have left half a line; the new one begins on its own.
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 1, 0))
        is_torn = size > 0 and file.read(1) != b"\n"
        file.write((b"\n" if is_torn else b"") + text.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path) -> Sequence[Line]:
    """Give every whole line; half a line of a crash never told anybody that it was done."""
    path = folder / _NAME
    if not path.exists():
        return ()
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for text in lines if (line := _line(text)) is not None]


def _line(text: str) -> Line | None:
    try:
        row = json.loads(text)
    except ValueError:
        return None
    until = row["proof_until"]
    return Line(
        token=row["token"],
        customer_id=row["customer_id"],
        key_hashes=tuple(row["key_hashes"]),
        erased_at=datetime.fromisoformat(row["erased_at"]),
        proof_until=date.fromisoformat(until) if until else None,
    )
