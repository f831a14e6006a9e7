"""Links and the picture of a mail, made to tell us; and the signed words they carry.

A link's target stands in a table and is looked up by number, never read from the address, so that
nobody can make our address lead elsewhere. Pages of our own (stop, questions, wishes) are not
touched.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from html import escape, unescape
from urllib.parse import urlsplit, urlunsplit

from okaeri.foundation.ids import sign, signature_matches

# How long the word that says who came from a mail can be used.
LANDING_LIFE = timedelta(minutes=15)
LANDING_FIELD = "okaeri_id"
_LONGEST = 2000
_HREF = re.compile(r"(<a\b[^>]*?\shref\s*=\s*)(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_IN_TEXT = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)
_SENTENCE_END = ".,;:!?)'"
_PIXEL = re.compile(r"<img src=\"[^\"]*/o/[0-9]+-[^\"/]+\.gif\"[^>]*>")
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


def links_in(text: str, html: str, base_url: str) -> list[str]:
    """Give every address of other pages that a mail links to, each once, in order."""
    found = [unescape(match[2][1:-1]).strip() for match in _HREF.finditer(html)]
    found += [url for match in _IN_TEXT.finditer(text) if (url := _whole(match, text))]
    return [url for url in dict.fromkeys(found) if _is_tracked(url, base_url)]


def wrap_html(html: str, tracked: Mapping[str, str]) -> str:
    """Put tracked addresses in the place of those `tracked` knows."""

    def replace(match: "re.Match[str]") -> str:
        ours = tracked.get(unescape(match[2][1:-1]).strip())
        return match[0] if ours is None else f'{match[1]}"{escape(ours)}"'

    return _HREF.sub(replace, html)


def wrap_text(text: str, tracked: Mapping[str, str]) -> str:
    """Do the same in plain text; the sign that ends a sentence stays outside."""

    def replace(match: "re.Match[str]") -> str:
        url = _whole(match, text)
        ours = tracked.get(url)
        return match[0] if ours is None else ours + match[0][len(url) :]

    return _IN_TEXT.sub(replace, text)


def _whole(match: "re.Match[str]", text: str) -> str:
    """Give the address, or "" where a letter outside ASCII follows: it may belong to it."""
    after = text[match.end() : match.end() + 1]
    return "" if after.isalnum() else match[0].rstrip(_SENTENCE_END)


def _is_tracked(url: str, base_url: str) -> bool:
    if len(url) > _LONGEST or not url.isprintable():
        return False
    try:
        parts, own = urlsplit(url), urlsplit(base_url)
    except ValueError:
        return False
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    return is_web and parts.netloc.lower() != own.netloc.lower()


def click_url(base_url: str, secret: str, message_id: int, link_id: int) -> str:
    """Give the address that leads to link `link_id` and tells it was in message `message_id`."""
    return f"{base_url}/c/{message_id}-{link_id}-{sign(secret, 'click', message_id, link_id)}/"


def read_click(token: str, secret: str) -> tuple[int, int] | None:
    """Give (message, link) of a token we made, or None."""
    found = _read(token, 2, _verify(secret, "click"))
    return (found[0], found[1]) if found else None


def pixel(base_url: str, secret: str, message_id: int) -> str:
    """Give the picture of one dot that tells a mail was opened."""
    url = f"{base_url}/o/{message_id}-{sign(secret, 'open', message_id)}.gif"
    return f'<img src="{url}" width="1" height="1" alt="" style="border:0">'


def without_pixel(html: str) -> str:
    """Give a mail without its picture of one dot: staff who read a copy have not opened the mail."""
    return _PIXEL.sub("", html)


def has_pixel(html: str) -> bool:
    """Tell whether a mail has its picture of one dot."""
    return _PIXEL.search(html) is not None


def read_open(token: str, secret: str) -> int | None:
    """Give the message of a token we made, or None."""
    found = _read(token, 1, _verify(secret, "open"))
    return found[0] if found else None


def landing_token(secret: str, message_id: int, now: datetime) -> str:
    """Give the word that tells the shop's page which mail somebody comes from; names nobody."""
    until = int((now + LANDING_LIFE).timestamp())
    return f"{message_id}-{until}-{sign(secret, 'landing', message_id, until)}"


def read_landing(token: str, secret: str, now: datetime) -> int | None:
    """Give the message of a landing token that is ours and not too old, or None."""
    found = _read(token, 2, _verify(secret, "landing"))
    return found[0] if found and now.timestamp() <= found[1] else None


def with_landing(url: str, token: str) -> str:
    """Add the landing token to an address, in front of its #."""
    parts = urlsplit(url)
    query = f"{parts.query}&" if parts.query else ""
    return urlunsplit(parts._replace(query=f"{query}{LANDING_FIELD}={token}"))


def origin_of(url: str) -> str:
    """Give scheme and host as a browser writes an origin, without a port that goes without saying."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        return ""
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    suffix = f":{port}" if port and port != usual else ""
    return f"{parts.scheme}://{parts.hostname or ''}{suffix}"


def _verify(secret: str, purpose: str) -> Callable[[str, tuple[int, ...]], bool]:
    return lambda signature, numbers: signature_matches(signature, secret, purpose, *numbers)


def _read(
    token: str, count: int, is_genuine: Callable[[str, tuple[int, ...]], bool]
) -> tuple[int, ...] | None:
    *given, signature = token.split("-")
    if len(given) != count or not signature.isascii() or not all(map(_NUMBER.fullmatch, given)):
        return None
    numbers = tuple(map(int, given))
    return numbers if is_genuine(signature, numbers) else None
