"""One row per customer: bulk replacement, reading, lists by rule."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

import pyarrow as pa
from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat
from pyroaring import BitMap64

from okaeri.foundation.bulk import (
    bulk_insert,
    driver_values,
    indexes_afterwards,
    insert_columns,
)
from okaeri.foundation.personal import Documents, as_documents
from okaeri.insight.models import CustomerInsight
from okaeri.insight.types import (
    LAPSED_KEY,
    ClassShare,
    CustomerClass,
    CustomerInsightView,
    FreshnessBand,
    Stage,
)

COLUMNS = tuple(field.name for field in CustomerInsight._meta.concrete_fields)
# Known only by comparing two analyses; everything else comes with each.
_ENDED = "prime_ended_on"
_ANALYSED = tuple(name for name in COLUMNS if name != _ENDED)
_TABLE = CustomerInsight._meta.db_table
_FEW = 500
_IDS_PER_WRITE = 10_000
# From so many rows on it pays to build the indexes anew.
_MANY = 20_000


def replace_all(batches: Iterable[pa.RecordBatch], leads: Iterable[CustomerInsightView]) -> int:
    """Put new rows in the place of all old ones inside the open transaction; give how many.

    Batches carry every column but `prime_ended_on` (`note_prime_ends`); rows in the order of customers
    are written fastest. Readers see the old rows until the transaction ends.
    """
    written = 0
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT COUNT(*) FROM "{_TABLE}"')  # noqa: S608 - our own table
        known = cursor.fetchone()[0]
        cursor.execute(f'DELETE FROM "{_TABLE}"')  # noqa: S608 - our own table
    with indexes_afterwards(_TABLE) if known >= _MANY else nullcontext():
        for batch in batches:
            columns = {name: driver_values(batch.column(name)) for name in _ANALYSED}
            insert_columns(_TABLE, columns)
            written += batch.num_rows
        rows = [tuple(_driver_value(getattr(lead, name)) for name in COLUMNS) for lead in leads]
        bulk_insert(_TABLE, COLUMNS, rows)
    return written + len(rows)


def _driver_value(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Stage | FreshnessBand) else value


@dataclass(frozen=True, slots=True)
class PrimeBefore:
    """Who was loyal before an analysis, and since when those who had been were no more."""

    loyal: BitMap64
    ended: Mapping[int, date]


def prime_before() -> PrimeBefore:
    """Read what `note_prime_ends` compares with."""
    ended = CustomerInsight.objects.filter(prime_ended_on__isnull=False)
    return PrimeBefore(_loyal(), dict(ended.values_list("customer_id", _ENDED)))


def note_prime_ends(before: PrimeBefore, as_of: date) -> None:
    """Write since when those are loyal no more who were, inside the transaction of the new rows."""
    loyal = _loyal()
    ended = {who: day for who, day in before.ended.items() if who not in loyal}
    ended |= dict.fromkeys(before.loyal - loyal, as_of)
    by_day: dict[date, list[int]] = {}
    for who, day in ended.items():
        by_day.setdefault(day, []).append(who)
    for day, people in by_day.items():
        for start in range(0, len(people), _IDS_PER_WRITE):
            some = people[start : start + _IDS_PER_WRITE]
            CustomerInsight.objects.filter(customer_id__in=some).update(prime_ended_on=day)


def _loyal() -> BitMap64:
    rows = CustomerInsight.objects.filter(stage=Stage.PRIME.value)
    return BitMap64(rows.values_list("customer_id", flat=True).iterator(chunk_size=10_000))


def views(customer_ids: Iterable[int]) -> dict[int, CustomerInsightView]:
    """Give id → standing as of the last refresh; customers it did not see are left out."""
    rows = CustomerInsight.objects.filter(customer_id__in=list(customer_ids))
    return {view.customer_id: view for view in _views(rows.values_list(*COLUMNS))}


def restate(rows: Iterable[Mapping[str, Any]]) -> None:
    """Put new standing in the place of the old one; columns not given stay as the last night left them.

    The day of analysis stays too: it says when everybody was looked at.
    """
    for row in rows:
        values = dict(row)
        customer_id, today = values.pop("customer_id"), values.pop("as_of")
        known = CustomerInsight.objects.filter(customer_id=customer_id)
        if not known.update(**values, prime_ended_on=_ended_now(values["stage"], today)):
            as_of = last_as_of() or today
            CustomerInsight.objects.create(customer_id=customer_id, as_of=as_of, **values)


def _ended_now(stage: str, today: date) -> Combinable:
    """Give since when somebody is loyal no more, of what his row says before it changes."""
    if stage == Stage.PRIME.value:
        return Value(None, output_field=DateField())
    return Case(
        When(stage=Stage.PRIME.value, then=Value(today, output_field=DateField())),
        default=F(_ENDED),
    )


def in_band(customer_ids: Iterable[int], band: FreshnessBand) -> dict[int, date]:
    """Give those of these buyers who are in a band → the day of the analysis that said so."""
    rows = CustomerInsight.objects.filter(
        customer_id__in=list(customer_ids), freshness_band=band.value, purchase_count__gte=1
    )
    return dict(rows.values_list("customer_id", "as_of"))


def freshness_of(customer_ids: Collection[int]) -> dict[int, int]:
    """Give id → freshness in whole points (0..100); customers no refresh saw are left out."""
    if not customer_ids:
        return {}
    rows = CustomerInsight.objects.filter(customer_id__in=customer_ids)
    return {who: round(value) for who, value in rows.values_list("customer_id", "freshness")}


def buying_at_discounts(
    customer_ids: Iterable[int], share: float, fewest_orders: int, *, stage: Stage | None = None
) -> set[int]:
    """Give those of these people (of one class) who bought so large a share of enough orders at a discount."""
    rows = CustomerInsight.objects.filter(
        customer_id__in=list(customer_ids),
        discount_share__gte=share,
        order_count__gte=fewest_orders,
    )
    if stage is not None:
        rows = rows.filter(stage=stage.value)
    return set(rows.values_list("customer_id", flat=True))


def page(where: Q, order_by: str, offset: int, limit: int) -> list[CustomerInsightView]:
    """Give one page; ties are kept in the order of customer ids, unknown values last."""
    rows = CustomerInsight.objects.filter(where).order_by(*_ordering(order_by))
    return list(_views(rows.values_list(*COLUMNS)[offset : offset + limit]))


def _ordering(order_by: str) -> list[Any]:
    column = F(order_by.lstrip("-"))
    ordered = (
        column.desc(nulls_last=True) if order_by.startswith("-") else column.asc(nulls_last=True)
    )
    return [ordered, "customer_id"]


def count_where(where: Q) -> int:
    """Give how many customers `where` holds for."""
    return CustomerInsight.objects.filter(where).count()


def count_all() -> int:
    """Give how many customers the last analysis saw."""
    return CustomerInsight.objects.count()


def last_as_of() -> date | None:
    """Give the day of the last analysis; None before the first."""
    return CustomerInsight.objects.values_list("as_of", flat=True).first()


def page_among(ids: BitMap64, order_by: str, offset: int, limit: int) -> list[CustomerInsightView]:
    """Give one page of these people: few are sorted here, many are picked out in the index's order."""
    if len(ids) <= _FEW:
        rows = CustomerInsight.objects.filter(customer_id__in=list(ids)).order_by(
            *_ordering(order_by)
        )
        return list(_views(rows.values_list(*COLUMNS)[offset : offset + limit]))
    numbers = CustomerInsight.objects.order_by(*_ordering(order_by)).values_list(
        "customer_id", flat=True
    )
    inside = (number for number in numbers.iterator(chunk_size=2000) if number in ids)
    wanted = list(islice(inside, offset, offset + limit))
    found = views(wanted)
    # Who was erased between the two queries is no longer there.
    return [found[number] for number in wanted if number in found]


def class_mix(ids: BitMap64) -> list[ClassShare]:
    """Give each class that has some of these people, beside all it has; classes in their order."""
    rows = CustomerInsight.objects.order_by().values_list("stage", "is_lapsed")
    everyone = {(stage, lapsed): count for stage, lapsed, count in rows.annotate(n=Count("pk"))}
    if len(ids) <= _FEW:
        inside = Counter(rows.filter(customer_id__in=list(ids)).values_list("stage", "is_lapsed"))
    else:
        # Read from the index by class alone.
        pairs = rows.values_list("stage", "is_lapsed", "customer_id").iterator(chunk_size=10_000)
        inside = Counter((stage, lapsed) for stage, lapsed, number in pairs if number in ids)
    order = list(Stage)
    return [
        ClassShare(Stage(stage), lapsed, inside[stage, lapsed], everyone[stage, lapsed])
        for stage, lapsed in sorted(inside, key=lambda one: (order.index(Stage(one[0])), one[1]))
    ]


def class_column(of: str) -> Combinable:
    """Give a column for another query: the class key of the customer its column `of` names.

    So whole crowds are counted by class inside the database. NULL for whom no analysis knows.
    """
    standing = CustomerInsight.objects.filter(customer_id=OuterRef(of))
    lapsed = When(is_lapsed=True, then=Concat("stage", Value(LAPSED_KEY)))
    return Subquery(standing.values(key=Case(lapsed, default="stage", output_field=CharField())))


def count_classes() -> dict[str, int]:
    """Give the key of each class that has people → how many, as of now; leads under "lead".

    Read from the index by class alone.
    """
    rows = CustomerInsight.objects.order_by().values_list("stage", "is_lapsed")
    return {
        CustomerClass(Stage(stage), is_lapsed).key: count
        for stage, is_lapsed, count in rows.annotate(n=Count("pk"))
    }


def first_buyers(since: date, until: date, limit: int) -> list[tuple[int, date]]:
    """Give (customer, day) of active people whose only purchase lies in these days, the newest first."""
    rows = CustomerInsight.objects.filter(
        stage=Stage.FIRST, is_lapsed=False, purchase_count=1, first_on__range=(since, until)
    )
    found = rows.order_by("-first_on", "customer_id").values_list("customer_id", "first_on")
    return [(who, day) for who, day in found[:limit] if day is not None]


def iter_ids_where(where: Q) -> Iterator[int]:
    """Give customer ids in rising order, read as they are asked for."""
    rows = CustomerInsight.objects.filter(where).order_by("customer_id")
    return iter(rows.values_list("customer_id", flat=True).iterator(chunk_size=10_000))


def last_on_between(first: date | None, last: date) -> list[tuple[int, date]]:
    """Give (customer, day of last purchase) of those who last bought from `first` to `last`."""
    rows = CustomerInsight.objects.filter(last_on__lte=last)
    if first is not None:
        rows = rows.filter(last_on__gte=first)
    pairs = rows.order_by("customer_id").values_list("customer_id", "last_on")
    return [(customer, day) for customer, day in pairs if day is not None]


def _views(rows: Iterable[tuple[Any, ...]]) -> Iterator[CustomerInsightView]:
    for row in rows:
        values = dict(zip(COLUMNS, row, strict=True))
        values["stage"] = Stage(values["stage"])
        values["freshness_band"] = FreshnessBand(values["freshness_band"])
        if values["stage_before"] is not None:
            values["stage_before"] = Stage(values["stage_before"])
        yield CustomerInsightView(**values)


def export_person(customer_ids: Iterable[int]) -> dict[str, Documents]:
    """Give what the last analysis says of a person."""
    mine = CustomerInsight.objects.filter(customer_id__in=list(customer_ids))
    return {"analysis": as_documents(mine.values())}
