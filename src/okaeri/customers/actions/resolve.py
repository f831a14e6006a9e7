"""Turns the parties that intake stored into people, a batch at a time.

One transaction per batch: (1) lock the cursor, (2) read parties after it, (3) decide who they are,
(4) write customers, keys, links, consent and contact points, (5) move the cursor. A kill before the
commit leaves nothing; a second worker finds the cursor locked and goes away.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction

from okaeri.customers.actions.erasure import remember_refusals, turn_away
from okaeri.customers.actions.merge import merge_customers
from okaeri.customers.domain.consent import (
    IMPORT,
    ConsentFact,
    decide_consent,
    words_of_import,
)
from okaeri.customers.domain.profile import Profile, newest, profile_of
from okaeri.customers.domain.resolution import Cluster, Key, decide_merges, find_clusters, keys_of
from okaeri.customers.store import consents, identity, people
from okaeri.customers.store.consents import CHANNELS, LedgerEntry
from okaeri.customers.types import ConsentAction, ConsentBasis
from okaeri.foundation.bulk import without_collector
from okaeri.intake import api as intake
from okaeri.intake.types import PartyRecord

_LARGE_BATCH = 20_000


def resolve_new_parties(now: datetime, limit: int = 5000) -> int:
    """Resolve at most `limit` parties; gives how many were read, 0 when nothing is new."""
    if not intake.list_parties_after(identity.read_cursor(), 1):
        return 0
    with transaction.atomic():
        cursor = identity.claim_cursor()
        return 0 if cursor is None else _resolve_after(cursor, now, limit)


def resolve_all_parties(now: datetime) -> None:
    """Resolve until no party is left, waiting for another worker that is at it."""
    while intake.list_parties_after(identity.read_cursor(), 1):
        with transaction.atomic():
            _resolve_after(identity.wait_for_cursor(), now, _LARGE_BATCH)


@without_collector()
def _resolve_after(cursor: int, now: datetime, limit: int) -> int:
    parties = intake.list_parties_after(cursor, limit)
    if parties:
        known, returned = turn_away(parties, settings.SECRET_KEY)
        if known:
            _Batch(known).write(now)
        remember_refusals(returned, now)
        identity.advance_cursor(parties[-1].change_no, now)
    return len(parties)


@dataclass
class _Batch:
    """What becomes of one batch of parties; `homes` is the customer of each by position."""

    parties: Sequence[PartyRecord]
    homes: list[int] = field(init=False)
    founded: dict[int, Cluster] = field(init=False, default_factory=dict)
    merges: list[tuple[int, int, Cluster]] = field(init=False, default_factory=list)
    # Customers of earlier batches that this one has something new about.
    touched: dict[int, list[int]] = field(init=False, default_factory=dict)
    # (source, whether it said yes) → hash of the words kept of it.
    snapshots: dict[tuple[str, bool], str | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.keys = [keys_of(party) for party in self.parties]
        self.linked = identity.links_of(party.id for party in self.parties)
        self.owners = identity.owners_of(key for keys in self.keys for key in keys)
        self.homes = [0] * len(self.parties)

    def write(self, now: datetime) -> None:
        self._decide()
        moved: list[int] = []
        for kept, absorbed, cluster in self.merges:
            moved += merge_customers(kept, absorbed, evidence=self._evidence(cluster), now=now)
        self._write_people(now)
        self._write_keys_and_links()
        self._write_consent(now)
        if moved:
            intake.touch_orders_of_parties(moved)

    def _decide(self) -> None:
        found = find_clusters(
            self.keys, self.owners, [self.linked.get(party.id) for party in self.parties]
        )
        strangers = [cluster for cluster in found if not cluster.customers]
        ids = identity.new_customer_ids(len(strangers))
        for number, cluster in zip(ids, strangers, strict=True):
            self.founded[number] = cluster
            for position in cluster.parties:
                self.homes[position] = number
        joiners = [cluster for cluster in found if cluster.customers]
        apart = (
            identity.pairs_held_apart()
            if any(len(cluster.customers) > 1 for cluster in joiners)
            else frozenset()
        )
        for cluster in joiners:
            self._decide_joined(cluster, apart)

    def _decide_joined(self, cluster: Cluster, apart: frozenset[tuple[int, int]]) -> None:
        pairs = decide_merges(cluster.customers, apart)
        self.merges += [(kept, absorbed, cluster) for kept, absorbed in pairs]
        root = {absorbed: kept for kept, absorbed in pairs}
        for position in cluster.parties:
            known = self.linked.get(self.parties[position].id)
            owned = [self.owners[key] for key in self.keys[position] if key in self.owners]
            # A party without a key of its own owner follows the oldest customer of its cluster.
            home = known or min(owned, default=cluster.customers[0])
            self.homes[position] = root.get(home, home)
            self.touched.setdefault(self.homes[position], []).append(position)

    def _evidence(self, cluster: Cluster) -> list[str]:
        """Give the kinds of keys that belonged to different customers before."""
        keys = {key for position in cluster.parties for key in self.keys[position]}
        return sorted({kind for kind, value in keys if (kind, value) in self.owners})

    def _stated(self, positions: Sequence[int]) -> Profile:
        if len(positions) == 1:
            return profile_of(self.parties[positions[0]])
        return newest(*(profile_of(self.parties[position]) for position in positions))

    def _founders(self) -> dict[int, Sequence[int]]:
        return {number: cluster.parties for number, cluster in self.founded.items()}

    def _known(self, of: Mapping[int, Sequence[int]]) -> dict[int, datetime]:
        """Give customer → the earliest that any of these parties (by position) is known since."""
        return {
            number: min(self.parties[position].known_at for position in positions)
            for number, positions in of.items()
        }

    def _write_people(self, now: datetime) -> None:
        self.profiles = {
            number: self._stated(cluster.parties) for number, cluster in self.founded.items()
        }
        people.insert_customers(self.profiles, self._known(self._founders()), now)
        people.note_known(self._known(self.touched))
        before = people.read_profiles(self.touched, lock=True)
        after = {
            number: newest(before[number], self._stated(positions))
            for number, positions in self.touched.items()
        }
        people.update_profiles(
            {number: profile for number, profile in after.items() if profile != before[number]}
        )

    def _write_keys_and_links(self) -> None:
        new_keys: dict[Key, int] = {}
        new_links: list[tuple[int, int, str]] = []
        for party, keys, home in zip(self.parties, self.keys, self.homes, strict=True):
            if party.id not in self.linked:
                shared = (kind for kind, value in keys if self._is_known((kind, value), new_keys))
                new_links.append((party.id, home, next(shared, "new")))
            for key in keys:
                if key not in self.owners:
                    new_keys.setdefault(key, home)
        identity.insert_keys(new_keys)
        identity.insert_links(new_links)

    def _is_known(self, key: Key, new_keys: dict[Key, int]) -> bool:
        return key in self.owners or key in new_keys

    def _write_consent(self, now: datetime) -> None:
        said = list(self._words(now))
        consents.append(said, now)
        ledger: dict[int, list[LedgerEntry]] = {}
        for entry in said:
            if entry.customer_id in self.founded:
                ledger.setdefault(entry.customer_id, []).append(entry)
        consents.insert_points(
            (
                number,
                channel,
                profile[channel][1][0],
                decide_consent(self._facts(ledger, number, channel)),
            )
            for number, profile in self.profiles.items()
            for channel in CHANNELS
            if channel in profile
        )
        consents.derive_points(self.touched)

    @staticmethod
    def _facts(
        ledger: dict[int, list[LedgerEntry]], number: int, channel: str
    ) -> Iterator[ConsentFact]:
        return (entry.fact for entry in ledger.get(number, ()) if entry.channel == channel)

    def _words(self, now: datetime) -> Iterator[LedgerEntry]:
        """Give what the parties say of marketing mail; a word already in the ledger is not repeated."""
        again = {
            home
            for party, home in zip(self.parties, self.homes, strict=True)
            if party.id in self.linked
        }
        known = consents.imported_words(again) if again else set()
        for party, home in zip(self.parties, self.homes, strict=True):
            if party.email_opt_in is None or (party.id, party.seen_at) in known:
                continue
            yield LedgerEntry(
                customer_id=home,
                channel="email",
                action=ConsentAction.GRANTED if party.email_opt_in else ConsentAction.WITHDRAWN,
                basis=ConsentBasis.OPT_IN,
                source=IMPORT,
                occurred_at=party.seen_at,
                proof={"party_id": party.id},
                wording_sha256=self._snapshot(party, now),
            )

    def _snapshot(self, party: PartyRecord, now: datetime) -> str | None:
        """Keep what the source said and that this is all the basis there is, once for each source."""
        said = party.source, bool(party.email_opt_in)
        if said not in self.snapshots:
            self.snapshots[said] = consents.keep_wording(words_of_import(*said), now)
        return self.snapshots[said]
