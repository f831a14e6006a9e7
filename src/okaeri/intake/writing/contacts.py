"""Contacts that are new, and contacts that are seen again with a later order."""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

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
_TIMES = ("stated_at", "known_at", "registered_at")
_PLAIN = tuple(name for name in PARTIES.names if name not in ("party_no", *_TIMES, "extra"))
_NEVER, _NOT_YET = -(2**62), 2**62
_Seconds = npt.NDArray[np.int64]
_KEPT = ("id", "seen_at", "known_at", "registered_at")


class OrderSpans(NamedTuple):
    """Epoch seconds of each contact's first and last order, by party no."""

    first: _Seconds
    last: _Seconds


def order_spans(batches: Iterable[pa.RecordBatch]) -> OrderSpans:
    """Find the first and last order of every contact; the order of the rows does not matter."""
    first: _Seconds = np.empty(0, np.int64)
    last: _Seconds = np.empty(0, np.int64)
    for batch in batches:
        known = batch.filter(pc.is_valid(batch["party_no"]))
        if not known.num_rows:
            continue
        numbers = known["party_no"].to_numpy()
        missing = int(numbers.max()) + 1 - len(last)
        if missing > 0:
            # Twice what is needed, so that growing stays rare.
            missing += len(last)
            first = np.append(first, np.full(missing, _NOT_YET))
            last = np.append(last, np.full(missing, _NEVER))
        seconds = known["ordered_at"].cast(pa.timestamp("s")).cast(pa.int64()).to_numpy()
        np.minimum.at(first, numbers, seconds)
        np.maximum.at(last, numbers, seconds)
    return OrderSpans(first, last)


class _Times(NamedTuple):
    """What a file or a live source tells of when: three columns by row, in epoch seconds."""

    seen: list[int | None]
    known: list[int]
    registered: list[int | None]


def write_parties(
    batches: Iterable[pa.RecordBatch], spans: OrderSpans | None, now: datetime
) -> array:  # type: ignore[type-arg]
    """Store contacts that are new, and since when and until when they were seen; gives party no → id.

    A contact is seen when it orders. One that is known and now seen later gets the later instant and
    a new change number, so that a repeated refusal or consent is heard again; so does one that turns
    out to be known, or registered, earlier. What a file of customers has in columns nobody knows
    replaces what an earlier one had.
    """
    ids = array("q")
    is_empty = not Party.objects.exists()
    for batch in batches:
        prints = batch["fingerprint"].to_pylist()
        times = _times(batch, spans, now)
        known = {} if is_empty else stored(Party, "fingerprint", prints, _KEPT)
        fresh = [i for i, key in enumerate(prints) if key not in known]
        fresh_ids = reserve_ids(_TABLE, len(fresh))
        part = batch.take(pa.array(fresh, pa.int64())) if known else batch
        seen = [times.seen[i] or int(now.timestamp()) for i in fresh]
        _insert(part, fresh_ids, seen, [times.known[i] for i in fresh])
        _see_again(
            (known[key], told) for key, *told in zip(prints, *times, strict=True) if key in known
        )
        if known:
            _replace_extra(known, zip(prints, batch["extra"].to_pylist(), strict=True))
        by_print = {prints[i]: new for i, new in zip(fresh, fresh_ids, strict=True)}
        ids.extend([known[key][0] if key in known else by_print[key] for key in prints])
    return ids


def _times(batch: pa.RecordBatch, spans: OrderSpans | None, now: datetime) -> _Times:
    """Give when each contact was last seen, since when it is known, and when it was registered.

    One without orders was last seen when its file says so.
    """
    numbers = batch["party_no"].to_numpy()
    stated, _, registered = (_seconds(batch, name).to_pylist() for name in _TIMES)
    first = _of_numbers(None if spans is None else spans.first, numbers, _NOT_YET)
    for name in _TIMES:
        told = pc.fill_null(_seconds(batch, name), _NOT_YET).to_numpy()
        first = np.minimum(first, told)
    known = np.minimum(first, int(now.timestamp()))
    last = _of_numbers(None if spans is None else spans.last, numbers, _NEVER)
    pairs = zip(last.tolist(), stated, strict=True)
    seen = [said if second == _NEVER else second for second, said in pairs]
    return _Times(seen, known.tolist(), registered)


def _seconds(batch: pa.RecordBatch, name: str) -> pa.Array:
    return batch[name].cast(pa.timestamp("s")).cast(pa.int64())


def _of_numbers(by_number: _Seconds | None, numbers: _Seconds, otherwise: int) -> _Seconds:
    found = np.full(len(numbers), otherwise)
    if by_number is not None:
        has_ordered = numbers < len(by_number)
        found[has_ordered] = by_number[numbers[has_ordered]]
    return found


def _insert(part: pa.RecordBatch, ids: Sequence[int], seen: list[int], known: list[int]) -> None:
    columns: dict[str, Sequence[Any]] = {"id": ids}
    columns |= {name: part[name].to_pylist() for name in _PLAIN}
    columns["extra"] = pc.fill_null(part["extra"], "{}").to_pylist()
    columns["birth_on"] = days(part["birth_on"])
    columns["seen_at"] = instants(pa.array(seen, pa.int64()).cast(pa.timestamp("s")))
    columns["known_at"] = instants(pa.array(known, pa.int64()).cast(pa.timestamp("s")))
    columns["registered_at"] = instants(part["registered_at"])
    columns["change_no"] = next_numbers(CHANGES, len(ids))
    insert_columns(_TABLE, columns)


def _see_again(found: Iterable[tuple[tuple[Any, ...], Sequence[int | None]]]) -> None:
    """Store later last and earlier first words of contacts that are known."""
    changed: dict[int, tuple[int | None, ...]] = {}
    for (party_id, *kept), told in found:
        before = changed.get(party_id) or tuple(map(_second, kept))
        after = (_pick(max, before[0], told[0]), *map(_earlier, before[1:], told[1:]))
        if after != before:
            changed[party_id] = after
    numbers = next_numbers(CHANGES, len(changed)) if changed else ()
    rows = [
        (party_id, *map(_instant, times), number)
        for (party_id, times), number in zip(changed.items(), numbers, strict=True)
    ]
    if rows:
        update(_TABLE, (*_KEPT, "change_no"), rows)


def _pick(better: Callable[[int, int], int], before: int | None, told: int | None) -> int | None:
    if before is None or told is None:
        return told if before is None else before
    return better(before, told)


def _earlier(before: int | None, told: int | None) -> int | None:
    return _pick(min, before, told)


def _replace_extra(
    known: Mapping[str, tuple[Any, ...]], said: Iterable[tuple[str, str | None]]
) -> None:
    """Store the unknown columns of contacts that are known, where a file has any."""
    rows = [(known[key][0], extra) for key, extra in said if key in known and extra is not None]
    if rows:
        update(_TABLE, ("id", "extra"), rows)


def _second(stored_at: Any) -> int | None:  # noqa: ANN401 - what the driver gives
    return None if stored_at is None else int(as_instant(stored_at).timestamp())


def _instant(second: int | None) -> Any:  # noqa: ANN401 - what the driver takes
    return None if second is None else db_instant(datetime.fromtimestamp(second, UTC))
