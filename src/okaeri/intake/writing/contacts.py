"""Contacts that are new, and contacts that are seen again with a later order."""

from array import array
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from okaeri.foundation.bulk import db_instant
from okaeri.foundation.sequences import next_numbers
from okaeri.intake.models import Party
from okaeri.intake.writing.rows import (
    CHANGES,
    as_instant,
    insert,
    instants,
    reserve_ids,
    stored,
    update,
)

_TABLE = Party._meta.db_table
_COLUMNS = (
    "id", "fingerprint", "source", "member_no", "email", "email_key", "phone", "phone_key",
    "line_user_id", "family_name", "given_name", "family_kana", "given_kana", "postal_code",
    "prefecture", "address", "birth_on", "email_opt_in", "seen_at", "change_no",
)  # fmt: skip
# Epoch second of each contact's latest order by party no; a contact without orders is left out.
LastOrders = dict[int, int]


def last_orders(batches: Iterable[pa.RecordBatch]) -> LastOrders:
    """Find the latest order of every contact; the order of the rows does not matter."""
    latest: LastOrders = {}
    for batch in batches:
        seconds = batch["ordered_at"].cast(pa.timestamp("s")).cast(pa.int64())
        pairs = pa.table({"party": batch["party_no"], "at": seconds}).drop_null()
        found = pairs.group_by("party").aggregate([("at", "max")])
        for party, at in zip(*(found[n].to_pylist() for n in ("party", "at_max")), strict=True):
            if at > latest.get(party, at - 1):
                latest[party] = at
    return latest


def write_parties(batches: Iterable[pa.RecordBatch], latest: LastOrders, now: datetime) -> array:  # type: ignore[type-arg]
    """Store contacts that are new, and when they were last seen; gives party no → id.

    A contact is seen when it orders. One that is known and now seen later gets the later instant and
    a new change number, so that a repeated refusal or consent is heard again.
    """
    ids = array("q")
    is_empty = not Party.objects.exists()
    for batch in batches:
        prints = batch["fingerprint"].to_pylist()
        stated = batch["stated_at"].cast(pa.timestamp("s")).cast(pa.int64()).to_pylist()
        numbers = batch["party_no"].to_pylist()
        seconds = [latest.get(n, at) for n, at in zip(numbers, stated, strict=True)]
        known = {} if is_empty else stored(Party, "fingerprint", prints, ("id", "seen_at"))
        fresh = [i for i, key in enumerate(prints) if key not in known]
        fresh_ids = reserve_ids(_TABLE, len(fresh))
        part = batch.take(pa.array(fresh, pa.int64())) if known else batch
        _insert(part, fresh_ids, [seconds[i] or int(now.timestamp()) for i in fresh])
        _see_again(
            (known[key], at) for key, at in zip(prints, seconds, strict=True) if key in known
        )
        by_print = {prints[i]: new for i, new in zip(fresh, fresh_ids, strict=True)}
        ids.extend([known[key][0] if key in known else by_print[key] for key in prints])
    return ids


def _insert(part: pa.RecordBatch, ids: Sequence[int], seen: list[int]) -> None:
    columns = [part[name].to_pylist() for name in _COLUMNS[1:18]]
    stamps = instants(pa.array(seen, pa.int64()).cast(pa.timestamp("s")))
    rows = zip(ids, *columns, stamps, next_numbers(CHANGES, len(ids)), strict=True)
    insert(_TABLE, _COLUMNS, rows)


def _see_again(found: Iterable[tuple[tuple[Any, ...], int | None]]) -> None:
    later: dict[int, datetime] = {}
    for (party_id, seen_at), second in found:
        instant = _instant(second)
        if instant and instant > as_instant(seen_at):
            later[party_id] = max(instant, later.get(party_id, instant))
    numbers = next_numbers(CHANGES, len(later)) if later else ()
    rows = [
        (party_id, db_instant(instant), number)
        for (party_id, instant), number in zip(later.items(), numbers, strict=True)
    ]
    if rows:
        update(_TABLE, ("id", "seen_at", "change_no"), rows)


def _instant(second: int | None) -> datetime | None:
    return None if second is None else datetime.fromtimestamp(second, UTC)
