"""Notes of interviews: what a person said at length, with tags and a recording or a scan.

They are inquiries the shop itself brought about, so whatever reads inquiries reads them too.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.ids import new_token
from okaeri.foundation.text import Text
from okaeri.intake.models import Inquiry
from okaeri.intake.records.keeping import keep
from okaeri.intake.records.service import INQUIRY_COLUMNS, inquiry_of
from okaeri.intake.types import InquiryRecord

SOURCE = "okaeri"
MOST_BYTES = 200 * 1024 * 1024
MOST_TAGS = 20
_FOLDER = "note-files"
# Where in a file which bytes say what it is: recordings, scans. Nothing a browser would run.
_KINDS: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"%PDF-", ".pdf", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", ".png", "image/png"),
    (0, b"\xff\xd8\xff", ".jpg", "image/jpeg"),
    (0, b"ID3", ".mp3", "audio/mpeg"),
    (0, b"\xff\xfb", ".mp3", "audio/mpeg"),
    (0, b"\xff\xf3", ".mp3", "audio/mpeg"),
    (4, b"ftyp", ".m4a", "audio/mp4"),
    (8, b"WAVE", ".wav", "audio/wav"),
    (0, b"OggS", ".ogg", "audio/ogg"),
    (0, b"\x1aE\xdf\xa3", ".webm", "audio/webm"),
)
_TOO_LARGE = Text("ファイルは200MBまでです。", "A file may have at most 200 MB.")
_WRONG_TYPE = Text(
    "添付できるのは音声(MP3・M4A・WAV・OGG・WebM)、PDF、PNG、JPEGです。",
    "Only sound (MP3, M4A, WAV, OGG, WebM), PDF, PNG and JPEG can be attached.",
)
_EMPTY = Text("お話の内容を入力してください。", "Write down what was said.")
_GONE = Text("添付ファイルが見つかりません。", "The attached file is not here.")
_NO_NOTE = Text(
    "インタビュー {id} は見つかりません。一覧を開き直してください。",
    "There is no interview {id}; open the list again.",
)


@dataclass(frozen=True, slots=True)
class NoteIn:
    """What was said in an interview with one contact; `held_at` is when."""

    party_id: int
    held_at: datetime
    staff: str
    subject: str
    body: str
    tags: tuple[str, ...] = ()


def record_note(note: NoteIn, upload: Iterable[bytes] | None, now: datetime) -> int:
    """Store a note and its file, both or neither; gives its id. Raises InputError."""
    if not note.body.strip() and upload is None:
        raise InputError(_EMPTY)
    attachment = "" if upload is None else _keep_file(upload)
    row = {
        "source": SOURCE, "inquiry_no": f"note-{new_token()[:20]}", "party_id": note.party_id,
        "medium": Inquiry.Medium.INTERVIEW.value, "kind": Inquiry.Kind.QUESTION.value,
        "status": Inquiry.Status.CLOSED.value, "subject": note.subject.strip()[:200],
        "body": note.body.strip()[:20_000], "tags": list(read_tags(note.tags)),
        "staff": note.staff[:80], "attachment": attachment, "opened_at": note.held_at,
        "closed_at": note.held_at, "changed_at": now,
    }  # fmt: skip
    try:
        with transaction.atomic():
            return next(iter(keep(Inquiry, "inquiry_no", [row])[1].values()))
    except BaseException:
        if attachment:
            (_root() / attachment).unlink(missing_ok=True)
        raise


def read_tags(given: Iterable[str]) -> tuple[str, ...]:
    """Give tags trimmed, each once, not too many."""
    tags = (unicodedata.normalize("NFKC", tag).strip()[:40] for tag in given)
    return tuple(dict.fromkeys(filter(None, tags)))[:MOST_TAGS]


def _root() -> Path:
    return Path(settings.OKAERI.data_dir)


def _keep_file(chunks: Iterable[bytes]) -> str:
    folder = _root() / _FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / new_token()
    try:
        size, begins = 0, b""
        with path.open("wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > MOST_BYTES:
                    raise InputError(_TOO_LARGE)
                begins = begins if len(begins) >= 16 else (begins + chunk)[:16]
                file.write(chunk)
        found = next((k for k in _KINDS if begins[k[0] : k[0] + len(k[1])] == k[1]), None)
        if found is None:
            raise InputError(_WRONG_TYPE)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return f"{_FOLDER}/{path.rename(path.with_suffix(found[2])).name}"


def note_file(record: InquiryRecord) -> tuple[Path, str]:
    """Give where a note's file lies and what it is, or raise NotFoundError."""
    path = (_root() / record.attachment).resolve()
    kinds = {suffix: kind for _, _, suffix, kind in _KINDS}
    folder = (_root() / _FOLDER).resolve()
    if not record.attachment or not path.is_relative_to(folder) or not path.is_file():
        raise NotFoundError(_GONE)
    return path, kinds.get(path.suffix, "application/octet-stream")


def get_note(note_id: int) -> InquiryRecord:
    """Give one note or raise NotFoundError."""
    rows = Inquiry.objects.filter(id=note_id, medium=Inquiry.Medium.INTERVIEW)
    found = rows.values_list(*INQUIRY_COLUMNS).first()
    if found is None:
        raise NotFoundError(_NO_NOTE.format(id=note_id))
    return inquiry_of(found)


def search_notes(words: str = "", tag: str = "") -> list[InquiryRecord]:
    """Give notes that hold every word (in subject, text, tags or staff) and the tag, newest first."""
    rows = Inquiry.objects.filter(medium=Inquiry.Medium.INTERVIEW).exclude(party=None)
    rows = rows.order_by("-opened_at", "-id")
    wanted = _folded(words).split()
    notes = (inquiry_of(row) for row in rows.values_list(*INQUIRY_COLUMNS).iterator())
    return [
        note
        for note in notes
        if (not tag or tag in note.tags) and all(w in _said(note) for w in wanted)
    ]


def tags_of(notes: Sequence[InquiryRecord]) -> list[tuple[str, int]]:
    """Give tags with how many notes carry each, the most used first."""
    counts: dict[str, int] = {}
    for note in notes:
        for tag in note.tags:
            counts[tag] = counts.get(tag, 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _said(note: InquiryRecord) -> str:
    return _folded(" ".join((note.subject, note.body, note.staff, *note.tags)))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
