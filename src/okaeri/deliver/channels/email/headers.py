"""Header values that cannot break out of their header (RFC 5322, RFC 2047, RFC 5321).

Every value that comes from a person or a template passes through here before it meets a header.
"""

import re
from base64 import b64encode

# Control characters, line and paragraph separators, and halves of characters that stand alone.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# A literal encoded word would be decoded by the reader into whatever its writer liked.
_ENCODED_WORD = re.compile(r"=\?[^?\s]*\?[^?\s]*\?[^?]*\?=")
_PLAIN = re.compile(r"[A-Za-z0-9 !#$%&'*+/^_`{|}~.,:;()\[\]@<>?=\"\\-]*")
_PLAIN_LENGTH = 60
# 75 for the whole word, less "=?UTF-8?B?" and "?=", in base64 groups of 4 that hold 3 octets.
_OCTETS_A_WORD = (75 - 12) // 4 * 3
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM = re.compile(rf"{_ATEXT}(\.{_ATEXT})*")
_QUOTABLE = re.compile(r"[\x21-\x7e]+")
_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_LONGEST_ADDRESS = 254


def clean(value: str) -> str:
    """Take out what could start a new header or be read as an encoded word; outer spaces go too."""
    text = _UNSAFE.sub(" ", value)
    while (cleaned := _ENCODED_WORD.sub("", text)) != text:
        text = cleaned
    return text.strip()


def encode_text(value: str) -> str:
    """Give a cleaned value as header text: as it is when short ASCII, else encoded words, folded.

    Words are cut between characters and are at most 75 octets long; no character is replaced.
    """
    text = clean(value)
    if len(text) <= _PLAIN_LENGTH and "=?" not in text and _PLAIN.fullmatch(text):
        return text
    return "\r\n ".join(_words(text))


def _words(text: str) -> list[str]:
    words, start, size = [], 0, 0
    for place, character in enumerate(text):
        octets = len(character.encode())
        if size + octets > _OCTETS_A_WORD:
            words.append(text[start:place])
            start, size = place, 0
        size += octets
    words.append(text[start:])
    return [f"=?UTF-8?B?{b64encode(word.encode()).decode()}?=" for word in words]


def mailbox(name: str, address: str) -> str:
    """Give `name <address>` with the name as encoded words, or the bare address."""
    cleaned = clean(name)
    if not cleaned:
        return address
    return "\r\n ".join([*_words(cleaned), f"<{address}>"])


def wire_address(address: str) -> str | None:
    """Give an address as SMTP and headers take it, or None where it cannot be written in ASCII.

    Old carrier addresses like a..b@docomo.ne.jp are real: their local part is quoted. Domains
    outside ASCII become punycode.
    """
    local, at, domain = address.strip().rpartition("@")
    if local.startswith('"') and local.endswith('"') and len(local) > 1:
        local = re.sub(r"\\(.)", r"\1", local[1:-1])
    if not at or not _QUOTABLE.fullmatch(local):
        return None
    domain = _ascii_domain(domain)
    if not _DOMAIN.fullmatch(domain) or ".." in domain:
        return None
    if not _DOT_ATOM.fullmatch(local):
        local = '"' + re.sub(r'(["\\])', r"\\\1", local) + '"'
    wired = f"{local}@{domain}"
    return wired if len(wired) <= _LONGEST_ADDRESS else None


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return ""
