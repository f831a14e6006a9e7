"""One mail as bytes: multipart/alternative, UTF-8 in base64, CRLF, nothing a value could break.

Assembled by hand because the email package makes a few hundred a second and this makes thousands;
in the tests the email package is the judge.
"""

import re
from binascii import b2a_base64
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from okaeri.deliver.channels.email.footer import Footer, append_html, footer_of
from okaeri.deliver.channels.email.headers import encode_text, mailbox, wire_address
from okaeri.deliver.domain.token import message_mark
from okaeri.deliver.types import Outgoing
from okaeri.foundation.settings import ShopProfile

_LINE = 76
_TRANSACTIONAL = "transactional"
_LONE_HALVES = re.compile("[\ud800-\udfff]")
_FALLBACK = "shop@example.invalid"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all mails of one batch share."""

    envelope_from: str
    domain: str
    common: str
    footer: Footer
    secret: str


@dataclass(frozen=True, slots=True)
class Composed:
    """One mail ready to leave: RCPT TO and the full message."""

    recipient: str
    raw: bytes


def letterhead(shop: ShopProfile, now: datetime, secret: str) -> Letterhead:
    """Prepare what is the same for every mail that leaves now; `secret` signs the Message-IDs."""
    sender = wire_address(shop.sender_email) or _FALLBACK
    name = shop.sender_name.strip() or shop.name
    date = format_datetime(now.astimezone(shop.zone))
    origin = mailbox(name, sender)
    common = f"Date: {date}\r\nFrom: {origin}\r\nReply-To: {origin}\r\nMIME-Version: 1.0\r\n"
    return Letterhead(
        envelope_from=sender,
        domain=sender.rpartition("@")[2],
        common=common,
        footer=footer_of(shop),
        secret=secret,
    )


def compose(message: Outgoing, head: Letterhead) -> Composed | None:
    """Give one mail as bytes, or None when its address cannot be written to.

    The Message-ID is signed and the same each time, so that a copy is recognised as one and a bounce
    finds its message.
    """
    recipient = wire_address(message.address)
    if recipient is None:
        return None
    mark = message_mark(head.secret, message.message_id, message.key)
    is_marketing = message.content_kind != _TRANSACTIONAL
    text, html = message.body_text, message.body_html
    if is_marketing:
        text += head.footer.text(message.unsubscribe_url, message.preferences_url)
        block = head.footer.html(message.unsubscribe_url, message.preferences_url)
        html = append_html(html, block) if html else ""
    headers = (
        f"{head.common}Message-ID: <{mark}@{head.domain}>\r\n"
        f"To: {mailbox(message.recipient_name, recipient)}\r\n"
        f"Subject: {encode_text(message.subject)}\r\n"
        f"{_stop_headers(message.unsubscribe_post_url) if is_marketing else ''}"
    )
    return Composed(recipient, f"{headers}{_body(text, html, mark)}".encode("ascii"))


def _stop_headers(url: str) -> str:
    return f"List-Unsubscribe: <{url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"


def _body(text: str, html: str, mark: str) -> str:
    plain = _part("plain", text)
    if not html:
        return plain
    # "=_" and "--" never occur in base64, so no body can imitate the boundary.
    fence = f"=_{mark}"
    return (
        f'Content-Type: multipart/alternative; boundary="{fence}"\r\n\r\n'
        f"--{fence}\r\n{plain}--{fence}\r\n{_part('html', html)}--{fence}--\r\n"
    )


def _part(kind: str, words: str) -> str:
    lines = words.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    packed = b2a_base64(_octets(lines), newline=False).decode("ascii")
    folded = "\r\n".join([packed[i : i + _LINE] for i in range(0, len(packed), _LINE)])
    return (
        f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{folded}\r\n"
    )


def _octets(words: str) -> bytes:
    try:
        return words.encode()
    except UnicodeEncodeError:
        return _LONE_HALVES.sub("\ufffd", words).encode()
