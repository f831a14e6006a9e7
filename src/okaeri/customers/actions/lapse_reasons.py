"""Why people left: one list, chosen by people and staff, and read from what ended subscriptions say."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import takewhile

from django.db import transaction

from okaeri.customers.actions.attributes import iter_answers_to, record_answers
from okaeri.customers.attribute_types import (
    AttributeIn,
    AttributeValueView,
    Choice,
    Origin,
    ValueIn,
)
from okaeri.customers.domain.attributes import CANCELLATION
from okaeri.customers.domain.lapse_reasons import KEY, read_reason
from okaeri.customers.store import attributes as store
from okaeri.customers.store import identity
from okaeri.foundation.models import DutyState
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.work import cursors
from okaeri.intake import api as intake
from okaeri.intake.types import SubscriptionRecord

_DUTY = "customers.read_cancellations"
_PAGE = 2000


def lapse_reasons() -> tuple[Choice, ...]:
    """Give the shop's list of reasons to leave; empty while it keeps none."""
    master = _master()
    return master.choices if master else ()


def _master() -> AttributeIn | None:
    known = store.known().get(KEY)
    return known[1] if known is not None and known[1].is_active else None


def record_lapse_reason(customer_id: int, reason: str, *, source: str, at: datetime) -> None:
    """Keep why a person left as he or staff chose it; "" keeps nothing.

    Raises InputError for a reason that is not on the list, NotFoundError where the shop keeps none.
    """
    if reason:
        given = ValueIn(customer_id, KEY, reason, source, Origin.FIRST, at)
        record_answers([given])


def lapse_reasons_on(day: date) -> Iterator[tuple[int, AttributeValueView]]:
    """Give (live customer, the reason that holds) of everybody who ever gave one, by customer."""
    return iter_answers_to(KEY, day)


def read_cancellations(now: datetime) -> int:
    """Take one batch of ended subscriptions' reasons over into the list; how many contracts were read.

    In the order of change; a contract whose contact nobody has resolved yet waits, and the later ones
    with it. A list that was changed is gone through anew from the first contract on.
    """
    master = _master()
    if master is None:
        return 0
    duty = f"{_DUTY}:{_mark_of(master)}"
    if not intake.list_subscriptions_after(cursors.read(duty), 1):
        return 0
    with transaction.atomic():
        # No merge moves contacts while this looks up whose they are.
        if identity.claim_cursor() is None:
            return 0
        contracts = _ready(intake.list_subscriptions_after(cursors.read(duty), _PAGE))
        if contracts:
            record_answers(list(_answers(contracts, master)))
            last = {"cursor": contracts[-1].change_no, "last_run_at": now}
            DutyState.objects.update_or_create(name=duty, defaults=last)
    return len(contracts)


def _mark_of(master: AttributeIn) -> str:
    words = repr([(one.value, one.name.ja, one.name.en) for one in master.choices])
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def _ready(contracts: Sequence[SubscriptionRecord]) -> list[SubscriptionRecord]:
    """Give the contracts before the first whose contact is still to be resolved."""
    owners = identity.links_of(one.party_id for one in contracts if one.party_id)
    unknown = [one.party_id for one in contracts if one.party_id and one.party_id not in owners]
    done = identity.read_cursor()
    # Contacts of people who were erased are resolved to nobody: they are waited for no longer.
    waiting = {party.id for party in intake.list_parties(unknown) if party.change_no > done}
    return list(takewhile(lambda one: one.party_id not in waiting, contracts))


def _answers(contracts: Sequence[SubscriptionRecord], master: AttributeIn) -> Iterator[ValueIn]:
    owners = identity.links_of(one.party_id for one in contracts if one.party_id)
    zone = load(ShopProfile).zone
    for one in contracts:
        reason = read_reason(one.cancel_reason, master.choices)
        owner = owners.get(one.party_id or 0)
        if one.status == "cancelled" and reason and owner is not None:
            at = one.changed_at
            if one.cancelled_on is not None:
                at = datetime.combine(one.cancelled_on, time(12), zone)
            yield ValueIn(owner, KEY, reason, CANCELLATION, Origin.FIRST, at)
