"""Somebody is forgotten, stays forgotten after a restore, and may come back as a stranger."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

from django.db import transaction

from okaeri.customers.domain.names import address_key, phone_digits
from okaeri.customers.domain.resolution import keys_of
from okaeri.customers.store import consents, erasing, erasure_list, identity
from okaeri.customers.store.erasure_list import Line
from okaeri.customers.store.families import families_of
from okaeri.customers.types import ConsentAction, ErasureView, PersonKeys
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.types import PartyRecord

_NO_CUSTOMER = Text("顧客 {id} は見つかりません。", "There is no customer {id}.")
ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Returned:
    """Somebody erased who ordered anew: what he once refused counts for the new customer too."""

    party: PartyRecord
    refusals: tuple[tuple[str, str, datetime], ...]


def gather(customer_id: int) -> PersonKeys:
    """Give all that one person is known by, before it is gone."""
    ids = families_of([customer_id]).get(customer_id, ())
    if not ids:
        raise NotFoundError(_NO_CUSTOMER.format(id=customer_id))
    party_ids = erasing.parties_of(ids)
    parties = intake.list_parties(party_ids)
    words = erasing.words_of(ids, parties)
    addresses = (
        erasing.addresses_of(ids) | {p.email for p in parties} | {p.email_key for p in parties}
    )
    return PersonKeys(
        ids, party_ids, erasing.devices_of(ids), words, tuple(sorted(filter(None, addresses)))
    )


def note_down(
    keys: PersonKeys,
    line_token: str,
    at: datetime,
    proof_until: date | None,
    *,
    secret: str,
    folder: Path,
) -> Line:
    """Write the person into the erasure list before anything is taken away.

    From here he will be erased, whatever crashes: the duty does what the list says.
    """
    hashed = {
        erasing.hash_of(secret, kind, value) for kind, value in erasing.keys_of(keys.customer_ids)
    }
    for party in intake.list_parties(keys.party_ids):
        hashed |= {erasing.hash_of(secret, kind, value) for kind, value in keys_of(party)}
    line = Line(line_token, keys.customer_ids[0], tuple(sorted(hashed)), at, proof_until)
    erasure_list.append(folder, line)
    return line


def erase(keys: PersonKeys, line: Line, secret: str, counts: Mapping[str, int]) -> ErasureView:
    """Seal the proof and blank the person here and in intake, in the caller's transaction.

    `counts` are what other stations took away before.
    """
    # A resolving batch ends first; the next one finds the hashes.
    identity.wait_for_cursor()
    # In a restored backup one person may still be two: the second gets a number of its own.
    token = uuid4().hex if line.token in erasing.known_tokens() else line.token
    proof = erasing.seal(secret, keys.customer_ids)
    erasing.insert(
        token=token,
        customer_id=keys.customer_ids[0],
        key_hashes=line.key_hashes,
        erased_at=line.erased_at,
        proof=proof if line.proof_until else erasing.only_refusals(proof),
        proof_until=line.proof_until,
    )
    own = erasing.blank(keys.customer_ids)
    taken = intake.erase_parties(keys.party_ids, keys.devices, keys.words)
    return erasing.note_counts(token, {**counts, **own, **taken})


def list_unfinished(secret: str, folder: Path) -> list[tuple[Line, tuple[int, ...]]]:
    """Give lines of the list this database has not heard of, each with whom it means here.

    A restored backup still knows the person by his keys; without any, by a number that was given
    before he was erased. Nobody found means that he is not in this database.
    """
    listed = erasure_list.read(folder)
    known = erasing.known_tokens() if listed else set()
    lines = [line for line in listed if line.token not in known]
    if not lines:
        return []
    owner_of: dict[str, set[int]] = {}
    wanted = {key for line in lines for key in line.key_hashes}
    for customer_id, kind, value in erasing.list_customers_with_keys():
        key = erasing.hash_of(secret, kind, value)
        if key in wanted:
            owner_of.setdefault(key, set()).add(customer_id)
    return [(line, _meant_by(line, owner_of)) for line in lines]


def _meant_by(line: Line, owner_of: dict[str, set[int]]) -> tuple[int, ...]:
    found = {number for key in line.key_hashes for number in owner_of.get(key, ())}
    if erasing.existed_at(line.customer_id, line.erased_at):
        found.add(line.customer_id)
    # Whoever was founded after the erasure is somebody who came back.
    return tuple(sorted(n for n in found if erasing.existed_at(n, line.erased_at)))


def note_absent(line: Line) -> None:
    """Note an erasure of somebody who is not in this database at all.

    His number may be another's here by now, so what old files bring of him is counted under a new one.
    """
    with transaction.atomic():
        identity.wait_for_cursor()
        erasing.insert(
            token=line.token,
            customer_id=identity.found_nobody(line.erased_at),
            key_hashes=line.key_hashes,
            erased_at=line.erased_at,
            proof={},
            proof_until=line.proof_until,
        )


# ---- at the door -------------------------------------------------------------------------------


def turn_away(
    parties: Sequence[PartyRecord], secret: str
) -> tuple[list[PartyRecord], list[Returned]]:
    """Keep erased people out of a batch; gives who is left, and who of them came back by himself.

    An old file, a customer list or a cart that still knows somebody does not bring him back: his
    contact is blanked and belongs to the number his orders are counted under. Who did something of
    his own after the erasure is a new customer.
    """
    hashes = erasing.hashes()
    if not hashes:
        return list(parties), []
    known: dict[int, tuple[int, datetime]] = {}
    for party in parties:
        for kind, value in keys_of(party):
            found = hashes.get(erasing.hash_of(secret, kind, value))
            if found is not None and (party.id not in known or found[1] > known[party.id][1]):
                known[party.id] = found
    if not known:
        return list(parties), []
    back = intake.parties_back_since({number: at for number, (_, at) in known.items()})
    gone = {number: owner for number, (owner, _) in known.items() if number not in back}
    intake.blank_parties(gone)
    linked = identity.links_of(gone)
    identity.insert_links(
        [(number, owner, ERASED) for number, owner in gone.items() if number not in linked]
    )
    left = [party for party in parties if party.id not in gone]
    return left, list(_returned((party for party in left if party.id in back), secret))


def _returned(parties: Iterable[PartyRecord], secret: str) -> Iterable[Returned]:
    refused = erasing.refusals()
    for party in parties:
        addresses = _addresses(party).items()
        keys = [erasing.hash_of(secret, ch, address_key(a)) for ch, a in addresses if a]
        yield Returned(party, tuple(refused[key] for key in keys if key in refused))


def _addresses(party: PartyRecord) -> dict[str, str]:
    return {
        "email": party.email_key,
        "line": party.line_user_id.strip(),
        "phone": phone_digits(party.phone),
    }


def remember_refusals(returned: Iterable[Returned], now: datetime) -> None:
    """Let a no from before the erasure stand, in the transaction that founded the new customer."""
    returned = [one for one in returned if one.refusals]
    if not returned:
        return
    homes = identity.links_of(one.party.id for one in returned)
    said = []
    for one in returned:
        addresses = _addresses(one.party)
        for channel, reason, at in one.refusals:
            if reason != "withdrawn":
                consents.suppress(channel, addresses[channel], reason, now)
                continue
            said.append(
                consents.LedgerEntry(
                    customer_id=homes[one.party.id],
                    channel=channel,
                    action=ConsentAction.WITHDRAWN,
                    basis="opt_in",
                    source=ERASED,
                    occurred_at=at,
                    proof={},
                )
            )
    consents.append(said, now)
    consents.derive_points(entry.customer_id for entry in said)
