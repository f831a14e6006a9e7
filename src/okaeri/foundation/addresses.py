"""Mail addresses: what can stand as a sender's, and what old Japanese carriers gave out against RFCs."""

import re

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)+)"@([^@"]+)')
_ESCAPE = re.compile(r"\\(.)")
_LABEL = r"[^\W_](?:(?:[^\W_]|-)*[^\W_])?"
_SENDER = re.compile(rf"[A-Za-z0-9!#$%&'*+./=?^_`{{|}}~-]{{1,64}}@(?:{_LABEL}\.)+{_LABEL}")


def unquoted(address: str) -> str:
    r"""Give an address without the quotes around its local part: how its owner writes it.

    SMTP needs them around a..b; with and without them it is one mailbox (MUST-26).

    >>> unquoted('"a..b"@docomo.ne.jp'), unquoted("a..b@docomo.ne.jp")
    ('a..b@docomo.ne.jp', 'a..b@docomo.ne.jp')
    """
    found = _QUOTED.fullmatch(address)
    return _ESCAPE.sub(r"\1", found[1]) + "@" + found[2] if found else address


def is_sender_address(address: str) -> bool:
    """Tell whether a shop could write from this address: a name, one @ and a domain with a dot.

    >>> is_sender_address("shop@example.jp"), is_sender_address("nobody"), is_sender_address("a@b")
    (True, False, False)
    """
    return len(address) <= 254 and _SENDER.fullmatch(address) is not None
