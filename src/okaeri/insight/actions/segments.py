"""Create, change and remove segments, ask about rules, and keep members up to date."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from pyroaring import BitMap64

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions import segment_members
from okaeri.insight.domain.segment_rules import (
    BUILT_IN,
    All,
    AnyOf,
    Rule,
    RuleError,
    check_no_circle,
    check_written,
    matches,
    parse_rule,
    part_in_words,
    resolve,
    rule_in_words,
    segments_named,
    with_attributes,
    with_topics,
)
from okaeri.insight.models import Segment
from okaeri.insight.segment_types import Catalog
from okaeri.insight.store import insights, interests, rule_query, segments
from okaeri.insight.types import ClassShare, RulePreview, SegmentOverlap, SegmentView

_LONGEST_NAME = 120
_BAD_NAME = Text(
    "セグメントの名前は 1 文字以上 {most} 文字以下で付けてください。",
    "A segment needs a name of 1 to {most} characters.",
)
_IN_USE = Text(
    "このセグメントは「{names}」の条件で使われているため削除できません。先にその条件から外してください。",
    'This segment is named in the rules of "{names}", so it cannot be removed; take it out there first.',
)
_NO_WAREHOUSE = Text(
    "この条件は分析用データがないと数えられません。集計を実行してからもう一度お試しください。",
    "This rule needs the analysis data; run the refresh and try again.",
)


def segment_catalog() -> Catalog:
    """Give everything a rule of this shop may name."""
    own = with_attributes(BUILT_IN, customers.list_attributes())
    own = with_topics(own, sorted(interests.sizes()))
    names = {number: name for number, (name, _) in segments.rules().items()}
    return Catalog(own.fields, own.facts, names, load(ShopProfile).currency)


def read_rule(rule: object, catalog: Catalog | None = None) -> Rule:
    """Check a rule against this shop's fields and segments; raises RuleError."""
    catalog = catalog or segment_catalog()
    parsed = parse_rule(rule, catalog)
    check_written(parsed, catalog)
    return parsed


def resolve_now(rule: Rule, as_of: date | None = None) -> Rule:
    """Give a rule as it reads on the day of the last analysis, other segments put in their place."""
    day = as_of or insights.last_as_of() or clock.now().date()
    if not segments_named(rule):
        return resolve(rule, day)
    catalog = segment_catalog()
    return resolve(rule, day, _known_rules(catalog), catalog.segments)


def _known_rules(catalog: Catalog) -> dict[int, Rule]:
    """Give the rules of all segments that can still be read."""
    found: dict[int, Rule] = {}
    for number, (_, rule) in segments.rules().items():
        try:
            found[number] = parse_rule(rule, catalog)
        except RuleError:
            continue
    return found


def create_segment(
    name: str, rule: dict[str, Any], *, warehouse: Warehouse | None = None, preset: str = ""
) -> SegmentView:
    """Store a rule under a name and find its members at once; raises RuleError, InputError.

    Rules about what people did need the warehouse; plain columns do without.
    """
    parsed, name = read_rule(rule), _checked_name(name)
    members = members_now(parsed, warehouse)
    with transaction.atomic():
        # Counting takes long: a segment the rule names may have been removed meanwhile.
        segments.hold_all()
        read_rule(rule)
        name = _free(name, segments.rules())
        segment = segments.create(name, rule, clock.now(), preset=preset)
        _start_members(segment, members)
    return segments.view(segment)


def update_segment(
    segment_id: int, name: str, rule: dict[str, Any], *, warehouse: Warehouse | None = None
) -> SegmentView:
    """Give a segment another name or rule; with another rule its people are found anew.

    Raises RuleError where the rule is wrong or leads back to this segment.
    """
    segment, name = segments.get(segment_id), _checked_name(name)
    _check_stands(segment_id, rule)
    members = None if rule == segment.rule else members_now(read_rule(rule), warehouse)
    with transaction.atomic():
        # Counting takes long: somebody may have saved a rule meanwhile that this one closes a circle with.
        segments.hold_all()
        _check_stands(segment_id, rule)
        if members is None and segments.get(segment_id).rule != rule:
            members = members_now(read_rule(rule), warehouse)
        others = {key: row for key, row in segments.rules().items() if key != segment_id}
        segments.update(segment, _free(name, others), rule)
        if members is not None:
            _start_members(segment, members)
    return segments.view(segment)


def _check_stands(segment_id: int, rule: dict[str, Any]) -> None:
    """Raise RuleError where a rule cannot be read or leads back to its own segment."""
    catalog = segment_catalog()
    others = _known_rules(catalog)
    check_no_circle(segment_id, {**others, segment_id: read_rule(rule, catalog)}, catalog.segments)


def _start_members(segment: Segment, members: BitMap64) -> None:
    """Keep whom a rule means; whoever was erased while they were counted is left out."""
    gone = BitMap64(customers.erased_ids())
    segments.start_members(segment, members - gone, clock.now())


def _free(name: str, others: Mapping[int, tuple[str, Any]]) -> str:
    """Give a name no other segment has: with a number behind it where one does."""
    taken = {other for other, _ in others.values()}
    numbered = (f"{name[: _LONGEST_NAME - 6]} ({n})" for n in itertools.count(2))
    return name if name not in taken else next(one for one in numbered if one not in taken)


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise InputError(_BAD_NAME.format(most=_LONGEST_NAME))
    return name


def delete_segment(segment_id: int) -> SegmentView:
    """Put a segment away until it is brought back; refused while another rule names it."""
    with transaction.atomic():
        # Nobody names it in another rule while we look.
        segments.hold_all()
        segment = segments.get(segment_id)
        catalog = segment_catalog()
        users = [
            catalog.segments[number]
            for number, rule in _known_rules(catalog).items()
            if segment_id in segments_named(rule) and number != segment_id
        ]
        if users:
            raise InputError(_IN_USE.format(names="、".join(users)))
        segments.set_deleted(segment, clock.now())
    return segments.view(segment)


def restore_segment(segment_id: int, *, warehouse: Warehouse | None = None) -> SegmentView:
    """Bring a segment back and count its people anew."""
    segment = segments.get(segment_id)
    with transaction.atomic():
        segments.set_deleted(segment, None)
        _start_members(segment, members_now(read_rule(segment.rule), warehouse))
    return segments.view(segment)


def members_now(rule: Rule, warehouse: Warehouse | None) -> BitMap64:
    """Give whom a rule means as of the last analysis."""
    return _all_members_now([rule], warehouse)[0]


def _all_members_now(rules: Sequence[Rule], warehouse: Warehouse | None) -> list[BitMap64]:
    plain = [resolve_now(rule) for rule in rules]
    if all(rule_query.is_plain(rule) for rule in plain):
        gone = BitMap64(customers.erased_ids())
        asked = (rule_query.to_condition(rule) for rule in plain)
        return [BitMap64(insights.iter_ids_where(where)) - gone for where in asked]
    if warehouse is None:
        raise NotFoundError(_NO_WAREHOUSE)
    as_of = segment_members.last_day(warehouse) or clock.now().date()
    now = [resolve_now(rule, as_of) for rule in rules]
    return segment_members.find_members(warehouse, now, as_of)


def preview_rule(
    rule: object, *, warehouse: Warehouse | None, sample: int = 8, without: int | None = None
) -> RulePreview:
    """Count whom a rule means, with a few of them and the segments they are in; writes nothing.

    `without` leaves one segment out of the overlaps: the one that is being edited.
    """
    whole = read_rule(rule)
    parts = whole.parts if isinstance(whole, All | AnyOf) else ()
    members, *each = _all_members_now([whole, *parts], warehouse)
    return RulePreview(
        as_of=insights.last_as_of(),
        total=len(members),
        everyone=insights.count_all(),
        sample=tuple(members[:sample]),
        overlaps=_overlaps(members, without),
        parts=tuple(len(part) for part in each),
        words=rule_in_words(whole, segment_catalog()),
    )


def overlaps_of(segment_id: int) -> tuple[SegmentOverlap, ...]:
    """Give the other segments that share people with one, the most alike first."""
    return _overlaps(segments.bitmap_of(segments.get(segment_id)), segment_id)


def classes_of(segment_id: int) -> list[ClassShare]:
    """Give the classes a segment's people stand in as of the last analysis."""
    return insights.class_mix(segments.bitmap_of(segments.get(segment_id)))


def _overlaps(members: BitMap64, without: int | None) -> tuple[SegmentOverlap, ...]:
    found = []
    for segment in segments.list_all():
        other = segments.bitmap_of(segment)
        both = members.intersection_cardinality(other)
        if both and segment.pk != without:
            alike = both / (len(members) + len(other) - both)
            found.append(SegmentOverlap(segment.pk, segment.name, len(other), both, alike))
    return tuple(sorted(found, key=lambda one: (-one.jaccard, one.segment_id)))


def explain_person(rule: object, customer_id: int, warehouse: Warehouse) -> dict[str, bool] | None:
    """Tell for each top-level part of a rule ("0", "1", ...) and for all ("") whether it holds.

    Decided by the interpreter for one person. None for somebody the last analysis did not see.
    """
    as_of = segment_members.last_day(warehouse)
    if as_of is None:
        return None
    whole = resolve_now(read_rule(rule), as_of)
    person = segment_members.read_persons(warehouse, [customer_id], whole, as_of).get(customer_id)
    if person is None:
        return None
    parts = getattr(whole, "parts", ())
    return {"": matches(whole, person)} | {
        str(place): matches(part, person) for place, part in enumerate(parts)
    }


@dataclass(frozen=True, slots=True)
class Counted:
    """Whom one segment means, and the stored rules it was counted by: its own and those it builds on."""

    members: BitMap64
    rules: Mapping[int, dict[str, Any]]


def recount(warehouse: Warehouse, as_of: date) -> dict[int, Counted]:
    """Find the members of every segment at once; a segment whose rule cannot be read is left out."""
    stored = {number: rule for number, (_, rule) in segments.rules().items()}
    catalog = segment_catalog()
    known = _known_rules(catalog)
    plain: dict[int, Rule] = {}
    for number, rule in known.items():
        try:
            check_no_circle(number, known, catalog.segments)
            plain[number] = resolve(rule, as_of, known, catalog.segments)
        except RuleError:
            # It keeps the members it had; its page says what is wrong.
            continue
    found = segment_members.find_members(warehouse, list(plain.values()), as_of)
    return {
        number: Counted(members, {n: stored.get(n, {}) for n in _built_on(number, known)})
        for number, members in zip(plain, found, strict=True)
    }


def _built_on(number: int, known: Mapping[int, Rule]) -> set[int]:
    """Give a segment and all whose rules its own needs; none of them leads back to it."""
    named = segments_named(known[number])
    return {number}.union(*(_built_on(one, known) for one in named if one in known))


def save_counts(found: Mapping[int, Counted], now: datetime) -> None:
    """Keep members and who came and went, in the caller's transaction.

    Counting takes minutes, and somebody may save another rule meanwhile: 1. the rows are locked, so no
    rule changes from here on; 2. a segment counted by a rule that is no longer stored is left alone. It
    has the people its editor found, and nobody came or went by a rule that is gone. Whoever was erased
    meanwhile is in none.
    """
    held = segments.hold_all()
    gone = BitMap64(customers.erased_ids())
    rules = {segment.pk: segment.rule for segment in held}
    for segment in held:
        counted = found.get(segment.pk)
        if counted and all(rules.get(n) == rule for n, rule in counted.rules.items()):
            segments.save_members(segment, counted.members - gone, now)


def problem_of(segment: Segment | SegmentView) -> Text | None:
    """Say why a segment's rule can no longer be counted; None where it can."""
    try:
        catalog = segment_catalog()
        read_rule(segment.rule, catalog)
        number = segment.id
        if number in catalog.segments:
            check_no_circle(number, _known_rules(catalog), catalog.segments)
    except RuleError as wrong:
        return wrong.message
    return None


def say_rule(rule: object, catalog: Catalog | None = None) -> Text:
    """Say in one sentence whom a rule means; raises RuleError.

    Who says several gives the catalogue, which is read from the database otherwise.
    """
    catalog = catalog or segment_catalog()
    return rule_in_words(read_rule(rule, catalog), catalog)


def say_part(part: object, catalog: Catalog) -> Text:
    """Say one part of a rule, without the end of a sentence; raises RuleError."""
    return part_in_words(read_rule(part, catalog), catalog)
