"""The best profile: of each part of it, what was stated last; order of arrival does not matter."""

from collections.abc import Mapping
from datetime import UTC, date
from typing import Any

from okaeri.customers.domain.names import kana_key, mail_address, name_key
from okaeri.intake.types import PartyRecord

# Parts that are only ever replaced as a whole: half of an old and half of a new address is no address.
PARTS: dict[str, tuple[str, ...]] = {
    "name": ("family_name", "given_name"),
    "kana": ("family_kana", "given_kana"),
    "email": ("email",),
    "phone": ("phone", "phone_key"),
    "line": ("line_user_id",),
    "address": ("postal_code", "prefecture", "address"),
    "birth": ("birth_on",),
}
COLUMNS = tuple(column for columns in PARTS.values() for column in columns)
# Part → (stamp of the statement, values in the order of PARTS). A missing part is unknown.
Profile = dict[str, tuple[str, tuple[Any, ...]]]
# An address that cannot exist (RFC 2606) gives way to any real one.
PLACEHOLDER_ENDING = ".invalid"


def profile_of(party: PartyRecord) -> Profile:
    """Give what one party states; unusable addresses and phones count as not stated."""
    stamp = f"{party.seen_at.astimezone(UTC).isoformat(timespec='microseconds')}#{party.id:012d}"
    stated: dict[str, tuple[Any, ...]] = {
        "name": (party.family_name, party.given_name),
        "kana": (party.family_kana, party.given_kana),
        "email": (mail_address(party.email, party.email_key) if party.email_key else "",),
        "phone": (party.phone, party.phone_key) if party.phone_key else ("", ""),
        "line": (party.line_user_id.strip(),),
        "address": (party.postal_code, party.prefecture, party.address),
        "birth": (party.birth_on,),
    }
    return {part: (stamp, values) for part, values in stated.items() if any(values)}


def newest(*profiles: Profile) -> Profile:
    """Put profiles together: of each part the latest statement."""
    best: Profile = {}
    for profile in profiles:
        for part, statement in profile.items():
            if part not in best or statement[0] > best[part][0]:
                best[part] = statement
    return best


def to_columns(profile: Profile) -> dict[str, Any]:
    """Give a profile as the columns of a customer row, search keys and stamps included."""
    row: dict[str, Any] = {}
    for part, columns in PARTS.items():
        row.update(zip(columns, profile[part][1] if part in profile else _EMPTY[part], strict=True))
    row["name_key"] = name_key(row["family_name"], row["given_name"])
    row["kana_key"] = kana_key(row["family_kana"], row["given_kana"])
    row["profile_seen"] = _stamps(profile)
    return row


def from_columns(row: Mapping[str, Any]) -> Profile:
    """Read what `to_columns` wrote."""
    seen = row["profile_seen"]
    profile: Profile = {}
    for part, columns in PARTS.items():
        values = tuple(row[column] for column in columns)
        if any(values):
            profile[part] = (seen.get(part, seen.get("", "")), values)
    if "email" in profile and row["email"].endswith(PLACEHOLDER_ENDING):
        profile["email"] = ("", profile["email"][1])
    return profile


def take_back(current: Profile, absorbed: Profile, before: Profile) -> Profile:
    """Give the profile of a person after a merge is undone.

    A part that came from the absorbed one returns to what it was `before`; one that was stated
    since the merge stays.
    """
    kept = {
        part: statement for part, statement in current.items() if absorbed.get(part) != statement
    }
    return newest(before, kept)


def to_json(profile: Profile) -> dict[str, list[Any]]:
    """Give a form for JSON columns; `from_json` reads it back."""
    return {
        part: [stamp, [str(value) if isinstance(value, date) else value for value in values]]
        for part, (stamp, values) in profile.items()
    }


def from_json(stored: Mapping[str, list[Any]]) -> Profile:
    """Read what `to_json` wrote."""
    profile: Profile = {part: (stamp, tuple(values)) for part, (stamp, values) in stored.items()}
    if "birth" in profile:
        stamp, values = profile["birth"]
        profile["birth"] = (stamp, (date.fromisoformat(values[0]),))
    return profile


_EMPTY: dict[str, tuple[Any, ...]] = {
    part: (None,) if part == "birth" else ("",) * len(columns) for part, columns in PARTS.items()
}


def _stamps(profile: Profile) -> dict[str, str]:
    """Give the latest stamp once under "" and only the parts that differ from it by name."""
    if not profile:
        return {}
    latest = max(stamp for stamp, _ in profile.values())
    others = {part: stamp for part, (stamp, _) in profile.items() if stamp != latest}
    return {"": latest, **others}
