"""People of a mall who were stored before malls were for analysis only: nobody writes to them again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from okaeri.customers.domain.profile import Profile, newest, profile_of
from okaeri.customers.domain.resolution import keys_of
from okaeri.customers.store import consents, families, identity, people
from okaeri.intake import api as intake
from okaeri.intake.types import PartyRecord


@dataclass(frozen=True, slots=True)
class Closed:
    """What was taken off: contacts as files told them, and people who lost an address by it."""

    contacts: int
    people: int


def close_mall(source: str) -> Closed:
    """Take addresses, telephones and streets of a mall's source off, all or nothing.

    What the same person told elsewhere stays. Orders stay his; consents stay in the ledger.
    """
    with transaction.atomic():
        # A resolving batch ends first.
        identity.wait_for_cursor()
        before = {party.id: party for party in intake.close_contacts(source)}
        links = identity.links_of(before)
        roots = identity.roots_of(links.values())
        lost: dict[int, list[PartyRecord]] = {}
        for number, party in before.items():
            if number in links:
                lost.setdefault(roots[links[number]], []).append(party)
        for customer_id, family in families.families_of(lost).items():
            _take_off(customer_id, family, lost[customer_id])
        consents.derive_points(lost)
    return Closed(len(before), len(lost))


def _take_off(customer_id: int, family: Sequence[int], lost: list[PartyRecord]) -> None:
    """Of one person and of the rows that merges absorbed into him."""
    now = intake.list_parties(party for party, _ in identity.parties_of([customer_id]))
    told_by = {party.id for party in lost}
    after = {
        number: _not_told_by(told_by, profile)
        for number, profile in people.read_profiles(family, lock=True).items()
    }
    after[customer_id] = newest(after[customer_id], *map(profile_of, now))
    people.update_profiles(after)
    gone = {key for party in lost for key in keys_of(party)}
    identity.remove_keys(customer_id, gone - {key for party in now for key in keys_of(party)})


def _not_told_by(party_ids: Collection[int], profile: Profile) -> Profile:
    """Give the parts of a profile that other contacts stated; a stamp ends in the contact's number."""
    return {
        part: said
        for part, said in profile.items()
        if not ((number := said[0].rpartition("#")[2]).isdigit() and int(number) in party_ids)
    }
