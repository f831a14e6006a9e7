"""How people are reached: contact points, the ledger of consent, addresses that are blocked."""

from collections.abc import Iterable
from datetime import datetime

from okaeri.customers.domain.names import phone_digits
from okaeri.customers.models import ConsentEvent
from okaeri.customers.store import consents, identity
from okaeri.customers.types import ConsentRecord, ContactPointView


def list_contact_points(customer_ids: Iterable[int], channel: str) -> dict[int, ContactPointView]:
    """Give id → contact point on `channel` with consent and suppression; without one, left out."""
    asked = list(dict.fromkeys(customer_ids))
    found = {point.customer_id: point for point in consents.views_of(asked, channel)}
    missing = [number for number in asked if number not in found]
    moved = {a: root for a, root in identity.roots_of(missing).items() if a != root}
    if moved:
        roots = {p.customer_id: p for p in consents.views_of(set(moved.values()), channel)}
        found.update({asked: roots[root] for asked, root in moved.items() if root in roots})
    return found


def contact_points_of(customer_id: int) -> list[ContactPointView]:
    """Give every contact point of one person, in the order of their channels' names."""
    return consents.views_of(identity.roots_of([customer_id]).values())


def list_consents(customer_id: int) -> list[ConsentRecord]:
    """Give the ledger of one person with its proofs, oldest word first."""
    live = identity.roots_of([customer_id]).get(customer_id)
    if live is None:
        return []
    events = ConsentEvent.objects.filter(customer_id=live).select_related("wording")
    return [
        ConsentRecord(
            channel=event.channel,
            action=event.action,
            basis=event.basis,
            source=event.source,
            wording=event.wording.wording if event.wording else "",
            proof={key: str(value) for key, value in event.proof.items()},
            occurred_at=event.occurred_at,
        )
        for event in events.order_by("occurred_at", "id")
    ]


def grants_on(channel: str, customer_ids: Iterable[int]) -> dict[int, list[datetime]]:
    """Give asked id → when that person agreed on a channel, oldest first; who never did is left out."""
    roots = identity.roots_of(customer_ids)
    granted = consents.grants_on(channel, set(roots.values()))
    return {asked: granted[root] for asked, root in roots.items() if root in granted}


def suppress_phone(phone: str, reason: str, at: datetime) -> None:
    """Never telephone a number again, however it is written; the first reason stays."""
    consents.suppress("phone", phone_digits(phone), reason, at)


def suppressed_phones(phones: Iterable[str]) -> dict[str, str]:
    """Give those of these numbers, as they were given, that must not be called, with the reason."""
    digits = {phone: phone_digits(phone) for phone in phones if phone}
    blocked = consents.suppressed_of("phone", set(digits.values()))
    return {phone: blocked[key] for phone, key in digits.items() if key in blocked}
