"""Orders: which are new, which changed, and their rows."""

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from okaeri.foundation.bulk import insert_columns
from okaeri.foundation.sequences import next_numbers
from okaeri.foundation.settings import load
from okaeri.intake.counting_types import StatusRules
from okaeri.intake.domain.orders import AMOUNTS, is_purchase, net_of, settle_status
from okaeri.intake.models import LatestWord, Order, OrderLine
from okaeri.intake.writing.goods import Goods, margin
from okaeri.intake.writing.rows import (
    CHANGES,
    Counts,
    as_instant,
    chunks,
    days,
    instants,
    reserve_ids,
    stored,
    update,
)

_TABLE = Order._meta.db_table
_PLAIN = (
    "source", "order_no", "status", "status_word", "currency", "lines_minor", "lines_tax_minor",
    "discount_minor", "points_minor", "shipping_minor", "refunded_minor", "total_minor",
    "subscription_no", "delivery_no", "media_code", "extra", "content_hash",
)  # fmt: skip


class OrderWriter:
    """Writes batches of orders; afterwards `ids` holds the id of every order ref (0: unchanged)."""

    def __init__(
        self,
        party_ids: Sequence[int],
        goods: Goods,
        order_count: int,
        said_until: datetime | None = None,
    ) -> None:
        self.ids = array("q", bytes(8 * order_count))
        self.counts = Counts()
        self._party_ids = party_ids
        self._goods = goods
        self._said_until = said_until
        self._changed: list[int] = []
        # What this transaction writes itself comes once, so only earlier orders are looked up.
        self._has_orders = Order.objects.exists()
        self._words = load(StatusRules).words

    def write(self, batch: pa.RecordBatch) -> None:
        """Insert the batch's new orders and update its changed ones."""
        refs = batch["order_ref"].to_pylist()
        fresh, updated, old_ids = self._sorted_out(batch)
        self.counts.new += len(fresh)
        self.counts.updated += len(updated)
        self.counts.unchanged += len(refs) - len(fresh) - len(updated)
        new_ids = reserve_ids(_TABLE, len(fresh))
        for i, order_id in zip([*fresh, *updated], [*new_ids, *old_ids], strict=True):
            self.ids[refs[i]] = order_id
        self._changed.extend(old_ids)
        part = batch if len(fresh) == len(refs) else batch.take(pa.array(fresh, pa.int64()))
        insert_columns(_TABLE, self._columns(part, new_ids))
        if updated:
            part = batch.take(pa.array(updated, pa.int64()))
            columns = self._columns(part, old_ids)
            update(_TABLE, list(columns), zip(*columns.values(), strict=True))

    def remove_old_lines(self) -> None:
        """Delete the lines of changed orders; all their lines are written anew."""
        for chunk in chunks(self._changed, 900):
            OrderLine.objects.filter(order_id__in=chunk).delete()

    def _sorted_out(self, batch: pa.RecordBatch) -> tuple[Sequence[int], list[int], list[int]]:
        """Give positions of new orders, positions of changed orders, and the changed orders' ids."""
        known = self._known(batch)
        if not known:
            return range(batch.num_rows), [], []
        fresh, updated, old_ids = [], [], []
        names = ("source", "order_no", "content_hash")
        rows = zip(*(batch[name].to_pylist() for name in names), strict=True)
        for i, (source, number, content) in enumerate(rows):
            row = known.get((source, number))
            if row is None:
                fresh.append(i)
            elif row[1] != content:
                updated.append(i)
                old_ids.append(row[0])
        late = self._known_better(batch, updated)
        return (
            fresh,
            [i for i in updated if i not in late],
            [old for i, old in zip(updated, old_ids, strict=True) if i not in late],
        )

    def _known_better(self, batch: pa.RecordBatch, changed: Sequence[int]) -> set[int]:
        """Give positions of orders of which a live source told something newer than the file knows.

        A file says of an order what was true when the order was changed last, where it says when; else
        at its own newest order. What a live source told of a later change stays.
        """
        if self._said_until is None or not changed:
            return set()
        names = ("source", "order_no", "updated_at")
        rows = {i: tuple(batch[name][i].as_py() for name in names) for i in changed}
        told: dict[tuple[str, str], datetime] = {}
        for source in {source for source, _, _ in rows.values()}:
            numbers = [number for own, number, _ in rows.values() if own == source]
            found = stored(LatestWord, "order_no", numbers, ("changed_at",), source)
            told |= {(source, number): as_instant(at) for number, (at,) in found.items()}
        return {
            i
            for i, (source, number, updated_at) in rows.items()
            if (source, number) in told
            and told[source, number] > (_utc(updated_at) or self._said_until)
        }

    def _known(self, batch: pa.RecordBatch) -> dict[tuple[str, str], tuple[Any, ...]]:
        known: dict[tuple[str, str], tuple[Any, ...]] = {}
        for source in batch["source"].unique().to_pylist() if self._has_orders else ():
            numbers = batch["order_no"].to_pylist()
            found = stored(Order, "order_no", numbers, ("id", "content_hash"), source)
            known |= {(source, number): row for number, row in found.items()}
        return known

    def _columns(self, part: pa.RecordBatch, ids: Sequence[int]) -> dict[str, Sequence[Any]]:
        ours = self._party_ids
        part = self._by_the_shops_words(part)
        parties = [None if n is None else ours[n] for n in part["party_no"].to_pylist()]
        return {
            "id": ids, "party_id": parties, "ordered_at": instants(part["ordered_at"]),
            "ordered_on": days(part["ordered_on"]), "shipped_on": days(part["shipped_on"]),
            "delivered_on": days(part["delivered_on"]),
            **{name: part[name].to_pylist() for name in _PLAIN}, **self._weighed(part),
            "change_no": next_numbers(CHANGES, len(ids)),
        }  # fmt: skip

    def _by_the_shops_words(self, part: pa.RecordBatch) -> pa.RecordBatch:
        """Let the shop's own meaning of a source's status word stand above the connector's."""
        if not self._words:
            return part
        named = zip(part["source"].to_pylist(), part["status_word"].to_pylist(), strict=True)
        meant = [self._words.get(key) if key[1] else None for key in named]
        if not any(meant):
            return part
        lines = part["lines_minor"].to_pylist()
        told = zip(meant, part["status"].to_pylist(), lines, strict=True)
        state = [settle_status(own, goods) if own else status for own, status, goods in told]
        amounts = [part[name].to_pylist() for name in AMOUNTS]
        columns = {
            "status": state,
            "net_minor": list(map(net_of, state, lines, *amounts)),
            "is_purchase": list(map(is_purchase, state, lines, *amounts)),
        }
        for name, values in columns.items():
            place = part.schema.get_field_index(name)
            field = part.schema.field(name)
            part = part.set_column(place, field, pa.array(values, field.type))
        return part

    def _weighed(self, part: pa.RecordBatch) -> dict[str, Sequence[Any]]:
        """Give the columns on which the shop's products have a word."""
        goods, refs = self._goods, part["order_ref"].to_pylist()
        nets, purchases = part["net_minor"].to_pylist(), part["is_purchase"].to_pylist()
        margins: list[int | None] = [None] * len(refs)
        is_trial = [False] * len(refs)
        if goods.costs:
            samples = goods.only_samples
            purchases = [
                counts and not samples[r] for r, counts in zip(refs, purchases, strict=True)
            ]
            margins = [
                margin(net, goods.cost_of(r), counts)
                for net, r, counts in zip(nets, refs, purchases, strict=True)
            ]
            is_trial = [bool(goods.only_trials[r]) for r in refs]
        return {
            "net_minor": nets,
            "is_purchase": purchases,
            "margin_minor": margins,
            "is_trial": is_trial,
        }


def _utc(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.replace(tzinfo=UTC)
