"""What is known of people beside what they bought, inside the engine."""

from datetime import date
from itertools import islice

import ibis.expr.types as ir
import pyarrow as pa

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.domain.age_bands import BANDS
from okaeri.insight.features.age_channels import age_band_of

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
# What says how old they are: a day of birth, or an age group they named.
_AGES = (("birth_on", pa.date32()), ("said", pa.string()))


def find_traits(warehouse: Warehouse, as_of: date) -> ir.Table:
    """One row per known person: customer_id, birthday, prefecture (NULL unknown), known_on,
    mail_consent (NULL without an address), age_band on `as_of` (NULL unknown).
    """
    zone = load(ShopProfile).zone
    schema = pa.schema([*TRAITS, *_AGES])
    said = {who: str(a.value) for who, a in customers.iter_answers_to(customers.AGE_GROUP, as_of)}
    batches = []
    people = customers.iter_traits()
    while some := list(islice(people, _PAGE)):
        rows = [
            {
                "customer_id": one.id,
                "birthday": _month_and_day(one.birth_on),
                "prefecture": one.prefecture or None,
                "known_on": clock.local_day(one.known_at, zone),
                "mail_consent": one.mail_consent,
                "birth_on": one.birth_on,
                "said": said.get(one.id),
            }
            for one in some
        ]
        batches.append(pa.RecordBatch.from_pylist(rows, schema=schema))
    found = warehouse.upload(pa.Table.from_batches(batches, schema=schema))
    years = {band: first for band, (first, _) in BANDS.items()}
    age_band = age_band_of(found, as_of=as_of, bands=years)
    return found.select(*TRAITS.names, age_band=age_band)


def _month_and_day(born: date | None) -> int | None:
    return None if born is None else born.month * 100 + born.day
