"""Any file of orders that intake can read (own template, Shopify, EC-CUBE, saved mappings)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn, StagedFile
from okaeri_simulator.sources.source import Progress

_CHUNK = 2_000
_EMPTY = Text(
    "{file} に使える注文がありません。`okaeri analyse` で理由を確認してください。",
    "There is no usable order in {file}; `okaeri analyse` says why.",
)
_PARTY_FIELDS = (
    "member_no", "email", "phone", "line_user_id", "family_name", "given_name", "family_kana",
    "given_kana", "postal_code", "prefecture", "address", "birth_on", "email_opt_in",
)  # fmt: skip


@dataclass(frozen=True)
class OrderFile:
    """A file that was read whole and waits in columns. A `Source`."""

    name: str
    currency: str
    zone: ZoneInfo
    orders: pa.Table
    lines: pa.Table
    parties: pa.Table
    figures: Mapping[str, int | float] = field(default_factory=dict)

    @property
    def last_day(self) -> date:
        last: date = pc.max(self.orders["ordered_on"]).as_py()
        return last

    def import_history(self, folder: Path, live_from: date, progress: Progress) -> int:
        """Give the older orders to the product in portions; the number of orders."""
        start = _start_of(live_from, self.zone)
        older = self.orders.filter(pc.less(self.orders["ordered_at"], start))
        given = self._orders_in(older)
        done = 0
        while portion := list(islice(given, _CHUNK)):
            intake.record_orders(portion)
            done += len(portion)
            progress(done, older.num_rows)
        return done

    def live_orders(self, live_from: date) -> Iterator[OrderIn]:
        """Give the orders of `live_from` and later, oldest first."""
        start = _start_of(live_from, self.zone)
        newer = self.orders.filter(pc.greater_equal(self.orders["ordered_at"], start))
        return self._orders_in(newer)

    def _orders_in(self, orders: pa.Table) -> Iterator[OrderIn]:
        lines = _grouped(self.lines, orders["order_ref"])
        parties = {row["party_no"]: _party(row) for row in self.parties.to_pylist()}
        order_by = [("ordered_at", "ascending"), ("order_ref", "ascending")]
        for row in orders.sort_by(order_by).to_pylist():
            yield _order(row, parties, lines.get(row["order_ref"], ()))


def read_order_file(path: Path, currency: str, zone: ZoneInfo, progress: Progress) -> OrderFile:
    """Read a whole file through intake's door; raises InputError where it holds no order."""
    staged = intake.stage_file(path, currency=currency, zone=zone, progress=progress)
    try:
        return _loaded(path, staged, currency, zone)
    finally:
        intake.discard_staged(staged)


def _loaded(path: Path, staged: StagedFile, currency: str, zone: ZoneInfo) -> OrderFile:
    if not staged.orders:
        raise InputError(_EMPTY.format(file=path.name))
    return OrderFile(
        name=path.name,
        currency=currency,
        zone=zone,
        orders=pq.read_table(staged.orders_path),
        lines=pq.read_table(staged.lines_path),
        parties=pq.read_table(staged.parties_path),
    )


def _start_of(day: date, zone: ZoneInfo) -> pa.Scalar:
    start = datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None)
    return pa.scalar(start, pa.timestamp("s"))


def _grouped(lines: pa.Table, refs: pa.ChunkedArray) -> dict[int, list[LineIn]]:
    wanted = lines.filter(pc.is_in(lines["order_ref"], refs.combine_chunks()))
    found: dict[int, list[LineIn]] = {}
    for row in wanted.sort_by([("order_ref", "ascending"), ("line_no", "ascending")]).to_pylist():
        found.setdefault(row["order_ref"], []).append(
            LineIn(
                sku=row["sku"],
                product_name=row["product_name"],
                quantity=row["quantity"],
                unit_price_minor=row["unit_price_minor"],
                amount_minor=row["amount_minor"],
            )
        )
    return found


def _party(row: Mapping[str, Any]) -> PartyIn:
    return PartyIn(**{name: row[name] for name in _PARTY_FIELDS})


def _order(
    row: Mapping[str, Any], parties: Mapping[int, PartyIn], lines: list[LineIn] | tuple[()]
) -> OrderIn:
    return OrderIn(
        source=row["source"],
        order_no=row["order_no"],
        ordered_at=row["ordered_at"].replace(tzinfo=UTC),
        status=row["status"],
        party=parties.get(row["party_no"], PartyIn()),
        lines=tuple(lines),
        discount_minor=row["discount_minor"],
        points_minor=row["points_minor"],
        shipping_minor=row["shipping_minor"],
        refunded_minor=row["refunded_minor"],
        total_minor=row["total_minor"],
        currency=row["currency"],
        subscription_no=row["subscription_no"],
        delivery_no=row["delivery_no"],
        media_code=row["media_code"],
        shipped_on=row["shipped_on"],
        delivered_on=row["delivered_on"],
    )
