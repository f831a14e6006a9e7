"""Lines of orders in one shape, split at a day: what came before as a file, the rest day by day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from okaeri.foundation.money import to_minor
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri_simulator.sources.source import Progress

# One row per line; `ordered_at` is the shop's wall time, `amount` and `unit_price` decimal text.
LINES = pa.schema(
    [
        ("order_no", pa.string()),
        ("ordered_at", pa.timestamp("s")),
        ("sku", pa.string()),
        ("product_name", pa.string()),
        ("quantity", pa.int64()),
        ("unit_price", pa.string()),
        ("member_no", pa.string()),
    ]
)
MAPPING = {name: name for name in LINES.names}
# Every row of a file read through a mapping belongs to this source.
SOURCE = "mapped"
RETURN_PREFIX = "C"


@dataclass(frozen=True)
class LineTable:
    """A real history as one table of lines (schema LINES, oldest first). A `Source`."""

    name: str
    lines: pa.Table
    currency: str
    zone: ZoneInfo
    figures: Mapping[str, int | float]

    @property
    def last_day(self) -> date:
        last: datetime = pc.max(self.lines["ordered_at"]).as_py()
        return last.date()

    def import_history(self, folder: Path, live_from: date, progress: Progress) -> int:
        """Give everything before `live_from` to the product as one file; the number of orders."""
        path = folder / "history.csv"
        self.write_history(path, live_from)
        result = intake.import_file(
            path, connector=SOURCE, mapping=self.mapping(), progress=progress
        )
        return result.orders_new

    def write_history(self, path: Path, live_from: date) -> int:
        """Write everything before `live_from` as CSV; gives the number of rows."""
        before = self.lines.filter(pc.less(self.lines["ordered_at"], _midnight(live_from)))
        path.parent.mkdir(parents=True, exist_ok=True)
        csv.write_csv(before, path)
        return int(before.num_rows)

    def mapping(self) -> dict[str, str]:
        """Give intake's mapping for the history's file."""
        return {**MAPPING, "@cancel_prefix": RETURN_PREFIX}

    def live_orders(self, live_from: date) -> Iterator[OrderIn]:
        """Give the orders of `live_from` and later, oldest first."""
        table = self.lines.filter(pc.greater_equal(self.lines["ordered_at"], _midnight(live_from)))
        # All lines of an order carry the instant of its first one.
        starts = table.group_by("order_no").aggregate([("ordered_at", "min")])
        table = table.join(starts, "order_no").sort_by(
            [("ordered_at_min", "ascending"), ("order_no", "ascending")]
        )
        for batch in _whole_orders(table):
            yield self._order(batch)

    def _order(self, rows: list[dict[str, Any]]) -> OrderIn:
        first = rows[0]
        lines = tuple(self._line(row) for row in rows)
        is_return = first["order_no"].startswith(RETURN_PREFIX)
        return OrderIn(
            source=SOURCE,
            order_no=first["order_no"],
            ordered_at=first["ordered_at_min"].replace(tzinfo=self.zone).astimezone(UTC),
            status="returned" if is_return else "accepted",
            party=PartyIn(member_no=first["member_no"] or ""),
            lines=lines,
            currency=self.currency,
        )

    def _line(self, row: dict[str, Any]) -> LineIn:
        price = Decimal(row["unit_price"])
        return LineIn(
            sku=row["sku"],
            product_name=row["product_name"] or "",
            quantity=row["quantity"],
            unit_price_minor=to_minor(price, self.currency),
            amount_minor=to_minor(price * row["quantity"], self.currency),
        )


def _midnight(day: date) -> pa.Scalar:
    return pa.scalar(datetime(day.year, day.month, day.day), pa.timestamp("s"))  # noqa: DTZ001 - wall time


def _whole_orders(table: pa.Table) -> Iterator[list[dict[str, Any]]]:
    for _, rows in groupby(_rows(table), itemgetter("order_no")):
        yield list(rows)


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches(max_chunksize=20_000):
        yield from batch.to_pylist()
