"""Where happenings are read: each station's own order that only grows, behind the place read last.

Orders, people and merges have one writer at a time: whatever is behind a place was committed before
it. The others are numbered or dated before they are committed, so their last minute is left for the
next look; a transaction that takes longer than `SETTLES` between number and commit could be missed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.foundation import clock
from okaeri.foundation.happenings import Happening, Happenings, place_of
from okaeri.insight import api as insight
from okaeri.intake import api as intake
from okaeri.web.webhooks.kinds import KINDS

SETTLES = timedelta(seconds=60)
# Of people in one body: a segment's first filling is told in pieces.
MOST_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class Feed:
    """One order of happenings: `read(place, until, limit)` and where it ends now."""

    name: str
    kinds: frozenset[str]
    read: Callable[[int, datetime, int], Happenings]
    end: Callable[[], int]


def _orders(place: int, until: datetime, limit: int) -> Happenings:
    """Give orders as they changed; from one whose buyer nobody has recognised yet on, next time."""
    found = intake.list_orders_after(place, limit)
    owners = customers.customers_of_parties(
        [one.party_id for one in found if one.party_id is not None]
    )
    unknown = {one.party_id for one in found if one.party_id is not None} - set(owners)
    # Somebody erased who orders again is nobody: his contact was looked at and has no owner.
    waiting = customers.waiting_parties(unknown) if unknown else set()
    told = []
    for one in found:
        if one.party_id in waiting:
            break
        told.append(
            Happening(
                one.change_no,
                f"order:{one.id}:{one.change_no}",
                "order.changed",
                one.ordered_at,
                owners.get(one.party_id or 0),
                {
                    "source": one.source,
                    "order_no": one.order_no,
                    "status": one.status,
                    "is_purchase": one.is_purchase,
                },
            )
        )
    return told


def _segments(place: int, until: datetime, limit: int) -> Happenings:
    """Give who entered and left, a change of one segment at a time, in pieces of many people."""
    told = []
    for change in insight.list_segment_changes_after(place, until, 1):
        for kind, people in (("segment.entered", change.entered), ("segment.left", change.left)):
            told += [
                Happening(
                    change.id,
                    f"segment_change:{change.id}:{kind}:{number}",
                    kind,
                    change.at,
                    None,
                    {"segment_id": change.segment_id, "customer_ids": list(some)},
                )
                for number, some in enumerate(_pieces(people))
            ]
    return told


def _pieces(people: Sequence[int]) -> list[Sequence[int]]:
    return [people[start : start + MOST_PEOPLE] for start in range(0, len(people), MOST_PEOPLE)]


def _created(place: int, until: datetime, limit: int) -> Happenings:
    return customers.list_created_after(place, limit)


def _merges(place: int, until: datetime, limit: int) -> Happenings:
    return customers.list_merge_changes_after(place, limit)


def _place_of_people(name: str) -> Callable[[], int]:
    return lambda: customers.newest_places()[name]


def _place_of_now() -> int:
    return place_of(clock.now())


def _of(*starts: str) -> frozenset[str]:
    return frozenset(kind for kind in KINDS if kind.startswith(starts))


_SETTLED = frozenset({"message.sent", "message.failed"})
FEEDS: Mapping[str, Feed] = {
    feed.name: feed
    for feed in (
        Feed(
            "created",
            _of("customer.created"),
            _created,
            _place_of_people("created"),
        ),
        Feed(
            "merges",
            _of("customer.merge"),
            _merges,
            _place_of_people("merges"),
        ),
        Feed(
            "erasures",
            _of("customer.erased"),
            customers.list_erasures_after,
            _place_of_people("erasures"),
        ),
        Feed(
            "consents",
            _of("consent."),
            customers.list_consents_after,
            _place_of_people("consents"),
        ),
        Feed("orders", _of("order."), _orders, intake.latest_change_no),
        Feed("segments", _of("segment."), _segments, insight.latest_segment_change),
        Feed("settled", _SETTLED, deliver.list_settled_after, _place_of_now),
        Feed(
            "message_events",
            _of("message.") - _SETTLED,
            deliver.list_events_after,
            deliver.newest_event,
        ),
    )
}
