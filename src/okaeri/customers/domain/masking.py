"""Personal data shown only as far as is needed to tell two people apart: 山田●●, t***@example.com."""

from collections.abc import Iterable
from dataclasses import replace

from okaeri.customers.types import CustomerProfile

HIDDEN = "●●"
# A single letter of a name stands in too many other words to be looked for.
_SHORTEST_WORD = 2


def mask_address(address: str) -> str:
    """Show the first letter and the domain: t***@example.com; of any other address one letter."""
    local, at, domain = address.rpartition("@")
    if not address:
        return ""
    return f"{local[:1]}***@{domain}" if at else f"{domain[:1]}***"


def mask_phone(phone: str) -> str:
    """Show the last four digits: ***-****-1234."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    return "" if not phone else f"***-****-{digits[-4:]}" if len(digits) > 4 else "***"


def mask_profile(profile: CustomerProfile) -> CustomerProfile:
    """Leave the family name, the first letter of the address, four digits and the prefecture."""
    # Of a name in one part, all of it may be the given name: one letter is left.
    family = profile.family_name if profile.given_name else profile.family_name[:1]
    has_name = bool(profile.family_name or profile.given_name)
    return replace(
        profile,
        family_name=family + HIDDEN if has_name else "",
        given_name="",
        family_kana="",
        given_kana="",
        email=mask_address(profile.email),
        phone=mask_phone(profile.phone),
        postal_code="",
        address="",
        birth_on=None,
    )


def mask_words(text: str, profile: CustomerProfile) -> str:
    """Hide one person's name, addresses and phone wherever they stand in a text."""
    for word, shown in _words_of(profile):
        text = text.replace(word, shown)
    return text


def _words_of(profile: CustomerProfile) -> Iterable[tuple[str, str]]:
    """Give what to hide and what to put there, longest first, so that no half of a word is left."""
    masked = mask_profile(profile)
    name = masked.family_name
    digits = "".join(letter for letter in profile.phone if letter.isdigit())
    pairs = {
        profile.email: masked.email,
        profile.phone: masked.phone,
        digits: masked.phone,
        profile.address: HIDDEN,
        profile.postal_code: HIDDEN,
        f"{profile.family_name}{profile.given_name}": name,
        f"{profile.family_name} {profile.given_name}": name,
        f"{profile.family_name}\u3000{profile.given_name}": name,
        f"{profile.given_name} {profile.family_name}": name,
        profile.given_name: HIDDEN,
        profile.given_kana: HIDDEN,
        profile.family_kana: HIDDEN,
    }
    found = [(word, shown) for word, shown in pairs.items() if len(word.strip()) >= _SHORTEST_WORD]
    return sorted(found, key=lambda pair: -len(pair[0]))
