"""Keeping questions and answers, and saying what holds for a person over all his numbers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from okaeri.customers.attribute_types import (
    Answer,
    AttributeIn,
    AttributeValueView,
    EnrichmentRules,
    Origin,
    SourceCount,
    ValueIn,
)
from okaeri.customers.domain.attributes import (
    INFERRED,
    OWN_WORDS,
    STAFF,
    Said,
    check_attribute,
    check_origin,
    choose_present,
    put_in_words,
    read_answer,
)
from okaeri.customers.store import attributes as store
from okaeri.customers.store import families, identity
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.settings import load
from okaeri.foundation.text import Text

_PAGE = 2000
NO_ATTRIBUTE = Text("項目「{key}」は存在しません。", 'There is no attribute "{key}".')
_OTHER_KIND = Text(
    "「{name}」にはすでに回答があるため、種類は変えられません。別のキーで新しく作ってください。",
    '"{name_en}" already has answers, so its kind cannot change; make a new one under another key.',
)
_CHOICE_IN_USE = Text(
    "選択肢「{value}」は使われているため消せません。",
    'The choice "{value}" is in use and cannot be removed.',
)
_SWITCHED_OFF = Text(
    "他社が集めた情報は取り込めません。「項目の取り込み」で先に有効にしてください。",
    "Data that others gathered is not taken in; switch it on where files of answers are taken in.",
)
_NOBODY = Text("顧客 {id} は見つかりません。", "There is no customer {id}.")
_OURS = Text(
    "「{source}」の回答は、まとめて取り消せません。",
    'Answers from "{source}" cannot be taken back all at once.',
)


def save_attribute(given: AttributeIn) -> None:
    """Keep a question; with a known key it is changed. A new one goes to the end of the list.

    Raises InputError for a key, name or choices that cannot be, for another kind than answers
    already have, and for a choice taken away that somebody holds.
    """
    checked = check_attribute(given)
    with transaction.atomic():
        before = store.known().get(given.key)
        if before is None:
            store.save(replace(checked, place=store.last_place() + 1), clock.now())
            return
        if before[1].choices or before[1].kind is not given.kind:
            used = store.used_choices(given.key)
            if used and before[1].kind is not given.kind:
                name = before[1].name
                raise InputError(_OTHER_KIND.format(name=name.ja, name_en=name.en))
            kept = {choice.value for choice in checked.choices}
            lost = [v for v in before[1].choice_names() if v not in kept and v in used]
            if lost:
                raise InputError(_CHOICE_IN_USE.format(value=lost[0]))
        store.save(checked, clock.now())


def order_attributes(keys: Sequence[str]) -> None:
    """Put questions into this order; those not named follow."""
    with transaction.atomic():
        known = store.known()
        rest = [key for key in known if key not in keys]
        for place, key in enumerate([*(key for key in keys if key in known), *rest]):
            store.save(replace(_plain(known[key][1]), place=place), clock.now())


def _plain(known: AttributeIn) -> AttributeIn:
    return AttributeIn(
        known.key, known.name, known.kind, known.choices, known.is_in_header, known.is_active
    )


def record_attribute(
    customer_id: int,
    key: str,
    value: object,
    *,
    source: str,
    origin: str = Origin.FIRST,
    basis: str = "",
    expires_on: date | None = None,
    at: datetime,
) -> None:
    """Keep what one source says of a person; "" takes back what it said.

    Raises NotFoundError for an unknown person or question, InputError for an answer that cannot be
    and for third-party data without basis and last day.
    """
    given = ValueIn(customer_id, key, value, source, Origin(origin), at, basis, expires_on)
    with transaction.atomic():
        if record_answers([given]) is None:
            raise NotFoundError(_NOBODY.format(id=customer_id))


def check_may_enrich(origin: Origin) -> None:
    """Raise InputError for data of others in a shop that has not said it wants any."""
    if origin is not Origin.FIRST and not load(EnrichmentRules).takes_other_data:
        raise InputError(_SWITCHED_OFF)


def record_answers(given: Sequence[ValueIn]) -> int | None:
    """Keep many answers, all or none; how many are new. None where somebody is unknown."""
    known = store.known()
    for origin in {one.origin for one in given}:
        check_may_enrich(origin)
    checked: list[tuple[ValueIn, int, Answer]] = []
    for one in given:
        if one.key not in known:
            raise NotFoundError(NO_ATTRIBUTE.format(key=one.key))
        check_origin(one.source, one.origin, one.basis, one.expires_on)
        row_id, attribute = known[one.key]
        checked.append((one, row_id, read_answer(attribute, one.value)))
    with transaction.atomic():
        numbers = families.families_of({one.customer_id for one in given})
        if any(one.customer_id not in numbers for one in given):
            return None
        rows = []
        for one, row_id, answer in checked:
            live, *absorbed = numbers[one.customer_id]
            rows.append((live, row_id, one, answer))
            # What the same source said under another number of his is overruled with it.
            rows += [(number, row_id, replace(one, value=""), "") for number in absorbed]
        return store.write(rows)


def attributes_of(
    customer_ids: Iterable[int], on: date, *, keys: Iterable[str] | None = None
) -> dict[int, list[AttributeValueView]]:
    """Give asked id → what holds for the person on a day, in the order of the schema.

    Questions that are switched off, and answers past their last day, are left out; so is somebody
    of whom nothing is known. The answers of all numbers of a person count.
    """
    wanted = None if keys is None else set(keys)
    known = {
        row_id: attribute
        for row_id, attribute in store.known().values()
        if attribute.is_active and (wanted is None or attribute.key in wanted)
    }
    if not known or store.is_empty():
        return {}
    numbers = families.families_of(customer_ids)
    said: dict[int, dict[int, list[Said]]] = {}
    everyone = {number for family in numbers.values() for number in family}
    for number, row_id, one in store.read(everyone, known):
        said.setdefault(number, {}).setdefault(row_id, []).append(one)
    found = {}
    for asked, family in numbers.items():
        views = []
        for row_id, attribute in known.items():
            all_said = [one for n in family for one in said.get(n, {}).get(row_id, ())]
            present = choose_present(all_said, on)
            if present is not None:
                views.append(_value_view(attribute, present))
        if views:
            found[asked] = views
    return found


def iter_answers_to(key: str, on: date) -> Iterator[tuple[int, AttributeValueView]]:
    """Give (live customer, what holds of him on a day) of everybody with an answer, by customer."""
    people = sorted(set(identity.roots_of(store.holders_of(key)).values()))
    for start in range(0, len(people), _PAGE):
        found = attributes_of(people[start : start + _PAGE], on, keys=[key])
        yield from ((who, found[who][0]) for who in sorted(found))


def _value_view(attribute: AttributeIn, said: Said) -> AttributeValueView:
    return AttributeValueView(
        key=attribute.key,
        name=attribute.name,
        kind=attribute.kind,
        value=said.value,
        shown=put_in_words(attribute, said.value),
        source=said.source,
        origin=said.origin,
        basis=said.basis,
        expires_on=said.expires_on,
        recorded_at=said.recorded_at,
        is_in_header=attribute.is_in_header,
    )


def list_file_sources() -> list[SourceCount]:
    """Give the sources whose answers came by a file, newest first."""
    return store.list_file_sources()


def forget_source(source: str) -> int:
    """Take an enrichment back: every answer of that source goes; how many there were.

    Raises InputError for what staff and people said themselves and for our own guesses.
    """
    if source in {STAFF, INFERRED, *OWN_WORDS}:
        raise InputError(_OURS.format(source=source))
    with transaction.atomic():
        return store.delete_source(source)


def forget_batch(source: str, at: datetime) -> int:
    """Take one file of a source back; what its file before said holds again. How many answers.

    Raises InputError for what staff and people said themselves and for our own guesses.
    """
    if source in {STAFF, INFERRED, *OWN_WORDS}:
        raise InputError(_OURS.format(source=source))
    with transaction.atomic():
        return store.undo_batch(source, at)


def replace_inferred(
    key: str, guesses: Iterable[tuple[int, str | None]], at: datetime
) -> tuple[int, int]:
    """Keep our own guesses at one question: (person, answer or None for no guess any more).

    Gives how many were kept and how many taken away. What anybody said stands above them.
    """
    known = store.known().get(key)
    if known is None or not known[1].is_active:
        return 0, 0
    guesses = list(guesses)
    kept = [ValueIn(who, key, value, INFERRED, Origin.FIRST, at) for who, value in guesses if value]
    gone = [who for who, value in guesses if value is None]
    with transaction.atomic():
        written = record_answers(kept) or 0
        return written, store.delete_inferred(known[0], gone)
