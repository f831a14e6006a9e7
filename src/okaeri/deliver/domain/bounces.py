"""Reports of other mail servers about our mails: RFC 3464 (delivery status), RFC 5965 (complaints). Pure.

What they say is a stranger's: it is matched by the signed mark in the Message-ID that comes back
(`domain.token`), never by an address alone, so that nobody can end the mails of somebody else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from itertools import islice

from okaeri.deliver.domain.token import marks_in

MOST_BYTES = 1024 * 1024
_MOST_PARTS = 50
_MOST_GROUPS = 100
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
# RFC 3463: the mailbox does not exist. Also 5.1.10: its domain says it takes no mail (RFC 7505).
_NO_MAILBOX = ("5.1.1", "5.1.10")
# Words of a server that means the sender or the moment, whatever number it gives.
_OTHER_REASON = re.compile(
    r"spam|polic(?:y|ies)|block|blacklist|reputation|quota|full|dmarc|\bspf\b|dkim|rate limit|greylist",
    re.IGNORECASE,
)
_XTEXT = re.compile(r"\+([0-9A-F]{2})")


@dataclass(frozen=True, slots=True)
class Report:
    """What one report says about one recipient.

    `kind` is bounced, delivered or complained; `is_dead` that the mailbox does not exist, by number
    and words; `recipients` the addresses it may mean, as written; `marks` who we said we were.
    """

    kind: str
    marks: tuple[str, ...]
    recipients: tuple[str, ...] = ()
    status: str = ""
    is_dead: bool = False


def read_reports(raw: bytes) -> list[Report]:
    """Give what a mail reports; nothing for one that is no report, or is too large to be one."""
    if len(raw) > MOST_BYTES:
        return []
    parts = list(islice(_parts(message_from_bytes(raw)), _MOST_PARTS))
    marks = tuple(dict.fromkeys(mark for part in parts for mark in _returned(part)))
    reports: list[Report] = []
    for part in parts:
        if part.get_content_type() == "message/delivery-status":
            reports += _statuses(part, marks)
        elif part.get_content_type() == "message/feedback-report":
            reports.append(Report("complained", marks))
    return reports


def _parts(mail: Message) -> Iterator[Message]:
    """Give the leaves of a mail; what came back inside it is a leaf, not looked into."""
    if mail.get_content_maintype() == "multipart" and mail.is_multipart():
        for part in mail.get_payload():
            if isinstance(part, Message):
                yield from _parts(part)
    else:
        yield mail


def _returned(part: Message) -> tuple[str, ...]:
    """Give the marks of our mail as it came back, whole or its headers alone."""
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inside = part.get_payload()
        mail = inside[0] if isinstance(inside, list) and inside else None
        said = mail.get("Message-ID") if isinstance(mail, Message) else None
        return marks_in(str(said or ""))
    if kind == "text/rfc822-headers":
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            return marks_in(str(message_from_bytes(content).get("Message-ID") or ""))
    return ()


def _statuses(part: Message, marks: tuple[str, ...]) -> list[Report]:
    groups = part.get_payload()
    if not isinstance(groups, list):
        return []
    found = []
    for group in islice((one for one in groups if isinstance(one, Message)), _MOST_GROUPS):
        action = str(group.get("Action") or "").strip().lower()
        kind = {"failed": "bounced", "delivered": "delivered"}.get(action)
        if kind is None:
            continue
        status = _STATUS.search(str(group.get("Status") or ""))
        number = status[1] if status else ""
        words = str(group.get("Diagnostic-Code") or "")
        names = (group.get("Original-Recipient"), group.get("Final-Recipient"))
        recipients = tuple(form for name in names if name for form in _addresses(str(name)))
        is_dead = kind == "bounced" and _is_dead(number, words)
        found.append(Report(kind, marks, recipients, number, is_dead))
    return found


def _is_dead(number: str, words: str) -> bool:
    """Tell whether number and words agree that there is no such mailbox (numbers alone lie)."""
    said = _STATUS.search(words)
    agrees = said is None or said[1] in _NO_MAILBOX
    return number in _NO_MAILBOX and agrees and not _OTHER_REASON.search(words)


def _addresses(field: str) -> tuple[str, ...]:
    """Give the address of `rfc822; somebody@there`, as it stands and with xtext undone (RFC 3461)."""
    address = field.partition(";")[2].strip().removeprefix("<").removesuffix(">").strip()
    plain = _XTEXT.sub(lambda found: chr(int(found[1], 16)), address)
    return tuple(dict.fromkeys(one for one in (address, plain) if one))


def split_mails(raw: bytes) -> list[bytes]:
    """Give the mails of a file: one, or several as an mbox separates them (RFC 4155)."""
    if not raw.startswith(b"From "):
        return [raw] if raw.strip() else []
    pieces = re.split(rb"(?m)^From [^\r\n]*\r?\n", raw)
    return [re.sub(rb"(?m)^>(>*From )", rb"\1", piece) for piece in pieces if piece.strip()]
