"""Which source each part of a person's profile came from, told by its stamp (`domain.profile`)."""

from okaeri.customers.store import identity, people
from okaeri.customers.types import ProfileOrigins
from okaeri.intake import api as intake


def profile_origins(customer_id: int) -> ProfileOrigins:
    """Give part of the profile → source, and every source that told of this person."""
    root = identity.roots_of([customer_id])[customer_id]
    records = intake.list_parties([party for party, _ in identity.parties_of([root])])
    sources = {record.id: record.source for record in records}
    parts = {}
    for part, (stamp, _) in people.read_profiles([root]).get(root, {}).items():
        # A stamp ends in the number of the contact that said so.
        number = stamp.rpartition("#")[2]
        if number.isdigit() and int(number) in sources:
            parts[part] = sources[int(number)]
    return ProfileOrigins(parts, frozenset(sources.values()))
