"""The guard against a restored backup: what was sent since would be sent again.

The data folder remembers the newest message that began to leave and which try it was. A database
that knows nothing of that try is older than the folder; then nothing leaves until a person says so.
"""

import json
import os
from pathlib import Path

from okaeri.deliver.models import Message
from okaeri.foundation.text import Text

_NAME = "last-sent.json"
RESTORED = Text(
    "データベースが最後の送信より前の状態に戻っています。同じメールが二度届くおそれがあるため、送信を止めました。"
    "確認できたら再開してください。",
    "The database is older than the last message sent (a restored backup). Sending is paused so that "
    "nobody gets the same mail twice; resume once you have checked.",
)


def note(folder: Path, message_id: int) -> None:
    """Remember a message whose try has just been committed; the file is whole at any instant."""
    key, attempts = Message.objects.values_list("key", "attempts").get(id=message_id)
    fresh = folder / f"{_NAME}.{os.getpid()}"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump({"key": key, "attempts": attempts}, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / _NAME)


def is_database_older(folder: Path) -> bool:
    """Tell whether the database has not heard of the newest try the folder remembers."""
    try:
        last = json.loads((folder / _NAME).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    # By its key: after a restore numbers are given out again.
    known = Message.objects.filter(key=last["key"], attempts__gte=last["attempts"])
    return not known.exists()


def distrust(folder: Path) -> None:
    """Expect a try no database knows: what was sent after a backup was made, nobody can say any more."""
    text = json.dumps({"key": "restored backup", "attempts": 1})
    (folder / _NAME).write_text(text, encoding="utf-8")


def forget(folder: Path) -> None:
    """Begin anew from the database as it is: a person has looked."""
    (folder / _NAME).unlink(missing_ok=True)
