"""What people and staff say about being written to: appended to the ledger, never changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from okaeri.customers.domain.profile import PLACEHOLDER_ENDING
from okaeri.customers.store import consents, identity, people, purposes
from okaeri.customers.types import ConsentAction, ConsentBasis
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.text import Text

# The proof's word for the version of the purpose of use (its sha256).
PURPOSE = "purpose"
_NO_CUSTOMER = Text("顧客 {id} は見つかりません。", "There is no customer {id}.")
_UNKNOWN_WORD = Text(
    "同意の{what}「{value}」は使えません。使えるのは {known} です。",
    "A consent's {what} cannot be {value}; use one of {known}.",
)
_NEEDS_PROOF = Text(
    "本人の申し込み以外を根拠にするときは、証拠(proof)を添えてください。",
    "A grant that is not the person's own opt-in needs a proof.",
)
_NOT_A_PLACEHOLDER = Text(
    "仮のアドレスのドメインは {ending} で終わる必要があります。",
    "The domain of placeholder addresses must end with {ending}.",
)


def record_consent(
    customer_id: int,
    *,
    channel: str,
    action: str,
    basis: str,
    source: str,
    wording: str = "",
    proof: Mapping[str, Any] | None = None,
    occurred_at: datetime,
) -> None:
    """Append one word to the ledger and derive the contact point from it, in one transaction.

    Raises NotFoundError for an unknown customer, InputError for a word the ledger does not know.
    """
    _check("action", action, ConsentAction)
    _check("basis", basis, ConsentBasis)
    if action == ConsentAction.GRANTED and basis != ConsentBasis.OPT_IN and not proof:
        raise InputError(_NEEDS_PROOF)
    now = clock.now()
    with transaction.atomic():
        live = _lock(customer_id)
        digest = consents.keep_wording(wording, now)
        entry = consents.LedgerEntry(
            *(live, channel, action, basis, source, occurred_at),
            *(_with_purpose(action, proof or {}), digest),
        )
        consents.append([entry], now)
        consents.derive_points([live])


def _with_purpose(action: str, proof: Mapping[str, Any]) -> dict[str, Any]:
    """Add for what the shop said it uses data, where a grant was given without a form that says so."""
    purpose = purposes.find() if action == ConsentAction.GRANTED else None
    return dict(proof) if purpose is None else {PURPOSE: purpose.sha256, **proof}


def _check(what: str, value: str, known: type[ConsentAction] | type[ConsentBasis]) -> None:
    if value not in set(known):
        listed = ", ".join(known)
        raise InputError(_UNKNOWN_WORD.format(what=what, value=value, known=listed))


def _lock(customer_id: int) -> int:
    """Lock the live customer behind an id until the transaction ends."""
    while True:
        live = identity.roots_of([customer_id]).get(customer_id)
        if live is None:
            raise NotFoundError(_NO_CUSTOMER.format(id=customer_id))
        # A merge may have come between the two reads; then look again.
        if people.lock_live(live):
            return live


def assume_consent(*, channel: str, basis: str, source: str, note: str) -> int:
    """Grant consent wherever none was ever given or withdrawn on `channel`; gives how many.

    For a replay, or a decision of staff who hold the proof elsewhere: `note` says where.
    """
    _check("basis", basis, ConsentBasis)
    if not note.strip():
        raise InputError(_NEEDS_PROOF)
    now = clock.now()
    with transaction.atomic():
        customers = consents.grant_where_none(channel, now)
        digest = consents.keep_wording(note.strip(), now)
        consents.append(
            (
                consents.LedgerEntry(
                    *(customer, channel, ConsentAction.GRANTED, basis, source, now),
                    *({"note": note}, digest),
                )
                for customer in customers
            ),
            now,
        )
    return len(customers)


def give_placeholder_addresses(*, domain: str = "example.invalid") -> int:
    """Give everybody without an e-mail address one that cannot exist (RFC 2606); gives how many.

    For a replay only. A real address that is learnt later takes its place.
    """
    if not f".{domain}".endswith(PLACEHOLDER_ENDING):
        raise InputError(_NOT_A_PLACEHOLDER.format(ending=PLACEHOLDER_ENDING))
    with transaction.atomic():
        customers = people.fill_emails(domain)
        consents.derive_points(customers)
    return len(customers)
