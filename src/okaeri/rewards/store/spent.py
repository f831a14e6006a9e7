"""What was given to each person and when: coupons used, points granted."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain, islice
from zoneinfo import ZoneInfo

import pyarrow as pa
from django.db.models import F
from django.db.models.functions import Coalesce

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.insight.care_types import COUPON, POINTS, SPENT
from okaeri.rewards.models import Account, Entry, Redemption

_PAGE = 50_000
_Row = tuple[int, str, datetime, int, int | None]


def read_spent(since: datetime, zone: ZoneInfo) -> Iterator[pa.RecordBatch]:
    """Give rows of `SPENT`: coupons used and not taken back, and points, since `since`.

    Points taken back stand with a minus on the day they were given.
    """
    absorbed = customers.absorbed_ids()
    rows = (
        (absorbed.get(who, who), kind, clock.local_day(at, zone), units, amount)
        for who, kind, at, units, amount in chain(_coupons(since), _points(since))
    )
    while page := list(islice(rows, _PAGE)):
        columns = zip(*page, strict=True)
        arrays = [pa.array(one, field.type) for one, field in zip(columns, SPENT, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=SPENT)


def _coupons(since: datetime) -> Iterator[_Row]:
    used = Redemption.objects.filter(reversed_at=None, redeemed_at__gte=since)
    rows = used.values_list("coupon__customer_id", "redeemed_at", "discount_minor")
    for who, at, amount in rows.iterator(chunk_size=_PAGE):
        yield who, COUPON, at, 1, amount


def _points(since: datetime) -> Iterator[_Row]:
    given_at = Coalesce(F("transfer__reverses__occurred_at"), F("transfer__occurred_at"))
    rows = Entry.objects.filter(account__kind=Account.Kind.CUSTOMER).annotate(given_at=given_at)
    rows = rows.filter(given_at__gte=since)
    found = rows.values_list("account__customer_id", "given_at", "points")
    for who, at, points in found.iterator(chunk_size=_PAGE):
        # The constraint of the table: an account of a customer names him.
        if who is not None:
            yield who, POINTS, at, points, None
