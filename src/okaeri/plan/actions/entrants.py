"""Who enters by a form: confirmed entries between two places in the order of change."""

from collections.abc import Sequence
from datetime import datetime

from okaeri.customers import api as customers
from okaeri.foundation.clock import local_day
from okaeri.intake import api as intake
from okaeri.plan.actions.surroundings import look_around
from okaeri.plan.domain.entry import Entry, entry_by_form
from okaeri.plan.journeys.definition import FormTrigger
from okaeri.plan.store.rows import LiveJourney

# More entries than this between two looks wait for the next one.
_MOST = 100_000


def find_entrants(journey: LiveJourney, until: int, now: datetime) -> Sequence[Entry] | None:
    """Give whom entries up to a change number let in; None while one of them is not recognised yet.

    Entries stand in the same order of change as orders, so the journey's one cursor serves for both.
    """
    trigger = journey.definition.trigger
    if not isinstance(trigger, FormTrigger):
        return ()
    found = [
        entry
        for entry in intake.list_entries_after(journey.cursor, _MOST, until=until)
        if entry.confirmed_at is not None and entry.confirmed_at >= journey.live_since
    ]
    if not found:
        return ()
    owners = customers.customers_of_parties(
        [entry.party_id for entry in found if entry.party_id is not None]
    )
    if any(entry.party_id not in owners for entry in found):
        return None
    around = look_around()
    histories = customers.purchase_history(set(owners.values()))
    entries = (
        entry_by_form(
            trigger,
            entry,
            owners[entry.party_id],
            histories.get(owners[entry.party_id], ()),
            confirmed_on=local_day(entry.confirmed_at, around.zone),
            now=now,
            today=around.day_of(now),
        )
        for entry in found
        if entry.party_id is not None and entry.confirmed_at is not None
    )
    return [entry for entry in entries if entry is not None]
