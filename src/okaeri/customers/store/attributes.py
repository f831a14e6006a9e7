"""Questions and answers at rest: one answer for each person number, question and source."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max

from okaeri.customers.attribute_types import (
    Answer,
    AttributeIn,
    AttributeKind,
    AttributeView,
    Choice,
    Origin,
    SourceCount,
    ValueIn,
)
from okaeri.customers.domain.attributes import INFERRED, OWN_WORDS, STAFF, Said
from okaeri.customers.models import Attribute, AttributeValue
from okaeri.foundation.text import Text

# Of the statements in use none has more parameters than SQLite allows.
_PAGE = 10_000
_UPDATED = ["value", "origin", "basis", "expires_on", "recorded_at", "earlier"]
_KEPT = ("value", "origin", "basis", "expires_on", "recorded_at")
# So many files of one source can be undone one after another.
_MOST_EARLIER = 5
_OWN_SOURCES = frozenset({STAFF, INFERRED, *OWN_WORDS})


def list_all(*, with_holders: bool = False) -> list[AttributeView]:
    """Give every question in its place; counting who holds an answer reads all answers."""
    counted = AttributeValue.objects.values_list("attribute_id").annotate(
        people=Count("customer_id", distinct=True)
    )
    held = dict(counted) if with_holders else {}
    return [_view(row, held.get(row.pk, 0)) for row in Attribute.objects.order_by("place", "id")]


def known() -> dict[str, tuple[int, AttributeIn]]:
    """Give key → row id and question, in their places."""
    rows = Attribute.objects.order_by("place", "id")
    return {row.key: (row.pk, _view(row, 0)) for row in rows}


def _view(row: Attribute, holders: int) -> AttributeView:
    return AttributeView(
        key=row.key,
        name=Text.from_json(row.name),
        kind=AttributeKind(row.kind),
        choices=tuple(Choice(c["value"], Text(c["ja"], c["en"])) for c in row.choices),
        is_in_header=row.is_in_header,
        is_active=row.is_active,
        place=row.place,
        holders=holders,
    )


def save(given: AttributeIn, now: datetime) -> None:
    """Keep a question under its key."""
    values = {
        "name": given.name.as_json(),
        "kind": given.kind.value,
        "choices": [{"value": c.value, **c.name.as_json()} for c in given.choices],
        "is_in_header": given.is_in_header,
        "is_active": given.is_active,
        "place": given.place,
    }
    Attribute.objects.update_or_create(
        key=given.key, defaults=values, create_defaults={**values, "created_at": now}
    )


def last_place() -> int:
    """Give the highest place taken, -1 in an empty shop."""
    found = Attribute.objects.aggregate(last=Max("place"))["last"]
    return -1 if found is None else int(found)


def used_choices(key: str) -> set[str]:
    """Give the choices that somebody holds."""
    found: set[str] = set()
    for value in AttributeValue.objects.filter(attribute__key=key).values_list("value", flat=True):
        found.update(value if isinstance(value, list) else [str(value)])
    return found


def holders_of(key: str) -> list[int]:
    """Give every customer number of which an answer to a question is kept, in rising order."""
    rows = AttributeValue.objects.filter(attribute__key=key).order_by("customer_id")
    return list(rows.values_list("customer_id", flat=True).distinct())


def is_empty() -> bool:
    """Tell whether nobody holds any answer."""
    return not AttributeValue.objects.exists()


def read(
    customer_ids: Collection[int], attribute_ids: Collection[int]
) -> list[tuple[int, int, Said]]:
    """Give (person number, question's row id, answer) of these numbers; one query for ten thousand."""
    wanted = sorted(set(customer_ids))
    found = []
    for start in range(0, len(wanted), _PAGE):
        rows = AttributeValue.objects.filter(
            customer_id__in=wanted[start : start + _PAGE], attribute_id__in=list(attribute_ids)
        ).values_list(
            "customer_id", "attribute_id", "value", "source", "origin", "basis", "expires_on",
            "recorded_at",
        )  # fmt: skip
        for customer_id, attribute_id, value, source, origin, basis, until, at in rows:
            said = Said(_answer(value), source, Origin(origin), basis, until, at)
            found.append((customer_id, attribute_id, said))
    return found


def _answer(stored: object) -> Answer:
    if isinstance(stored, list):
        return tuple(stored)
    return stored if isinstance(stored, str) else float(str(stored))


def write(answers: Sequence[tuple[int, int, ValueIn, Answer]]) -> int:
    """Keep (number, question, what came, its answer) in the caller's transaction; how many are new.

    A newer answer of the same source stays; "" and () take the source's answer away.
    """
    numbers = sorted({number for number, *_ in answers})
    before: dict[tuple[int, int, str], datetime] = {}
    history: dict[tuple[int, int, str], list[dict[str, Any]]] = {}
    for start in range(0, len(numbers), _PAGE):
        rows = AttributeValue.objects.filter(customer_id__in=numbers[start : start + _PAGE])
        for row in rows.values("customer_id", "attribute_id", "source", "earlier", *_KEPT):
            key = (row["customer_id"], row["attribute_id"], row["source"])
            before[key] = row["recorded_at"]
            if row["source"] not in _OWN_SOURCES:
                history[key] = _with_earlier(row)
    fresh: dict[tuple[int, int, str], AttributeValue] = {}
    gone = []
    for number, attribute_id, given, answer in answers:
        key = (number, attribute_id, given.source)
        if key in before and before[key] > given.at:
            continue
        is_again = before.get(key) == given.at
        before[key] = given.at
        fresh.pop(key, None)
        if answer in ("", ()):
            gone.append(key)
            continue
        fresh[key] = AttributeValue(
            customer_id=number,
            attribute_id=attribute_id,
            source=given.source,
            value=list(answer) if isinstance(answer, tuple) else answer,
            origin=given.origin.value,
            basis=given.basis,
            expires_on=given.expires_on,
            recorded_at=given.at,
            # The same file again is no step of its own.
            earlier=history.get(key, [])[1 if is_again else 0 :],
        )
    for number, attribute_id, source in gone:
        AttributeValue.objects.filter(
            customer_id=number, attribute_id=attribute_id, source=source
        ).delete()
    AttributeValue.objects.bulk_create(
        fresh.values(),
        batch_size=500,
        update_conflicts=True,
        unique_fields=["customer", "attribute", "source"],
        update_fields=_UPDATED,
    )
    return len(fresh)


def _with_earlier(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    until = row["expires_on"]
    last = {
        **{name: row[name] for name in ("value", "origin", "basis")},
        "expires_on": until.isoformat() if until else None,
        "recorded_at": row["recorded_at"].isoformat(),
    }
    return [last, *row["earlier"]][:_MOST_EARLIER]


def undo_batch(source: str, at: datetime) -> int:
    """Take back what one file of a source said; what the file before said holds again. How many."""
    undone = 0
    for row in AttributeValue.objects.filter(source=source).iterator(2000):
        kept = [one for one in row.earlier if datetime.fromisoformat(one["recorded_at"]) != at]
        if row.recorded_at == at:
            undone += 1
            _step_back(row, kept)
        elif len(kept) != len(row.earlier):
            AttributeValue.objects.filter(pk=row.pk).update(earlier=kept)
    return undone


def _step_back(row: AttributeValue, earlier: list[dict[str, Any]]) -> None:
    if not earlier:
        row.delete()
        return
    last, *rest = earlier
    until = last["expires_on"]
    AttributeValue.objects.filter(pk=row.pk).update(
        value=last["value"],
        origin=last["origin"],
        basis=last["basis"],
        expires_on=date.fromisoformat(until) if until else None,
        recorded_at=datetime.fromisoformat(last["recorded_at"]),
        earlier=rest,
    )


def count_batch(source: str, at: datetime) -> int:
    """Give how many answers of one file still hold."""
    return AttributeValue.objects.filter(source=source, recorded_at=at).count()


def list_file_sources() -> list[SourceCount]:
    """Give sources that came by a file, each with its people and answers, newest first."""
    rows = (
        AttributeValue.objects.exclude(source__in=[STAFF, INFERRED, *sorted(OWN_WORDS)])
        .values_list("source", "origin", "basis", "expires_on")
        .annotate(
            people=Count("customer_id", distinct=True),
            answers=Count("id"),
            last=Max("recorded_at"),
        )
        .order_by("-last", "source")
    )
    return [
        SourceCount(source, Origin(origin), basis, expires_on, people, answers)
        for source, origin, basis, expires_on, people, answers, _ in rows
    ]


def delete_source(source: str) -> int:
    """Take away every answer of one source; how many there were."""
    return AttributeValue.objects.filter(source=source).delete()[0]


def delete_inferred(attribute_id: int, customer_ids: Iterable[int]) -> int:
    """Take our own guess at one question away from these people; how many had one."""
    wanted = sorted(set(customer_ids))
    deleted = 0
    for start in range(0, len(wanted), _PAGE):
        deleted += AttributeValue.objects.filter(
            attribute_id=attribute_id,
            source=INFERRED,
            customer_id__in=wanted[start : start + _PAGE],
        ).delete()[0]
    return deleted
