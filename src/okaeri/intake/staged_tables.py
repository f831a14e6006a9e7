"""A staged file as the warehouse's tables, for an analysis without a database."""

import pyarrow as pa
import pyarrow.parquet as pq

from okaeri.intake.domain.keys import name_key
from okaeri.intake.types import StagedFile


def orders(staged: StagedFile) -> pa.Table:
    """Give one row per order with the columns of the warehouse table `orders`."""
    table = pq.read_table(staged.orders_path)
    people = _people(pq.read_table(staged.parties_path))
    customers = [None if n is None else people[n] for n in table["party_no"].to_pylist()]
    count = table.num_rows
    return pa.table(
        {
            "order_id": table["order_ref"],
            "customer_id": pa.array(customers, pa.int64()),
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
    """Give one row per line with the columns of the warehouse table `order_lines`."""
    table = pq.read_table(staged.lines_path)
    names = ["order_id", "line_no", "sku", "product_name", "quantity", "amount_minor", "change_no"]
    picked = [table["order_ref"], *(table[name] for name in names[1:-1]), table["order_ref"]]
    return pa.table(dict(zip(names, picked, strict=True)))


def _people(parties: pa.Table) -> list[int]:
    """Give person by party number: contacts that share a key are one (union by smallest root)."""
    root = list(range(parties.num_rows))

    def find(number: int) -> int:
        while root[number] != number:
            root[number] = root[root[number]]
            number = root[number]
        return number

    first: dict[tuple[str, str], int] = {}
    wanted = ("member_no", "email_key", "phone_key", "family_name")
    rows = zip(*(parties[name].to_pylist() for name in wanted), strict=True)
    for number, (member, email, phone, family) in enumerate(rows):
        keys = (("member", member), ("email", email), ("phone", phone and phone + name_key(family)))
        for kind, key in keys:
            if key:
                one, other = find(first.setdefault((kind, key), number)), find(number)
                root[max(one, other)] = min(one, other)
    return [find(number) for number in range(parties.num_rows)]
