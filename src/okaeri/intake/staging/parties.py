"""The distinct contacts of one file or one batch of live orders, in columns."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from okaeri.intake.domain.contacts import read_parties
from okaeri.intake.domain.keys import email_key, phone_key
from okaeri.intake.domain.malls import for_analysis, is_masked
from okaeri.intake.domain.orders import NO_PARTY, party_fingerprint
from okaeri.intake.domain.staging import PARTIES
from okaeri.intake.types import PartyIn

Columns = dict[str, list[Any]]


class Parties:
    """The distinct contacts of a file, numbered in the order they appear."""

    def __init__(self, source: str, *, is_analysis_only: bool = False) -> None:
        self.source, self._is_analysis_only = source, is_analysis_only
        self._numbers: dict[bytes, int | None] = {}
        self._fresh: list[tuple[str, PartyIn]] = []
        self._registered: dict[int, datetime] = {}
        self.fingerprints: list[str] = []

    def numbers_of_cells(
        self, fields: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> list[int | None]:
        """Give the numbers of the contacts that raw cells describe; None where they say nothing."""
        texts = map("\x1f".join, rows)
        keys = [hashlib.blake2b(text.encode(), digest_size=12).digest() for text in texts]
        pairs = zip(keys, rows, strict=True)
        unread = {key: cells for key, cells in pairs if key not in self._numbers}
        for key, party in zip(unread, read_parties(fields, list(unread.values())), strict=True):
            self._numbers[key] = self.number_of(party)
        return list(map(self._numbers.__getitem__, keys))

    def number_of(self, party: PartyIn) -> int | None:
        """Give the number of a contact that is already read."""
        if self._is_analysis_only or is_masked(party.email):
            party = for_analysis(party)
        if party == NO_PARTY:
            return None
        fingerprint = party_fingerprint(self.source, party)
        key = bytes.fromhex(fingerprint)[:16]
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.fingerprints)
            self.fingerprints.append(fingerprint)
            self._fresh.append((fingerprint, party))
        if party.registered_at is not None:
            self.note_registered(number, party.registered_at)
        return number

    def note_registered(self, number: int, at: datetime) -> None:
        """Keep when a contact's source registered it; of several instants the earliest."""
        self._registered[number] = min(at, self._registered.get(number, at))

    def _registered_second(self, number: int) -> int | None:
        at = self._registered.get(number)
        return None if at is None else int(at.timestamp())

    def adopt(self, fingerprints: Sequence[str]) -> tuple[list[int], list[int]]:
        """Number contacts read elsewhere; gives their numbers, and the positions of unknown ones."""
        numbers, fresh = [], []
        for position, fingerprint in enumerate(fingerprints):
            key = bytes.fromhex(fingerprint)[:16]
            number = self._numbers.get(key)
            if number is None:
                number = self._numbers[key] = len(self.fingerprints)
                self.fingerprints.append(fingerprint)
                fresh.append(position)
            numbers.append(number)
        return numbers, fresh

    def take_new(self) -> Columns:
        """Give the contacts found since the last call, as columns of `staging.PARTIES`."""
        first = len(self.fingerprints) - len(self._fresh)
        rows = [
            (
                first + i, fingerprint, self.source, p.member_no, p.email, email_key(p.email),
                p.phone, phone_key(p.phone), p.line_user_id, p.family_name, p.given_name,
                p.family_kana, p.given_kana, p.postal_code, p.prefecture, p.address, p.birth_on,
                p.email_opt_in, None, None, self._registered_second(first + i), None,
            )
            for i, (fingerprint, p) in enumerate(self._fresh)
        ]  # fmt: skip
        self._fresh = []
        columns = zip(*rows, strict=True) if rows else ([] for _ in PARTIES.names)
        return dict(zip(PARTIES.names, map(list, columns), strict=True))
