"""The local mailbox: mails kept in one SQLite file instead of leaving, for demos and first steps.

The message key is unique in it, so handing over the same mail twice keeps one: it can be asked
after a crash, and nothing sent to it is ever unknown.
"""

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from okaeri.deliver.channels.email.transport import Envelope
from okaeri.deliver.types import PHASE_DATA_SENT, Accepted, Gate, Mail, Outcome

_SCHEMA = """
CREATE TABLE IF NOT EXISTS mail (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    message_id INTEGER NOT NULL,
    address TEXT NOT NULL,
    subject TEXT NOT NULL,
    sent_at TEXT NOT NULL,
    raw BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS mail_of_message ON mail (message_id);
"""
_INSERT = (
    "INSERT INTO mail (key, message_id, address, subject, sent_at, raw) "
    "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"
)
_COLUMNS = "message_id, address, subject, sent_at, raw"
_CHUNK = 500
Row = tuple[int, str, str, str, bytes]


class MailboxTransport:
    """Keeps mails in the file at `path`; made when first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def carry(self, mails: Sequence[Envelope], gate: Gate) -> Iterator[tuple[int, Outcome]]:
        """Keep every mail that may still go, all in one transaction."""
        allowed = gate([mail.message_id for mail in mails], PHASE_DATA_SENT) if mails else set()
        kept = [mail for mail in mails if mail.message_id in allowed]
        with closing(self._open()) as box, box:
            box.executemany(_INSERT, [_row(mail) for mail in kept])
        for mail in kept:
            yield mail.message_id, Accepted("mailbox")

    def find_accepted(self, keys: Sequence[str]) -> set[str] | None:
        """Give the keys whose mail is in the box."""
        found: set[str] = set()
        with closing(self._open()) as box:
            for start in range(0, len(keys), _CHUNK):
                some = keys[start : start + _CHUNK]
                places = ", ".join("?" for _ in some)
                sql = f"SELECT key FROM mail WHERE key IN ({places})"  # noqa: S608 - only "?"
                found |= {row[0] for row in box.execute(sql, some)}
        return found

    def list(self, offset: int, limit: int) -> tuple[list[Mail], int]:
        """Give the newest mails first, and how many there are."""
        sql = f"SELECT {_COLUMNS} FROM mail ORDER BY id DESC LIMIT ? OFFSET ?"  # noqa: S608
        with closing(self._open()) as box:
            rows = box.execute(sql, (limit, offset)).fetchall()
            total = box.execute("SELECT count(*) FROM mail").fetchone()[0]
        return [_mail(row) for row in rows], total

    def find(self, message_id: int) -> Mail | None:
        """Give the mail of one message or None."""
        sql = f"SELECT {_COLUMNS} FROM mail WHERE message_id = ?"  # noqa: S608
        with closing(self._open()) as box:
            row = box.execute(sql, (message_id,)).fetchone()
        return None if row is None else _mail(row)

    def erase(self, message_ids: Sequence[int], addresses: Sequence[str]) -> int:
        """Remove a person's mails so that not even the file's free space holds them."""
        if not self._path.exists():
            return 0
        removed = 0
        with closing(self._open()) as box:
            box.execute("PRAGMA secure_delete=ON")
            with box:
                for column, values in (("message_id", message_ids), ("address", addresses)):
                    sql = f"DELETE FROM mail WHERE {column} = ?"  # noqa: S608 - own names
                    for value in values:
                        removed += box.execute(sql, (value,)).rowcount
            box.execute("VACUUM")
            box.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return removed

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        box = sqlite3.connect(self._path, timeout=30)
        box.execute("PRAGMA journal_mode=WAL")
        box.execute("PRAGMA synchronous=FULL")
        box.executescript(_SCHEMA)
        return box


def _row(mail: Envelope) -> tuple[str, int, str, str, str, bytes]:
    return (
        mail.key,
        mail.message_id,
        mail.recipient,
        mail.subject,
        mail.sent_at.astimezone(UTC).isoformat(),
        zlib.compress(mail.raw, 1),
    )


def _mail(row: Row) -> Mail:
    message_id, address, subject, sent_at, raw = row
    return Mail(message_id, address, subject, datetime.fromisoformat(sent_at), zlib.decompress(raw))
