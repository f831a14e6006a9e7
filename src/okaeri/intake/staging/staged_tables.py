"""A staged file as the warehouse's tables and as contacts, for an analysis without a database."""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from okaeri.intake.types import PartyRecord, StagedFile

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_MADE = ("id", "seen_at", "known_at", "change_no")
_PLAIN = tuple(name for name in PartyRecord.__dataclass_fields__ if name not in _MADE)


def orders(staged: StagedFile) -> pa.Table:
    """Give a staged file's orders as the warehouse's `orders`, with `party_no` for `customer_id`.

    `party_no` is null for an order without a contact; `customers.api` tells who the people are.
    """
    table = pq.read_table(staged.orders_path)
    count = table.num_rows
    return pa.table(
        {
            "order_id": table["order_ref"],
            "party_no": table["party_no"],
            "source": table["source"],
            "order_no": table["order_no"],
            "ordered_at": table["ordered_at"].cast(pa.timestamp("us")),
            "ordered_on": table["ordered_on"],
            "is_purchase": table["is_purchase"],
            "is_trial": pa.array([False] * count, pa.bool_()),
            "net_minor": table["net_minor"],
            "margin_minor": pa.nulls(count, pa.int64()),
            "discount_minor": table["discount_minor"],
            "media_code": table["media_code"],
            "change_no": table["order_ref"],
        }
    )


def lines(staged: StagedFile) -> pa.Table:
    """Give a staged file's lines as the warehouse's table `order_lines`."""
    table = pq.read_table(staged.lines_path)
    names = ["order_id", "line_no", "sku", "product_name", "quantity", "amount_minor", "change_no"]
    picked = [table["order_ref"], *(table[name] for name in names[1:-1]), table["order_ref"]]
    return pa.table(dict(zip(names, picked, strict=True)))


def parties(staged: StagedFile) -> list[PartyRecord]:
    """Give a staged file's contacts in order; `id` (and change number) is the `party_no` of its orders."""
    table = pq.read_table(staged.parties_path)
    seen = _last_seen(staged)
    columns = {name: table[name].to_pylist() for name in _PLAIN}
    count = table.num_rows
    columns |= {
        "id": range(count),
        "seen_at": [seen.get(number, _NEVER) for number in range(count)],
        "known_at": [_NEVER] * count,
        "change_no": range(count),
    }
    rows = zip(*(columns[name] for name in PartyRecord.__dataclass_fields__), strict=True)
    return [PartyRecord(*row) for row in rows]


def _last_seen(staged: StagedFile) -> dict[int, datetime]:
    table = pq.read_table(staged.orders_path, columns=["party_no", "ordered_at"]).drop_null()
    found = table.group_by("party_no").aggregate([("ordered_at", "max")])
    instants = (at.replace(tzinfo=UTC) for at in found["ordered_at_max"].to_pylist())
    return dict(zip(found["party_no"].to_pylist(), instants, strict=True))
