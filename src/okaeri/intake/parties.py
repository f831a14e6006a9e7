"""The distinct contacts of one file or one batch of live orders, in columns."""

import hashlib
from collections.abc import Sequence
from typing import Any

from okaeri.intake.domain.contacts import read_party
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
        self.fingerprints: list[str] = []

    def number_of_cells(self, fields: Sequence[str], cells: Sequence[str]) -> int | None:
        """Give the number of the contact that raw cells describe; None where they say nothing."""
        key = hashlib.blake2b("\x1f".join(cells).encode(), digest_size=12).digest()
        try:
            return self._numbers[key]
        except KeyError:
            party = read_party(_first_filled(fields, cells))
            number = self._numbers[key] = self.number_of(party)
            return number

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
        return number

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
                p.email_opt_in, None,
            )
            for i, (fingerprint, p) in enumerate(self._fresh)
        ]  # fmt: skip
        self._fresh = []
        columns = zip(*rows, strict=True) if rows else ([] for _ in PARTIES.names)
        return dict(zip(PARTIES.names, map(list, columns), strict=True))


def _first_filled(fields: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for field, cell in zip(fields, cells, strict=True):
        if cell and not found.get(field):
            found[field] = cell
    return found
