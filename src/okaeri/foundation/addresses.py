"""Mail addresses as old Japanese carriers gave them out: real, though no RFC allows them."""

import re

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)+)"@([^@"]+)')
_ESCAPE = re.compile(r"\\(.)")


def unquoted(address: str) -> str:
    r"""Give an address without the quotes around its local part: how its owner writes it.

    SMTP needs them around a..b; with and without them it is one mailbox (MUST-26).

    >>> unquoted('"a..b"@docomo.ne.jp'), unquoted("a..b@docomo.ne.jp")
    ('a..b@docomo.ne.jp', 'a..b@docomo.ne.jp')
    """
    found = _QUOTED.fullmatch(address)
    return _ESCAPE.sub(r"\1", found[1]) + "@" + found[2] if found else address
