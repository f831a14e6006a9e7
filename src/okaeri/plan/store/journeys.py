"""Reads and writes of journeys, their editions, and who enters them."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Count, Q

from okaeri.foundation.bulk import bulk_insert, db_instant
from okaeri.plan.domain.advance import Taken
from okaeri.plan.domain.entry import Earlier, Entry
from okaeri.plan.journeys.definition import Definition, parse
from okaeri.plan.models import Decision, Enrolment, Journey, JourneyVersion, Template
from okaeri.plan.store.rows import LiveJourney, TemplateHead
from okaeri.plan.store.walks import insert_decisions

_ENROLMENT_COLUMNS = (
    "version_id", "journey_id", "customer_id", "trigger_key", "trigger_order_id", "trigger_on",
    "arm", "node", "state", "due_at", "arrived_at", "entered_at", "anchor_on", "orders_changed",
    "exit_reason",
)  # fmt: skip


@lru_cache(maxsize=512)
def definition_of(version_id: int, source: str) -> Definition:
    """Give the parsed definition of one edition; editions never change."""
    return parse(source)


def newest_versions(journey_ids: Iterable[int] | None = None) -> dict[int, JourneyVersion]:
    """Give journey id → its newest edition."""
    versions = JourneyVersion.objects.order_by("number")
    if journey_ids is not None:
        versions = versions.filter(journey_id__in=list(journey_ids))
    return {version.journey_id: version for version in versions}


def editions_of(journey_id: int) -> list[Definition]:
    """Give every edition of one journey, the newest first."""
    rows = JourneyVersion.objects.filter(journey_id=journey_id).order_by("-number")
    return [definition_of(row.id, row.source) for row in rows]


def walked_editions(journey_id: int) -> list[Definition]:
    """Give the editions of one journey in which somebody is on his way."""
    walks = Enrolment.objects.filter(journey_id=journey_id, state=Enrolment.State.ACTIVE)
    return list(sources_of(walks.values_list("version_id", flat=True).distinct()).values())


def skipped_variants(journey_id: int, node: str, since: datetime) -> dict[str, int]:
    """Give variant → how often a step was passed over for somebody since then, as far as still known."""
    rows = Decision.objects.filter(
        enrolment__journey_id=journey_id, node=node, action="skipped", decided_at__gte=since
    ).values_list("reason__variant")
    counted = rows.annotate(n=Count("id")).order_by("reason__variant")
    return {variant or "": count for variant, count in counted}


def live_journeys() -> list[LiveJourney]:
    """Give every live journey, oldest first."""
    journeys = list(Journey.objects.filter(status=Journey.Status.LIVE).order_by("id"))
    newest = newest_versions(journey.id for journey in journeys) if journeys else {}
    return [_live(journey, newest[journey.id]) for journey in journeys]


def hold_live(journey_id: int) -> bool:
    """Lock a journey until the transaction ends; False where it is not live any more."""
    live = Journey.objects.select_for_update().filter(id=journey_id, status=Journey.Status.LIVE)
    return live.first() is not None


def _live(journey: Journey, version: JourneyVersion) -> LiveJourney:
    if journey.live_since is None or journey.experiment_id is None:
        raise RuntimeError(f"journey {journey.key} is live without a start or an experiment")
    return LiveJourney(
        id=journey.id,
        key=journey.key,
        cursor=journey.cursor,
        scanned_on=journey.scanned_on,
        live_since=journey.live_since,
        experiment_id=journey.experiment_id,
        event_cursor=journey.event_cursor,
        events_seen=journey.events_seen,
        segment_cursor=journey.segment_cursor,
        lost_on=journey.lost_on,
        version_id=version.id,
        definition=definition_of(version.id, version.source),
    )


def take_orders(journey: LiveJourney, cursor: int) -> bool:
    """Move the journey on to `cursor`; False when another worker did or it does not live any more.

    Its row stays locked until the transaction ends.
    """
    return _take(journey, cursor=cursor)


def take_day(journey: LiveJourney, day: date) -> bool:
    """Remember that state triggers are looked for on this shop-local day; else as `take_orders`."""
    return _take(journey, scanned_on=day)


def take_events(journey: LiveJourney, *, cursor: int, seen: int) -> bool:
    """Move the journey on in the events of carts; else as `take_orders`."""
    return _take(journey, event_cursor=cursor, events_seen=seen)


def take_segment(journey: LiveJourney, *, cursor: int, day: date) -> bool:
    """Move the journey on in the changes of its segment; else as `take_orders`."""
    return _take(journey, segment_cursor=cursor, scanned_on=day)


def take_analysis(journey: LiveJourney, day: date) -> bool:
    """Remember the analysis whose lost people are let go; else as `take_orders`."""
    return _take(journey, lost_on=day)


def walking(journey_id: int) -> set[int]:
    """Give the customers with an active walk through this journey."""
    rows = Enrolment.objects.filter(journey_id=journey_id, state=Enrolment.State.ACTIVE)
    return set(rows.values_list("customer_id", flat=True))


def _take(journey: LiveJourney, **moved: int | date) -> bool:
    as_seen = Journey.objects.filter(
        id=journey.id,
        status=Journey.Status.LIVE,
        cursor=journey.cursor,
        scanned_on=journey.scanned_on,
        event_cursor=journey.event_cursor,
        events_seen=journey.events_seen,
        segment_cursor=journey.segment_cursor,
        lost_on=journey.lost_on,
    )
    return as_seen.update(**moved) == 1


def earlier_walks(journey_id: int, customer_ids: Iterable[int]) -> list[Earlier]:
    """Give all walks of these customers through this journey."""
    rows = Enrolment.objects.filter(
        journey_id=journey_id, customer_id__in=list(customer_ids)
    ).values_list("customer_id", "trigger_key", "entered_at", "state")
    return [Earlier(who, key, at, state == Enrolment.State.ACTIVE) for who, key, at, state in rows]


def wake(journey_id: int, customer_ids: Iterable[int], now: datetime) -> int:
    """Make active walks of these customers due now: their orders changed, so goals and days may have."""
    return Enrolment.objects.filter(
        journey_id=journey_id,
        customer_id__in=list(customer_ids),
        state=Enrolment.State.ACTIVE,
    ).update(due_at=now, orders_changed=True)


def insert_enrolments(
    journey: LiveJourney, entries: Sequence[Entry], arms: Mapping[int, str], now: datetime
) -> None:
    """Begin a walk for each entry, with the decision that says why."""
    at = db_instant(now)
    first = journey.definition.first
    bulk_insert(
        Enrolment._meta.db_table,
        _ENROLMENT_COLUMNS,
        [
            (
                journey.version_id,
                journey.id,
                entry.customer_id,
                entry.trigger_key,
                entry.trigger_order_id,
                entry.trigger_on.isoformat(),
                arms[entry.customer_id],
                first,
                Enrolment.State.ACTIVE.value,
                at,
                db_instant(entry.at),
                at,
                entry.anchor_on.isoformat(),
                False,
                "",
            )
            for entry in entries
        ],
    )
    walks = active_walks(journey.id, [entry.customer_id for entry in entries])
    insert_decisions(
        ((walks[entry.customer_id], Taken(first, "entered", entry.why)) for entry in entries), now
    )


def active_walks(journey_id: int, customer_ids: Sequence[int]) -> dict[int, int]:
    """Give customer → his active walk through a journey; he has one at most."""
    rows = Enrolment.objects.filter(
        journey_id=journey_id, customer_id__in=customer_ids, state=Enrolment.State.ACTIVE
    )
    return dict(rows.values_list("customer_id", "id"))


class Standing(NamedTuple):
    """Where one walk of a person stands; `is_active` is False once it went to its end."""

    customer_id: int
    journey_id: int
    version_id: int
    node: str
    is_active: bool


def standing_of(customer_ids: Collection[int]) -> list[Standing]:
    """Give the walks of these people that go on or went to their end; not those that were left.

    In a journey that is paused nobody goes on.
    """
    goes_on = Q(state=Enrolment.State.ACTIVE, journey__status=Journey.Status.LIVE)
    rows = Enrolment.objects.filter(
        goes_on | Q(state=Enrolment.State.FINISHED), customer_id__in=customer_ids
    )
    columns = ("customer_id", "journey_id", "version_id", "node", "state")
    return [
        Standing(who, journey, version, node, state == Enrolment.State.ACTIVE)
        for who, journey, version, node, state in rows.values_list(*columns)
    ]


def template_heads() -> dict[str, TemplateHead]:
    """Give template key → what messages record of its newest version."""
    rows = Template.objects.order_by("version").values_list(
        "key", "version", "channel", "content_kind", "topic"
    )
    return {
        key: TemplateHead(version, channel, kind, topic)
        for key, version, channel, kind, topic in rows
    }


def newest_words() -> dict[str, str]:
    """Give template key → subject and bodies of its newest version."""
    rows = Template.objects.order_by("version")
    texts = rows.values_list("key", "subject", "body_text", "body_html")
    return {key: "\n".join(words) for key, *words in texts}


def templates_mentioning(fields: Iterable[str]) -> set[str]:
    """Give the keys of templates whose newest version uses one of these merge fields."""
    newest = newest_words()
    # Inside braces only: the same word in a sentence is no merge field.
    wanted = "|".join(map(re.escape, fields))
    used = re.compile(rf"\{{[{{%][^}}]*\b(?:{wanted})\b")
    return {key for key, words in newest.items() if used.search(words)}


def sources_of(version_ids: Iterable[int]) -> dict[int, Definition]:
    """Give version id → definition, parsed once per process."""
    rows = JourneyVersion.objects.filter(id__in=set(version_ids)).values_list("id", "source")
    return {version_id: definition_of(version_id, source) for version_id, source in rows}


def sent_parts(
    *, enrolment_ids: Sequence[int] | None = None, journey_id: int | None = None, since: datetime
) -> list[tuple[int, int, str, str]]:
    """Give (enrolment id, version id, node, planned day) of messages asked for since an instant."""
    rows = Decision.objects.filter(action="sent", decided_at__gte=since)
    if enrolment_ids is not None:
        rows = rows.filter(enrolment_id__in=list(enrolment_ids))
    if journey_id is not None:
        rows = rows.filter(enrolment__journey_id=journey_id)
    found = rows.values_list("enrolment_id", "enrolment__version_id", "node", "reason")
    return [(walk, version, node, reason.get("on", "")) for walk, version, node, reason in found]


def all_definitions() -> list[tuple[str, str, Definition]]:
    """Give key, status and newest definition of every journey, oldest first."""
    journeys = list(Journey.objects.order_by("id"))
    newest = newest_versions(journey.id for journey in journeys)
    return [
        (one.key, one.status, definition_of(newest[one.id].id, newest[one.id].source))
        for one in journeys
        if one.id in newest
    ]
