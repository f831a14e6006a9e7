"""What follows from a filled-in form: the mail that asks to confirm, consent, answers, thanks.

These mails are transactional: the person has just asked for them, everybody gets them, also whoever a
journey leaves out on purpose. Each is asked for once, in the transaction that notes it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.customers.types import ConsentAction, ConsentBasis
from okaeri.deliver import api as deliver
from okaeri.deliver.types import MessageRequest
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.intake import api as intake
from okaeri.intake.form_types import EntryRecord
from okaeri.plan.store import journeys as store
from okaeri.plan.store.rows import TemplateHead

SOURCE_KIND = "form"
CONFIRM, THANKS = "form_confirm", "form_thanks"
_THANKS_LIVE = timedelta(days=3)


def ask_to_confirm(now: datetime, batch: int) -> int:
    """Ask the outbox for the confirmation mail of each waiting entry; how many."""
    waiting = intake.list_to_mail(batch)
    heads = store.template_heads() if waiting else {}
    if CONFIRM not in heads:
        return 0
    for entry in waiting:
        with transaction.atomic():
            if intake.take_mail(entry, now):
                request = _request(entry, f"confirm:{entry.mails}", CONFIRM, heads, now)
                deliver.submit([request], now)
    return len(waiting)


def settle_entries(now: datetime, batch: int) -> int:
    """Take over what confirmed entries say, once their contacts are recognised; how many."""
    confirmed = intake.list_to_settle(batch)
    if not confirmed:
        return 0
    owners = customers.customers_of_parties(
        [entry.party_id for entry in confirmed if entry.party_id is not None]
    )
    heads = store.template_heads()
    known = [(e, owners[e.party_id]) for e in confirmed if e.party_id in owners and e.party_id]
    return sum(_settle(entry, owner, heads, now) for entry, owner in known)


def _settle(
    entry: EntryRecord, customer_id: int, heads: Mapping[str, TemplateHead], now: datetime
) -> int:
    with transaction.atomic():
        if not intake.take_settling(entry.id, now):
            return 0
        if entry.has_agreed:
            _record_consent(entry, customer_id)
        _record_answers(entry, customer_id, now)
        if THANKS in heads:
            deliver.submit([_request(entry, "thanks", THANKS, heads, now)], now)
        # Mails to an address nobody had confirmed yet are that person's own from here on.
        deliver.know_stranger(-entry.id, customer_id)
    return 1


def _record_consent(entry: EntryRecord, customer_id: int) -> None:
    at = entry.confirmed_at or entry.created_at
    customers.record_consent(
        customer_id,
        channel="email",
        action=ConsentAction.GRANTED,
        basis=ConsentBasis.OPT_IN,
        source="form",
        wording=entry.wording,
        proof={
            **entry.proof,
            "form": entry.form_key,
            "form_version": str(entry.form_version),
            "entry": str(entry.id),
            "email": entry.email,
            "agreed_at": entry.created_at.isoformat(),
            "confirmed_at": at.isoformat(),
        },
        occurred_at=at,
    )


def _record_answers(entry: EntryRecord, customer_id: int, now: datetime) -> None:
    """An answer the shop keeps no attribute for stays with the entry."""
    for name, value in entry.answers.items():
        if not name.startswith(intake.QUESTION):
            continue
        key = name.removeprefix(intake.QUESTION)
        try:
            customers.record_attribute(customer_id, key, value, source="form", at=now)
        except (InputError, NotFoundError):
            continue


def forget_unconfirmed(now: datetime) -> int:
    """Blank entries nobody confirmed, and the mails that were sent for them; how many."""
    with transaction.atomic():
        gone = intake.expire_entries(now)
        for entry in gone:
            deliver.forget_stranger(-entry.id)
    return len(gone)


def _request(
    entry: EntryRecord,
    part: str,
    template_key: str,
    heads: Mapping[str, TemplateHead],
    now: datetime,
) -> MessageRequest:
    head = heads[template_key]
    return MessageRequest(
        key=f"form:{entry.id}:{part}",
        source_kind=SOURCE_KIND,
        source_id=entry.id,
        source_part=part.partition(":")[0],
        # Nobody yet: the address that was typed in, and nobody else's.
        customer_id=-entry.id,
        channel=head.channel,
        content_kind="transactional",
        template_key=template_key,
        template_version=head.version,
        due_at=now,
        expires_at=entry.expires_at if part.startswith("confirm") else now + _THANKS_LIVE,
        context={"form_entry_id": entry.id},
        address=entry.email,
    )
