"""Two customers become one, and can become two again.

Moved here: contacts (and with them orders and what was done on their pages), identity keys, words of
consent, devices. Everything else stays with the number it belongs to (points, arms of experiments,
walks, messages, attributes, wishes) and is read over all numbers of a person (`store.families`), so that
a merge cannot lose it and an undo finds it where it was. Other stations follow `Merge.change_no`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from okaeri.customers.domain import profile as profiles
from okaeri.customers.models import ConsentEvent, Merge
from okaeri.customers.store import consents, devices, families, identity, matching, people
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.sequences import next_numbers
from okaeri.foundation.text import Text
from okaeri.intake import api as intake

_SEQUENCE = "merges"
# Where the merge itself said no, because one of the two had.
_MERGE = "merge"
_NO_MERGE = Text(
    "統合の記録 {id} は見つかりません。", "There is no record of a merge with the number {id}."
)
_ALREADY_UNDONE = Text(
    "統合 {id} はすでに取り消されています。", "Merge {id} has already been taken back."
)
_STILL_INSIDE = Text(
    "統合 {id} は、あとの統合 {later} を先に取り消してから取り消してください。",
    "Take back the later merge {later} before merge {id}.",
)


def merge_customers(
    kept: int, absorbed: int, *, evidence: Sequence[str], now: datetime, by: str = ""
) -> list[int]:
    """Move everything of `absorbed` to `kept`, in the caller's transaction; gives the moved parties.

    The caller touches the orders of those parties, so that the warehouse hears of it.
    """
    before = people.read_profiles((kept, absorbed), lock=True)
    refused = consents.withdrawn_of((kept, absorbed))
    whole = profiles.newest(before[kept], before[absorbed])
    parties = [party for party, _ in identity.parties_of([absorbed])]
    keys, events = identity.key_ids_of(absorbed), consents.event_ids_of(absorbed)
    last_event = ConsentEvent.objects.aggregate(last=Max("id"))["last"] or 0
    identity.move_links(parties, absorbed, kept)
    devices.move_links(parties, kept)
    identity.move_keys(keys, absorbed, kept)
    consents.move_events(events, absorbed, kept)
    people.update_profiles({kept: whole})
    people.note_known({kept: people.known_of([absorbed])[absorbed]})
    people.set_merged_into(absorbed, kept)
    Merge.objects.create(
        kept_id=kept,
        absorbed_id=absorbed,
        party_ids=parties,
        merged_at=now,
        merged_by=by,
        change_no=next_numbers(_SEQUENCE)[0],
        evidence={
            "kinds": list(evidence),
            "key_ids": keys,
            "event_ids": events,
            "last_event_id": last_event,
            "profile_before": profiles.to_json(before[kept]),
            "refused": refused,
        },
    )
    consents.derive_points((kept, absorbed))
    _let_refusals_stand(kept, refused, now)
    return parties


def _let_refusals_stand(kept: int, refused: dict[str, int], now: datetime) -> None:
    """Of one who agreed and one who refused comes one who refused, until he agrees anew himself.

    The newer word of the one says nothing of the other's address.
    """
    revived = [c for c in refused if c in consents.granted_channels(kept)]
    entries = [
        consents.LedgerEntry(
            customer_id=kept,
            channel=channel,
            action=ConsentEvent.Action.WITHDRAWN,
            basis="opt_in",
            source=_MERGE,
            occurred_at=now,
            proof={"customer_id": refused[channel]},
        )
        for channel in revived
    ]
    if entries:
        consents.append(entries, now)
        consents.derive_points((kept,))


def undo_merge(merge_id: int, by: str = "") -> None:
    """Make two people of one again: links, keys, consent and profile return to whom they were of.

    Parties that came after the merge stay with the kept customer. A withdrawal made while the two
    were one holds for both. The two are never joined by themselves again.
    """
    now = clock.now()
    with transaction.atomic():
        identity.wait_for_cursor()
        merge = _get_undoable(merge_id)
        kept, absorbed = merge.kept_id, merge.absorbed_id
        before = people.read_profiles((kept, absorbed), lock=True)
        moved = identity.move_links(merge.party_ids, kept, absorbed)
        devices.move_links(moved, absorbed)
        identity.move_keys(merge.evidence["key_ids"], kept, absorbed)
        consents.move_events(merge.evidence["event_ids"], kept, absorbed)
        _withdraw_for_both(merge, now)
        _return_refusals(merge)
        earlier = profiles.from_json(merge.evidence["profile_before"])
        people.update_profiles({kept: profiles.take_back(before[kept], before[absorbed], earlier)})
        people.set_merged_into(absorbed, None)
        for number in (kept, absorbed):
            people.set_known({number: _known_by_contacts(number)})
        Merge.objects.filter(id=merge_id).update(
            undone_at=now, undone_by=by, change_no=next_numbers(_SEQUENCE)[0]
        )
        consents.derive_points((kept, absorbed))
        matching.note_undone((kept, absorbed), by, now)
        intake.touch_orders_of_parties(moved)


def _known_by_contacts(customer_id: int) -> datetime:
    """Give since when the shop knows a person by his contacts, and by when his rows were written."""
    parties = intake.list_parties(party for party, _ in identity.parties_of([customer_id]))
    written = people.earliest_row(families.families_of([customer_id])[customer_id])
    return min([written, *(party.known_at for party in parties)])


def find_open_merge(one: int, other: int) -> int | None:
    """Give the merge that makes these two one at present, of either into the other."""
    pair = (one, other)
    merges = Merge.objects.filter(kept_id__in=pair, absorbed_id__in=pair, undone_at=None)
    return merges.order_by("-id").values_list("id", flat=True).first()


def _get_undoable(merge_id: int) -> Merge:
    merge = Merge.objects.filter(id=merge_id).first()
    if merge is None:
        raise NotFoundError(_NO_MERGE.format(id=merge_id))
    if merge.undone_at is not None:
        raise InputError(_ALREADY_UNDONE.format(id=merge_id))
    later = Merge.objects.filter(absorbed_id=merge.kept_id, undone_at=None).first()
    if later is not None:
        raise InputError(_STILL_INSIDE.format(id=merge_id, later=later.id))
    return merge


def _withdraw_for_both(merge: Merge, now: datetime) -> None:
    since = ConsentEvent.objects.filter(
        customer_id=merge.kept_id,
        action=ConsentEvent.Action.WITHDRAWN,
        id__gt=merge.evidence["last_event_id"],
    ).exclude(source=_MERGE)
    consents.append([_copy_for(merge.absorbed_id, event) for event in since.order_by("id")], now)


def _return_refusals(merge: Merge) -> None:
    """Give what the merge itself said to the one whose refusal it was."""
    said = ConsentEvent.objects.filter(
        customer_id=merge.kept_id, source=_MERGE, id__gt=merge.evidence["last_event_id"]
    )
    theirs = [
        event.pk
        for event in said
        if merge.evidence.get("refused", {}).get(event.channel) == merge.absorbed_id
        and event.proof.get("customer_id") == merge.absorbed_id
    ]
    consents.move_events(theirs, merge.kept_id, merge.absorbed_id)


def _copy_for(customer_id: int, event: ConsentEvent) -> consents.LedgerEntry:
    proof: dict[str, Any] = {**event.proof, "copied_from": event.pk}
    return consents.LedgerEntry(
        customer_id=customer_id,
        channel=event.channel,
        action=event.action,
        basis=event.basis,
        source=event.source,
        occurred_at=event.occurred_at,
        proof=proof,
        wording_sha256=event.wording_id,
    )
