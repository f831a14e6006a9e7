"""Contacts that come without an order: who a subscription, an inquiry or a call is about."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from okaeri.intake.domain.cells import clean_text
from okaeri.intake.domain.staging import PARTIES
from okaeri.intake.staging.parties import Columns, Parties
from okaeri.intake.staging.sink import to_batch
from okaeri.intake.types import PartyIn
from okaeri.intake.writing.contacts import write_parties

_TEXTS = ("member_no", "email", "phone", "line_user_id", "family_name", "given_name",
          "family_kana", "given_kana", "postal_code", "prefecture", "address")  # fmt: skip
_LENGTHS = {"email": 254, "phone": 40, "line_user_id": 40, "postal_code": 10, "prefecture": 20,
            "address": 255}  # fmt: skip


class Contacts:
    """Contacts of several sources under one numbering, cleaned as a file's would be."""

    def __init__(self) -> None:
        self._by_source: dict[str, Parties] = {}
        self._order: dict[str, int] = {}

    def number_of(self, source: str, party: PartyIn) -> tuple[int | None, str]:
        """Give a contact's number and fingerprint; None and "" for one that says nothing."""
        parties = self._by_source.setdefault(source, Parties(source))
        number = parties.number_of(_cut(party))
        if number is None:
            return None, ""
        fingerprint = parties.fingerprints[number]
        return self._order.setdefault(fingerprint, len(self._order)), fingerprint

    def columns(self) -> Columns:
        """Give every contact's columns, ordered by the common number."""
        merged: Columns = {name: [] for name in PARTIES.names}
        for parties in self._by_source.values():
            for name, values in parties.take_new().items():
                merged[name] += values
        merged["party_no"] = [self._order[key] for key in merged["fingerprint"]]
        turn = sorted(range(len(self._order)), key=merged["party_no"].__getitem__)
        return {name: [values[i] for i in turn] for name, values in merged.items()}


def _cut(party: PartyIn) -> PartyIn:
    values: dict[str, Any] = {
        name: clean_text(getattr(party, name), _LENGTHS.get(name, 80)) for name in _TEXTS
    }
    return replace(party, **values)


def store_parties(
    given: Sequence[tuple[str, PartyIn, datetime]], now: datetime
) -> list[int | None]:
    """Store contacts (source, who, when the source said so) in the open transaction; gives their ids.

    None for a contact that says nothing. A known one that is heard later gets a new change number.
    """
    book = Contacts()
    numbers = [book.number_of(source, party)[0] for source, party, _ in given]
    said: dict[int, int] = {}
    first: dict[int, int] = {}
    for number, (_, _, at) in zip(numbers, given, strict=True):
        if number is not None:
            second = int(at.timestamp())
            said[number] = max(second, said.get(number, 0))
            first[number] = min(second, first.get(number, second))
    columns = book.columns()
    if not columns["party_no"]:
        return [None] * len(given)
    columns["stated_at"] = [said[number] for number in columns["party_no"]]
    columns["known_at"] = [first[number] for number in columns["party_no"]]
    ids = write_parties([to_batch(columns, PARTIES)], None, now)
    return [None if number is None else ids[number] for number in numbers]
