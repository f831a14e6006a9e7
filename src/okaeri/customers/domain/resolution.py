"""Who is the same person: decided by keys alone, the same whatever the order or the batch.

Two parties are one person when they share an e-mail, a member number of one source, a LINE user id,
or a phone or a home (postal code and 番地) together with the whole written name or its whole reading
(domain.md 2.11, 1.3 #35). The number of our own membership card is the same member number
whichever till or cart names it. A phone and a home are a household's, not a person's, and a name is many
people's: none of them is enough alone.
Each rule is an exact key, so that "the same person" is the connected component over keys and
neither the order of arrival nor the size of a batch can change it.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from okaeri.customers.domain.addresses import home_key
from okaeri.customers.domain.cards import card_key, read_card
from okaeri.customers.domain.names import kana_key, name_key
from okaeri.foundation.codes import number_key
from okaeri.intake.types import PartyRecord

# Kind and value, as `models.IdentityKey` holds them.
Key = tuple[str, str]
_LONGEST_VALUE = 254


@dataclass(frozen=True, slots=True)
class Cluster:
    """One person: positions of the parties given, and the customers their keys already belong to."""

    parties: tuple[int, ...]
    customers: tuple[int, ...]


def keys_of(party: PartyRecord) -> tuple[Key, ...]:
    """Give every key of a party, strongest evidence first; () for one that nobody can recognise."""
    keys: list[Key] = []
    number = number_key(party.member_no) if party.member_no else ""
    if number:
        card = read_card(number)
        keys.append(("member", card_key(card) if card else f"{party.source}:{number}"))
    if party.email_key:
        keys.append(("email", party.email_key))
    line_user = number_key(party.line_user_id) if party.line_user_id else ""
    if line_user:
        keys.append(("line", line_user))
    keys.extend(_household_keys(party))
    return tuple((kind, _fit(value)) for kind, value in keys)


def _household_keys(party: PartyRecord) -> Iterator[Key]:
    """Give what a household shares, each together with what only one of its members is called."""
    home = home_key(party.postal_code, party.address) if party.postal_code else ""
    if not (party.phone_key or home):
        return
    names = tuple(_names(party))
    for kind, shared in (("phone", party.phone_key), ("home", home)):
        if shared:
            yield from ((kind, f"{shared}|{name}") for name in names)


def _names(party: PartyRecord) -> Iterator[str]:
    written = name_key(party.family_name, party.given_name)
    if written:
        yield f"n|{written}"
    # A reading of the family name alone would join a household whose written names differ.
    is_whole = party.given_kana or not party.given_name
    reading = kana_key(party.family_kana, party.given_kana) if is_whole else ""
    if reading:
        yield f"k|{reading}"


def _fit(value: str) -> str:
    if len(value) <= _LONGEST_VALUE:
        return value
    return hashlib.sha256(value.encode()).hexdigest()


def find_clusters(
    keys_per_party: Sequence[Sequence[Key]],
    owners: Mapping[Key, int],
    linked: Sequence[int | None],
) -> list[Cluster]:
    """Give the people among parties, in the order of each one's first party.

    `owners` says which customer a key already belongs to, `linked` which customer a party already
    is (None for a new one).
    """
    parties = len(keys_per_party)
    nodes: dict[Key | int, int] = {}
    holders: list[int] = []
    held: list[int] = []
    for position, keys in enumerate(keys_per_party):
        customer = linked[position]
        owned = [owners[key] for key in keys if key in owners]
        ends: list[Key | int] = [*keys, *owned] if customer is None else [*keys, *owned, customer]
        holders += [position] * len(ends)
        held += [parties + nodes.setdefault(node, len(nodes)) for node in ends]
    labels = _components(holders, held, parties + len(nodes))
    people: dict[int, tuple[list[int], list[int]]] = {}
    for position in range(parties):
        people.setdefault(labels[position], ([], []))[0].append(position)
    for node, number in nodes.items():
        if isinstance(node, int):
            people[labels[parties + number]][1].append(node)
    return [Cluster(tuple(found), tuple(sorted(known))) for found, known in people.values()]


def _components(holders: list[int], held: list[int], size: int) -> list[int]:
    ends = np.array(holders, dtype=np.int64), np.array(held, dtype=np.int64)
    graph = coo_array((np.ones(len(holders), dtype=np.int8), ends), (size, size))
    found: list[int] = connected_components(graph, directed=False)[1].tolist()
    return found


def decide_merges(
    customers: Sequence[int], apart: frozenset[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Give (kept, absorbed) pairs that make `customers` (ascending) one: the oldest is kept.

    `apart` holds ascending pairs that staff took apart again; they stay apart.
    """
    groups: list[list[int]] = []
    for customer in customers:
        for group in groups:
            if not any((member, customer) in apart for member in group):
                group.append(customer)
                break
        else:
            groups.append([customer])
    return [(group[0], absorbed) for group in groups for absorbed in group[1:]]
