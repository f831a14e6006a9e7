"""One person's proof of consent: each advertisement beside the word that allowed it, and its text."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from okaeri.customers import api as customers
from okaeri.customers.types import ConsentRecord, PersonKeys
from okaeri.deliver import api as deliver
from okaeri.deliver.types import SentMarketing
from okaeri.rewards import api as rewards


@dataclass(frozen=True, slots=True)
class Proof:
    """One advertisement and the entry of the ledger in force when it left; None: there was none."""

    message: SentMarketing
    consent: ConsentRecord | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """All proofs of one person, oldest first."""

    customer_id: int
    ledger: tuple[ConsentRecord, ...]
    proofs: tuple[Proof, ...]

    @property
    def proven(self) -> int:
        return sum(proof.consent is not None for proof in self.proofs)

    def as_document(self) -> dict[str, Any]:
        """Give the form for programs and for the printed page's download."""
        return {
            "customer_id": self.customer_id,
            "advertisements": len(self.proofs),
            "with_proof": self.proven,
            "ledger": [_consent(entry) for entry in self.ledger],
            "proofs": [
                {
                    "message_id": proof.message.id,
                    "sent_at": proof.message.sent_at,
                    "channel": proof.message.channel,
                    "subject": proof.message.subject,
                    "template": f"{proof.message.template_key} v{proof.message.template_version}",
                    "consent": None if proof.consent is None else _consent(proof.consent),
                }
                for proof in self.proofs
            ],
        }


def _consent(entry: ConsentRecord) -> dict[str, Any]:
    return {
        "channel": entry.channel,
        "action": entry.action,
        "basis": entry.basis,
        "source": entry.source,
        "occurred_at": entry.occurred_at,
        "wording": entry.wording,
        "proof": entry.proof,
    }


def build_dossier(keys: PersonKeys) -> Dossier:
    """Put every advertisement beside the consent in force at the instant it left."""
    live = keys.customer_ids[0]
    ledger = tuple(sorted(customers.list_consents(live), key=lambda entry: entry.occurred_at))
    proofs = tuple(
        Proof(_readable(message), _in_force(ledger, message.channel, message.sent_at))
        for message in deliver.list_marketing(keys.customer_ids)
    )
    return Dossier(live, ledger, proofs)


def _readable(message: SentMarketing) -> SentMarketing:
    return replace(message, subject=rewards.hide_gifts(message.subject))


def _in_force(
    ledger: tuple[ConsentRecord, ...], channel: str, at: datetime
) -> ConsentRecord | None:
    """Give the grant that counted then, by the very rule that let the message leave."""
    return customers.consent_in_force(ledger, channel, at)
