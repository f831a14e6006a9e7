"""Customers of malls: who bought is counted, but nobody is written to (§1.3 #35, §2.10).

A mall hides the address behind one of its own and forbids writing to its customers outside its own
tools. So such a contact is stored without anything a message, a call or a parcel could be sent to.
"""

import hashlib
import re
from dataclasses import replace

from okaeri.foundation.codes import number_key
from okaeri.intake.domain.keys import email_key, phone_key
from okaeri.intake.types import PartyIn

# Behind these domains a mall forwards; www-like parts may stand in front.
_MASKS = ("fw.rakuten.ne.jp", "marketplace.amazon.co.jp", "marketplace.amazon.com")

# Looked for first: nearly every address is told apart by it without being read as a whole.
_HINTS = ("fw.rakuten", "marketplace.amazon")

_REACHES = re.compile(r"電話|携帯|fax|ファックス|phone|tel|メール|mail|住所|address", re.IGNORECASE)
_IS_AREA = re.compile(r"都道府県|郵便|state|prefecture|postal|zip", re.IGNORECASE)


def can_reach(column: str) -> bool:
    """Tell by its name whether a column says how to reach somebody (an area alone does not).

    Of a mall's file such a column is not stored.
    """
    return bool(_REACHES.search(column)) and not _IS_AREA.search(column)


def is_masked(email: str) -> bool:
    """Tell whether an address is one a mall made up to hide the real one."""
    if email.isascii() and not any(hint in email.lower() for hint in _HINTS):
        return False
    domain = email_key(email).rpartition("@")[2]
    return any(domain == mask or domain.endswith(f".{mask}") for mask in _MASKS)


def for_analysis(party: PartyIn) -> PartyIn:
    """Give a mall's contact without address, phone, LINE id, street and consent.

    The mall's member number tells the person from others, else a digest of the address or the phone;
    it counts within the source only. A contact with none of them is nobody in particular: such orders
    are counted as orders alone.
    """
    number = (
        (party.member_no if number_key(party.member_no) else "")
        or _digest("mail", email_key(party.email))
        or _digest("tel", phone_key(party.phone))
    )
    if not number:
        return PartyIn()
    return replace(
        party,
        member_no=number,
        email="",
        phone="",
        line_user_id="",
        address="",
        email_opt_in=None,
    )


def _digest(kind: str, key: str) -> str:
    return f"{kind}-{hashlib.sha256(key.encode()).hexdigest()[:24]}" if key else ""
