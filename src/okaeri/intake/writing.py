"""Staged orders into the database: contacts, orders and lines with change numbers, in bulk.

Everything here runs inside the caller's one transaction, behind the lock on the change counter:
1. `next_numbers(CHANGES, 0)` locks the counter, so that writers follow one another;
2. what is already stored is looked up by key, batch by batch;
3. new rows go in with ids reserved beforehand, changed rows are updated, equal rows are left alone.
"""

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db import connection

from okaeri.foundation.bulk import bulk_insert, db_instant
from okaeri.foundation.sequences import next_numbers
from okaeri.intake.models import Order, OrderLine, Party, Product

CHANGES = "intake.changes"
_LOOKUP = 20_000
_PARTY_COLUMNS = (
    "id", "fingerprint", "source", "member_no", "email", "email_key", "phone", "phone_key",
    "line_user_id", "family_name", "given_name", "family_kana", "given_kana", "postal_code",
    "prefecture", "address", "birth_on", "email_opt_in", "seen_at", "change_no",
)  # fmt: skip
_ORDER_COLUMNS = (
    "id", "source", "order_no", "party_id", "ordered_at", "ordered_on", "status", "is_purchase",
    "is_trial", "currency", "lines_minor", "discount_minor", "points_minor", "shipping_minor",
    "refunded_minor", "total_minor", "net_minor", "margin_minor", "subscription_no", "delivery_no",
    "media_code", "shipped_on", "delivered_on", "extra", "content_hash", "change_no",
)  # fmt: skip
_LINE_COLUMNS = (
    "order_id", "line_no", "sku", "product_name", "quantity", "unit_price_minor", "amount_minor",
    "cost_minor",
)  # fmt: skip
_UNKNOWN_COST = -(2**62)


@dataclass(frozen=True, slots=True)
class Staged:
    """What is to be stored, readable more than once where it says so."""

    parties: Iterable[pa.RecordBatch]
    orders: Iterable[pa.RecordBatch]
    # Called twice: for what lines say of their orders, and to write them.
    lines: Callable[[], Iterable[pa.RecordBatch]]
    order_count: int


@dataclass(slots=True)
class Counts:
    new: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass(slots=True)
class Goods:
    """What the shop's products say of orders, by order ref; empty where no product says anything."""

    cost: array  # type: ignore[type-arg]
    only_trials: bytearray
    only_samples: bytearray
    costs: dict[str, int | None]


def write(staged: Staged, seen_at: datetime, progress: Callable[[int], None] | None) -> Counts:
    """Store everything; gives how many orders were new, changed and equal."""
    next_numbers(CHANGES, 0)
    party_ids = write_parties(staged.parties, seen_at)
    goods = weigh_goods(staged.lines(), staged.order_count)
    ids = array("q", bytes(8 * staged.order_count))
    counts = Counts()
    changed: list[int] = []
    for batch in staged.orders:
        _write_orders(batch, party_ids, goods, ids, counts, changed)
        if progress:
            progress(batch.num_rows)
    for chunk in _chunks(changed, 900):
        OrderLine.objects.filter(order_id__in=chunk).delete()
    for batch in staged.lines():
        _write_lines(batch, ids, goods)
        if progress:
            progress(0)
    return counts


# ---- contacts ----------------------------------------------------------------------------------


def write_parties(batches: Iterable[pa.RecordBatch], seen_at: datetime) -> array:  # type: ignore[type-arg]
    """Store contacts that are not there yet; gives party no → id."""
    ids = array("q")
    is_empty = not Party.objects.exists()
    seen = db_instant(seen_at)
    for batch in batches:
        prints = batch["fingerprint"].to_pylist()
        known = {} if is_empty else stored(Party, "fingerprint", prints, ("id",))
        fresh = [i for i, key in enumerate(prints) if key not in known]
        numbers = next_numbers(CHANGES, len(fresh))
        fresh_ids = reserve_ids(Party._meta.db_table, len(fresh))
        part = batch.take(pa.array(fresh, pa.int64())) if known else batch
        columns = [part[name].to_pylist() for name in _PARTY_COLUMNS[1:16]]
        columns += [_days(part["birth_on"]), part["email_opt_in"].to_pylist(), [seen] * len(fresh)]
        bulk_insert(
            Party._meta.db_table, _PARTY_COLUMNS, zip(fresh_ids, *columns, numbers, strict=True)
        )
        known |= {prints[i]: (new,) for i, new in zip(fresh, fresh_ids, strict=True)}
        ids.extend([known[key][0] for key in prints])
    return ids


# ---- orders ------------------------------------------------------------------------------------


def _write_orders(
    batch: pa.RecordBatch,
    party_ids: Sequence[int],
    goods: Goods,
    ids: Any,  # noqa: ANN401 - an array of 64-bit ids by order ref
    counts: Counts,
    changed: list[int],
) -> None:
    numbers, hashes = batch["order_no"].to_pylist(), batch["content_hash"].to_pylist()
    sources = batch["source"].to_pylist()
    refs = batch["order_ref"].to_pylist()
    known: dict[tuple[str, str], tuple[int, str]] = {}
    for source in set(sources):
        if Order.objects.filter(source=source).exists():
            found = stored(Order, "order_no", numbers, ("id", "content_hash"), source)
            known |= {(source, number): row for number, row in found.items()}
    fresh, updated, old_ids = _sorted_out(sources, numbers, hashes, known)
    counts.new += len(fresh)
    counts.updated += len(updated)
    counts.unchanged += len(refs) - len(fresh) - len(updated)
    new_ids = reserve_ids(Order._meta.db_table, len(fresh))
    for i, new_id in zip(fresh, new_ids, strict=True):
        ids[refs[i]] = new_id
    for i, old_id in zip(updated, old_ids, strict=True):
        ids[refs[i]] = old_id
    changed.extend(old_ids)
    part = batch if len(fresh) == len(refs) else batch.take(pa.array(fresh, pa.int64()))
    bulk_insert(Order._meta.db_table, _ORDER_COLUMNS, _order_rows(part, new_ids, party_ids, goods))
    if updated:
        part = batch.take(pa.array(updated, pa.int64()))
        _update_orders(_order_rows(part, old_ids, party_ids, goods))


def _sorted_out(
    sources: list[str],
    numbers: list[str],
    hashes: list[str],
    known: dict[tuple[str, str], tuple[int, str]],
) -> tuple[list[int], list[int], list[int]]:
    """Give positions of new orders, positions of changed orders, and the changed orders' ids."""
    if not known:
        return list(range(len(numbers))), [], []
    fresh, updated, old_ids = [], [], []
    for i, key in enumerate(zip(sources, numbers, strict=True)):
        row = known.get(key)
        if row is None:
            fresh.append(i)
        elif row[1] != hashes[i]:
            updated.append(i)
            old_ids.append(row[0])
    return fresh, updated, old_ids


def _order_rows(
    part: pa.RecordBatch, ids: Sequence[int], party_ids: Sequence[int], goods: Goods
) -> Iterator[tuple[Any, ...]]:
    refs = part["order_ref"].to_pylist()
    nets, purchases = part["net_minor"].to_pylist(), part["is_purchase"].to_pylist()
    samples, trials, cost = goods.only_samples, goods.only_trials, goods.cost
    if goods.costs:
        purchases = [
            bool(counts and not samples[ref]) for ref, counts in zip(refs, purchases, strict=True)
        ]
        margins = [_margin(n, cost[r], p) for n, r, p in zip(nets, refs, purchases, strict=True)]
        is_trial: Iterable[bool] = [bool(trials[ref]) for ref in refs]
    else:
        margins, is_trial = [None] * len(refs), [False] * len(refs)
    parties = [None if n is None else party_ids[n] for n in part["party_no"].to_pylist()]
    texts = {name: part[name].to_pylist() for name in _PLAIN}
    columns = {
        **texts, "id": ids, "party_id": parties, "ordered_at": _instants(part["ordered_at"]),
        "ordered_on": _days(part["ordered_on"]), "is_purchase": purchases, "is_trial": is_trial,
        "margin_minor": margins, "net_minor": nets, "shipped_on": _days(part["shipped_on"]),
        "delivered_on": _days(part["delivered_on"]), "change_no": next_numbers(CHANGES, len(refs)),
    }  # fmt: skip
    return zip(*(columns[name] for name in _ORDER_COLUMNS), strict=True)


_PLAIN = (
    "source", "order_no", "status", "currency", "lines_minor", "discount_minor", "points_minor",
    "shipping_minor", "refunded_minor", "total_minor", "subscription_no", "delivery_no",
    "media_code", "extra", "content_hash",
)  # fmt: skip


def _margin(net: int, cost: int, counts: bool) -> int | None:
    """Net minus cost; None while a cost is unknown; goods of orders that do not count came back."""
    if cost <= _UNKNOWN_COST:
        return None
    return net - cost if counts or net else 0


def _update_orders(rows: Iterable[tuple[Any, ...]]) -> None:
    sets = ", ".join(f'"{name}" = %s' for name in _ORDER_COLUMNS[1:])
    sql = f'UPDATE "{Order._meta.db_table}" SET {sets} WHERE "id" = %s'  # noqa: S608 - own names
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(*row[1:], row[0]) for row in rows])


# ---- lines -------------------------------------------------------------------------------------


def weigh_goods(batches: Iterable[pa.RecordBatch], orders: int) -> Goods:
    """Sum costs and look for orders of nothing but trials or samples."""
    products = {
        sku: (cost, is_trial, is_sample)
        for sku, cost, is_trial, is_sample in Product.objects.values_list(
            "sku", "cost_minor", "is_trial", "is_sample"
        )
    }
    costs = {sku: row[0] for sku, row in products.items()}
    if not products:
        return Goods(array("q"), bytearray(), bytearray(), {})
    goods = Goods(
        array("q", bytes(8 * orders)), bytearray(b"\1") * orders, bytearray(b"\1") * orders, costs
    )
    unknown = (None, False, False)
    for batch in batches:
        names = ("order_ref", "sku", "quantity")
        for ref, sku, pieces in zip(*(batch[n].to_pylist() for n in names), strict=True):
            cost, is_trial, is_sample = products.get(sku, unknown)
            if cost is None:
                goods.cost[ref] = _UNKNOWN_COST
            elif goods.cost[ref] > _UNKNOWN_COST:
                goods.cost[ref] += cost * pieces
            if not is_sample:
                goods.only_samples[ref] = 0
                if not is_trial:
                    goods.only_trials[ref] = 0
    for ref, is_sample_only in enumerate(goods.only_samples):
        if is_sample_only:
            goods.only_trials[ref] = 0
    return goods


def _write_lines(batch: pa.RecordBatch, ids: Sequence[int], goods: Goods) -> None:
    order_ids = list(map(ids.__getitem__, batch["order_ref"].to_pylist()))
    if 0 in order_ids:
        kept = [i for i, order_id in enumerate(order_ids) if order_id]
        batch = batch.take(pa.array(kept, pa.int64()))
        order_ids = [order_ids[i] for i in kept]
    columns = [batch[name].to_pylist() for name in _LINE_COLUMNS[1:7]]
    costs = list(map(goods.costs.get, columns[1]))
    bulk_insert(
        OrderLine._meta.db_table, _LINE_COLUMNS, zip(order_ids, *columns, costs, strict=True)
    )


# ---- both databases ----------------------------------------------------------------------------


def stored(
    model: type[Party] | type[Order],
    key: str,
    values: Sequence[str],
    wanted: tuple[str, ...],
    source: str | None = None,
) -> dict[str, tuple[Any, ...]]:
    """Give key → `wanted` columns of the rows whose `key` is among `values`."""
    names = ", ".join(f'"{name}"' for name in (key, *wanted))
    is_postgres = connection.vendor == "postgresql"
    among = "= ANY(%s)" if is_postgres else "IN (SELECT value FROM json_each(%s))"
    sql = f'SELECT {names} FROM "{model._meta.db_table}" WHERE "{key}" {among}'  # noqa: S608
    found: dict[str, tuple[Any, ...]] = {}
    with connection.cursor() as cursor:
        for chunk in _chunks(values):
            arguments: list[Any] = [list(chunk) if is_postgres else json.dumps(list(chunk))]
            if source is not None:
                cursor.execute(f'{sql} AND "source" = %s', [*arguments, source])
            else:
                cursor.execute(sql, arguments)
            found.update((row[0], row[1:]) for row in cursor.fetchall())
    return found


def reserve_ids(table: str, count: int) -> Sequence[int]:
    """Give `count` ids that nobody else will get, in the open transaction."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [f'"{table}"', count],
            )
            return [row[0] for row in cursor.fetchall()]
        # The transaction holds SQLite's only write lock; inserting moves the table's counter on.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
    first = (row[0] if row else 0) + 1
    return range(first, first + count)


def _instants(column: pa.Array) -> list[Any]:
    texts = column.cast(pa.string())
    if connection.vendor == "sqlite":
        return list(texts.to_pylist())
    return [f"{text}+00" for text in texts.to_pylist()]


def _days(column: pa.Array) -> list[str | None]:
    return list(column.cast(pa.string()).to_pylist())


def _chunks(values: Sequence[Any], size: int = _LOOKUP) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
