"""What is known of people beside what they bought, inside the engine."""

from datetime import date
from itertools import islice
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
import pyarrow as pa

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.warehouse import Warehouse

_PAGE = 10_000
TRAITS = pa.schema(
    [
        ("customer_id", pa.int64()),
        # Month and day as one number: 1224 is the day before Christmas.
        ("birthday", pa.int64()),
        ("prefecture", pa.string()),
        ("known_on", pa.date32()),
        ("mail_consent", pa.string()),
    ]
)


def find_traits(warehouse: Warehouse) -> ir.Table:
    """One row per known person: customer_id, birthday, prefecture (NULL unknown), known_on,
    mail_consent (NULL without an address).
    """
    zone = ZoneInfo(load(ShopProfile).time_zone)
    batches = []
    people = customers.iter_traits()
    while some := list(islice(people, _PAGE)):
        rows = [
            {
                "customer_id": one.id,
                "birthday": _month_and_day(one.birth_on),
                "prefecture": one.prefecture or None,
                "known_on": clock.local_day(one.created_at, zone),
                "mail_consent": one.mail_consent,
            }
            for one in some
        ]
        batches.append(pa.RecordBatch.from_pylist(rows, schema=TRAITS))
    return warehouse.upload(pa.Table.from_batches(batches, schema=TRAITS))


def _month_and_day(born: date | None) -> int | None:
    return None if born is None else born.month * 100 + born.day
