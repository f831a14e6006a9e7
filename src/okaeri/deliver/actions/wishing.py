"""What a person asks for on the preference page holds from that instant: nothing claimed slips through."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.customers.preference_types import NO_WISHES
from okaeri.customers.types import ConsentAction, ConsentBasis, ContactPointView
from okaeri.deliver.store import locks, outbox
from okaeri.deliver.types import Choice

_SOURCE = "preference_page"
_GRANTED, _WITHDRAWN = "granted", "withdrawn"


def choose(customer_id: int, choice: Choice, now: datetime) -> None:
    """Keep a choice; consent changes only on channels where it says something new.

    Raises InputError for wishes that cannot be, and then nothing is kept.
    """
    with transaction.atomic():
        ids = _lock(customer_id)
        customers.record_preference(customer_id, choice.wishes, now)
        for point in customers.contact_points_of(customer_id):
            if point.channel not in choice.channels:
                _stop(point, ids, now)
            elif point.consent != _GRANTED and not point.suppressed_because:
                _record(point, ConsentAction.GRANTED, now, choice.wording)
        outbox.ask_again(ids, now)


def pause(customer_id: int, until: date | None, now: datetime) -> None:
    """Begin a pause with its last day, or end it (None); all else he asked for stays."""
    with transaction.atomic():
        ids = _lock(customer_id)
        known = customers.find_preference(customer_id)
        wishes = replace(known.wishes if known else NO_WISHES, paused_until=until)
        customers.record_preference(customer_id, wishes, now)
        outbox.ask_again(ids, now)


def leave(customer_id: int, now: datetime) -> None:
    """Withdraw consent on every channel, and call back what is still here; as often as asked."""
    with transaction.atomic():
        ids = _lock(customer_id)
        for point in customers.contact_points_of(customer_id):
            _stop(point, ids, now, is_final=True)


def _lock(customer_id: int) -> tuple[int, ...]:
    # A claim that is deciding about this person ends first; the next one sees what we write.
    ids = customers.ids_of(customer_id)
    locks.lock_people(ids)
    return ids


def _stop(
    point: ContactPointView, ids: Collection[int], now: datetime, *, is_final: bool = False
) -> None:
    """Somebody who never agreed has nothing to take back, unless he leaves everything."""
    if point.consent == _GRANTED or (is_final and point.consent != _WITHDRAWN):
        _record(point, ConsentAction.WITHDRAWN, now)
    if is_final or point.consent == _GRANTED:
        for number in ids:
            outbox.withdraw_marketing_of(number, point.channel, "unsubscribed", now)


def _record(
    point: ContactPointView, action: ConsentAction, now: datetime, wording: str = ""
) -> None:
    customers.record_consent(
        point.customer_id,
        channel=point.channel,
        action=action,
        basis=ConsentBasis.OPT_IN,
        source=_SOURCE,
        wording=wording,
        occurred_at=now,
    )
