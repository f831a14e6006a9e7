"""What others may do about people's rights: the access log, requests, retention, erasure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings

from okaeri.customers.access_types import ChainCheck, ProvisionBasis
from okaeri.customers.actions import erasure
from okaeri.customers.domain.retention import compute_retention, oldest_kept
from okaeri.customers.store import access, erasing, requests
from okaeri.customers.store.erasure_list import Line as ErasureLine
from okaeri.customers.store.families import families_of
from okaeri.customers.types import (
    ErasureView,
    PersonKeys,
    Retention,
    RightsRules,
)
from okaeri.foundation.personal import Documents
from okaeri.foundation.settings import ShopProfile, load
from okaeri.intake import api as intake


def log_access(
    actor: str,
    action: str,
    customer_ids: int | Collection[int] | None,
    fields: Sequence[str],
    where: str,
    at: datetime,
    people: int | None = None,
    recipient: str = "",
    basis: ProvisionBasis | None = None,
) -> None:
    """Note in the chained log that somebody saw or took personal data.

    `action` is view, search, export, change or reveal; `where` a page or file, never what was typed.
    `people` counts them where the ids are not known. With a `basis` the data was given away: to
    `recipient`, or where it is "" to the actor (個人情報保護法 29条).
    """
    ids = {customer_ids} if isinstance(customer_ids, int) else set(customer_ids or ())
    access.append(
        settings.SECRET_KEY,
        at=at,
        actor=actor,
        action=action,
        customer_ids=ids,
        people=len(ids) if people is None else people,
        fields=fields,
        where=where,
        recipient=recipient,
        basis="" if basis is None else basis.value,
    )


def verify_access_log() -> ChainCheck:
    """Read the whole access log and say whether an entry was changed, added or removed."""
    return access.verify(settings.SECRET_KEY)


def drop_old_access(now: datetime) -> int:
    """Take away entries older than the shop keeps them; gives how many, at most some thousands."""
    today = now.astimezone(load(ShopProfile).zone)
    return access.drop_before(settings.SECRET_KEY, oldest_kept(load(RightsRules), today))


def request_data(
    kind: str, customer_id: int | None, *, source: str, note: str = "", received_at: datetime
) -> int:
    """Store a person's request (disclosure, correction, stop, erasure); its clock starts now."""
    zone = load(ShopProfile).zone
    due_on = received_at.astimezone(zone).date() + timedelta(days=load(RightsRules).days_to_answer)
    return requests.insert(
        kind=kind,
        customer_id=customer_id,
        source=source,
        note=note,
        received_at=received_at,
        due_on=due_on,
    )


def verify_request(
    request_id: int, *, how: str, by: str, at: datetime, customer_id: int | None = None
) -> None:
    """Note that, and how, the person who asked was found to be himself."""
    named = {} if customer_id is None else {"customer_id": customer_id}
    requests.move(
        request_id,
        seen=("received",),
        status="verified",
        verified_how=how[:200],
        verified_at=at,
        handled_by=by[:150],
        **named,
    )


def finish_request(
    request_id: int,
    *,
    by: str,
    at: datetime,
    is_refused: bool = False,
    outcome: Mapping[str, Any] | None = None,
) -> None:
    """End a request: done only after the identity check, refused at any time."""
    requests.move(
        request_id,
        seen=("received", "verified") if is_refused else ("verified",),
        status="refused" if is_refused else "done",
        ended_at=at,
        handled_by=by[:150],
        outcome=dict(outcome or {}),
    )


def retention_of(
    customer_id: int, *, today: date, last_ad_on: date | None, stopped_on: date | None
) -> Retention:
    """Give until when the proof of this person's consent is kept, and by which rule."""
    holds = requests.holds_of(families_of([customer_id]).get(customer_id, ()))
    return compute_retention(
        load(RightsRules),
        today=today,
        stopped_on=stopped_on,
        last_ad_on=last_ad_on,
        holds=holds,
    )


def export_person(keys: PersonKeys) -> dict[str, Documents]:
    """Give every row of this station and of intake about a person, table by table."""
    return {
        **erasing.export(keys.customer_ids),
        **intake.export_parties(keys.party_ids, keys.devices),
    }


def note_erasure(keys: PersonKeys, at: datetime, proof_until: date | None) -> ErasureLine:
    """Write a person into the erasure list outside the database, before anything is taken away."""
    return erasure.note_down(
        keys, uuid4().hex, at, proof_until, secret=settings.SECRET_KEY, folder=_data_folder()
    )


def erase_person(keys: PersonKeys, line: ErasureLine, counts: Mapping[str, int]) -> ErasureView:
    """Seal the proof and blank the person here and in intake, in the caller's transaction.

    `counts` are what other stations took away before, to be kept with the erasure.
    """
    return erasure.erase(keys, line, settings.SECRET_KEY, counts)


def list_unfinished_erasures() -> list[tuple[ErasureLine, tuple[int, ...]]]:
    """Give erasures of the list that this database has not heard of, each with whom it means."""
    return erasure.list_unfinished(settings.SECRET_KEY, _data_folder())


def _data_folder() -> Path:
    folder: Path = settings.OKAERI.data_dir
    return folder
