"""Contacts that are new, and contacts that are seen again with a later order."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from okaeri.foundation.bulk import db_instant, insert_columns
from okaeri.foundation.sequences import next_numbers
from okaeri.intake.domain.staging import PARTIES
from okaeri.intake.models import Party
from okaeri.intake.writing.rows import (
    CHANGES,
    as_instant,
    days,
    instants,
    reserve_ids,
    stored,
    update,
)

_TABLE = Party._meta.db_table
_PLAIN = tuple(name for name in PARTIES.names if name not in ("party_no", "stated_at", "extra"))
# Epoch second of each contact's latest order, by party no.
LastOrders = npt.NDArray[np.int64]
_NEVER = -(2**62)


def last_orders(batches: Iterable[pa.RecordBatch]) -> LastOrders:
    """Find the latest order of every contact; the order of the rows does not matter."""
    latest: LastOrders = np.empty(0, np.int64)
    for batch in batches:
        known = batch.filter(pc.is_valid(batch["party_no"]))
        if not known.num_rows:
            continue
        numbers = known["party_no"].to_numpy()
        missing = int(numbers.max()) + 1 - len(latest)
        if missing > 0:
            # Twice what is needed, so that growing stays rare.
            latest = np.append(latest, np.full(missing + len(latest), _NEVER))
        seconds = known["ordered_at"].cast(pa.timestamp("s")).cast(pa.int64())
        np.maximum.at(latest, numbers, seconds.to_numpy())
    return latest


def write_parties(
    batches: Iterable[pa.RecordBatch], latest: LastOrders | None, now: datetime
) -> array:  # type: ignore[type-arg]
    """Store contacts that are new, and when they were last seen; gives party no → id.

    A contact is seen when it orders. One that is known and now seen later gets the later instant and
    a new change number, so that a repeated refusal or consent is heard again. What a file of customers
    has in columns nobody knows replaces what an earlier one had.
    """
    ids = array("q")
    is_empty = not Party.objects.exists()
    for batch in batches:
        prints = batch["fingerprint"].to_pylist()
        stated = batch["stated_at"].cast(pa.timestamp("s")).cast(pa.int64()).to_pylist()
        seconds = _seen(batch["party_no"].to_numpy(), latest, stated)
        known = {} if is_empty else stored(Party, "fingerprint", prints, ("id", "seen_at"))
        fresh = [i for i, key in enumerate(prints) if key not in known]
        fresh_ids = reserve_ids(_TABLE, len(fresh))
        part = batch.take(pa.array(fresh, pa.int64())) if known else batch
        _insert(part, fresh_ids, [seconds[i] or int(now.timestamp()) for i in fresh])
        _see_again(
            (known[key], at) for key, at in zip(prints, seconds, strict=True) if key in known
        )
        if known:
            _replace_extra(known, zip(prints, batch["extra"].to_pylist(), strict=True))
        by_print = {prints[i]: new for i, new in zip(fresh, fresh_ids, strict=True)}
        ids.extend([known[key][0] if key in known else by_print[key] for key in prints])
    return ids


def _seen(
    numbers: npt.NDArray[np.int64], latest: LastOrders | None, stated: list[int | None]
) -> list[int | None]:
    """Give when each contact last ordered; one without orders was seen when its file says so."""
    if latest is None or not len(latest):
        return stated
    ordered = np.full(len(numbers), _NEVER)
    has_ordered = numbers < len(latest)
    ordered[has_ordered] = latest[numbers[has_ordered]]
    pairs = zip(ordered.tolist(), stated, strict=True)
    return [said if second == _NEVER else second for second, said in pairs]


def _insert(part: pa.RecordBatch, ids: Sequence[int], seen: list[int]) -> None:
    columns: dict[str, Sequence[Any]] = {"id": ids}
    columns |= {name: part[name].to_pylist() for name in _PLAIN}
    columns["extra"] = pc.fill_null(part["extra"], "{}").to_pylist()
    columns["birth_on"] = days(part["birth_on"])
    columns["seen_at"] = instants(pa.array(seen, pa.int64()).cast(pa.timestamp("s")))
    columns["change_no"] = next_numbers(CHANGES, len(ids))
    insert_columns(_TABLE, columns)


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


def _replace_extra(
    known: Mapping[str, tuple[Any, ...]], said: Iterable[tuple[str, str | None]]
) -> None:
    """Store the unknown columns of contacts that are known, where a file has any."""
    rows = [(known[key][0], extra) for key, extra in said if key in known and extra is not None]
    if rows:
        update(_TABLE, ("id", "extra"), rows)


def _instant(second: int | None) -> datetime | None:
    return None if second is None else datetime.fromtimestamp(second, UTC)
