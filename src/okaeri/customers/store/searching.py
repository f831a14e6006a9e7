"""Which customers staff mean by the text they typed."""

from collections.abc import Iterator

from okaeri.customers.domain.names import kana_key, mail_address, name_key, phone_digits
from okaeri.customers.models import IdentityKey
from okaeri.customers.store import identity, people

_SHORTEST_PHONE = 4


def find_matching(text: str, limit: int, *, by_number_only: bool = False) -> list[int]:
    """Give live customers, surest match first, each once."""
    found: dict[int, None] = {}
    matches = [_members(text.strip(), limit)] if by_number_only else _matches(text.strip(), limit)
    for ids in matches:
        found.update(dict.fromkeys(ids))
        if len(found) >= limit:
            break
    return list(found)[:limit]


def _matches(text: str, limit: int) -> Iterator[list[int]]:
    if not text:
        return
    if "@" in text:
        yield _owners("email", mail_address(text).lower())
        yield people.find_ids_starting("email", mail_address(text), limit)
        return
    name, reading, digits = name_key(text, ""), kana_key(text, ""), phone_digits(text)
    if len(digits) >= _SHORTEST_PHONE:
        yield people.find_ids_starting("phone_key", digits, limit)
    if name:
        yield people.find_ids_starting("name_key", name, limit)
    if reading:
        yield people.find_ids_starting("kana_key", reading, limit)
    yield _members(text, limit)
    yield people.find_ids_starting("email", text, limit)
    yield people.find_ids_named(name, reading, limit)


def _owners(kind: str, value: str) -> list[int]:
    return list(identity.owners_of([(kind, value)]).values())


def _members(text: str, limit: int) -> list[int]:
    keys = IdentityKey.objects.filter(kind=IdentityKey.Kind.MEMBER)
    found = keys.filter(value=text) | keys.filter(value__endswith=f":{text}")
    return list(found.values_list("customer_id", flat=True)[:limit])
