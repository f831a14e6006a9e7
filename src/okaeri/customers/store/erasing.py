"""Everything this station knows of one person: gathered, given away, sealed, blanked."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F

from okaeri.customers.domain.names import address_key, phone_digits
from okaeri.customers.domain.resolution import Key
from okaeri.customers.models import (
    AttributeValue,
    ConsentEvent,
    ContactPoint,
    Customer,
    DataRequest,
    DeviceLink,
    Erasure,
    IdentityKey,
    LegalHold,
    MatchCandidate,
    Merge,
    PartyLink,
    Preference,
    Suppression,
)
from okaeri.customers.types import ErasureView
from okaeri.foundation.ids import sign
from okaeri.foundation.personal import Documents, PersonalWords, as_documents, personal_words
from okaeri.intake.types import PartyRecord

_BLANK: dict[str, Any] = {
    **dict.fromkeys(
        (
            *("family_name", "given_name", "family_kana", "given_kana", "email", "phone"),
            *("line_user_id", "postal_code", "prefecture", "address"),
            *("phone_key", "name_key", "kana_key"),
        ),
        "",
    ),
    "birth_on": None,
    "profile_seen": {},
    "known_at": F("created_at"),
}
_VIEWED = ("token", "customer_id", "erased_at", "proof_until", "counts")
Span = tuple[str, datetime | None, datetime | None]


def parties_of(ids: Sequence[int]) -> tuple[int, ...]:
    """Give the contacts these ids were made of."""
    links = PartyLink.objects.filter(customer_id__in=ids)
    return tuple(sorted(links.values_list("party_id", flat=True)))


def devices_of(ids: Sequence[int]) -> tuple[Span, ...]:
    """Give when which device was theirs: from being identified until somebody else was.

    Before anybody was identified on it a device is the first one's.
    """
    mine = DeviceLink.objects.filter(customer_id__in=ids).values_list("device_id", flat=True)
    spans: list[Span] = []
    for device in sorted(set(mine)):
        rows = DeviceLink.objects.filter(device_id=device).order_by("identified_at", "id")
        links = list(rows.values_list("customer_id", "identified_at"))
        for place, (owner, at) in enumerate(links):
            if owner in ids:
                end = links[place + 1][1] if place + 1 < len(links) else None
                spans.append((device, at if place else None, end))
    return tuple(spans)


def keys_of(ids: Sequence[int]) -> list[Key]:
    """Give the identity keys of these ids."""
    keys = IdentityKey.objects.filter(customer_id__in=ids).order_by("id")
    return list(keys.values_list("kind", "value"))


def words_of(ids: Sequence[int], parties: Iterable[PartyRecord]) -> PersonalWords:
    """Give what the person is called and reached by, in every writing that was stored."""
    contacts: set[str] = set()
    names: set[str] = set()
    columns = (
        *("family_name", "given_name", "family_kana", "given_kana"),
        *("email", "phone", "line_user_id", "address"),
    )
    stated = list(Customer.objects.filter(id__in=ids).values_list(*columns))
    stated += [tuple(getattr(party, name) for name in columns) for party in parties]
    for family, given, family_kana, given_kana, email, phone, line, address in stated:
        contacts |= {email, phone, phone_digits(phone), line, address}
        names |= {family + given if given else "", family_kana + given_kana if given_kana else ""}
        names |= {given + family if family else "", family if not given else ""}
    points = ContactPoint.objects.filter(customer_id__in=ids)
    contacts |= set(points.values_list("address", flat=True))
    return personal_words(contacts, names)


def addresses_of(ids: Sequence[int]) -> set[str]:
    """Give the mail addresses of these ids."""
    points = ContactPoint.objects.filter(customer_id__in=ids, channel="email")
    mine = Customer.objects.filter(id__in=ids).values_list("email", flat=True)
    return {*points.values_list("address", flat=True), *mine}


def hash_of(secret: str, kind: str, value: str) -> str:
    """Give what is left of a key: nobody without the shop's secret can find the person by it."""
    return sign(secret, "erased", kind, value)


def seal(secret: str, ids: Sequence[int]) -> dict[str, Any]:
    """Give the minimal proof: who agreed or refused when and to which words, as hashes and codes."""
    addresses = dict(
        ContactPoint.objects.filter(customer_id__in=ids).values_list("channel", "address")
    )
    events = ConsentEvent.objects.filter(customer_id__in=ids).order_by("occurred_at", "id")
    return {
        "consents": [
            {
                "channel": event.channel,
                "address": hash_of(
                    secret, event.channel, address_key(addresses.get(event.channel, ""))
                ),
                "action": event.action,
                "basis": event.basis,
                "source": event.source,
                "wording": event.wording_id or "",
                "at": event.occurred_at.isoformat(),
            }
            for event in events
        ],
        "refusals": [
            {"channel": channel, "address": hash_of(secret, channel, address), "reason": reason}
            for channel, address, reason in _suppressions(addresses.values(), ids)
        ],
    }


def _suppressions(addresses: Iterable[str], ids: Sequence[int]) -> list[tuple[str, str, str]]:
    keys = _refusable(addresses, ids)
    rows = Suppression.objects.filter(address__in=keys).order_by("id")
    return list(rows.values_list("channel", "address", "reason"))


def _refusable(addresses: Iterable[str], ids: Sequence[int]) -> list[str]:
    """Give what the person may have refused to be reached by, as suppressions are kept."""
    phones = Customer.objects.filter(id__in=ids).exclude(phone_key="")
    return [*map(address_key, addresses), *phones.values_list("phone_key", flat=True)]


def export(ids: Sequence[int]) -> dict[str, Documents]:
    """Give every row about the person, table by table."""
    mine = {"customer_id__in": ids}
    keys = _refusable(ContactPoint.objects.filter(**mine).values_list("address", flat=True), ids)
    events = ConsentEvent.objects.filter(**mine)
    attributes = AttributeValue.objects.filter(**mine)
    return {
        "customers": as_documents(Customer.objects.filter(id__in=ids).values()),
        "identity_keys": as_documents(IdentityKey.objects.filter(**mine).values("kind", "value")),
        "contact_points": as_documents(ContactPoint.objects.filter(**mine).values()),
        "suppressions": as_documents(Suppression.objects.filter(address__in=keys).values()),
        "consents": [
            {**row, "wording": row.pop("wording__wording")}
            for row in events.values(
                *("channel", "action", "basis", "source", "proof", "occurred_at"),
                "wording__wording",
            )
        ],
        "preferences": as_documents(Preference.objects.filter(**mine).values()),
        "attributes": as_documents(
            attributes.values(
                "attribute__key", "value", "source", "origin", "basis", "expires_on", "recorded_at"
            )
        ),
        "devices": as_documents(
            DeviceLink.objects.filter(**mine).values("device_id", "identified_at")
        ),
        "data_requests": as_documents(
            DataRequest.objects.filter(**mine).values("kind", "status", "note", "received_at")
        ),
    }


def blank(ids: Sequence[int]) -> dict[str, int]:
    """Take away all that is personal; what stays is a number that orders may be counted by."""
    mine = {"customer_id__in": ids}
    points = list(ContactPoint.objects.filter(**mine).values_list("channel", "address"))
    refused = _refusable((address for _, address in points), ids)
    pairs = MatchCandidate.objects.filter(left_id__in=ids) | MatchCandidate.objects.filter(
        right_id__in=ids
    )
    merges = Merge.objects.filter(kept_id__in=ids) | Merge.objects.filter(absorbed_id__in=ids)
    nothing = {
        "kinds": [],
        "key_ids": [],
        "event_ids": [],
        "last_event_id": 0,
        "profile_before": {},
    }
    counts = {
        "suppressions": Suppression.objects.filter(address__in=refused).delete()[0],
        "contact_points": ContactPoint.objects.filter(**mine).delete()[0],
        "identity_keys": IdentityKey.objects.filter(**mine).delete()[0],
        "consents": ConsentEvent.objects.filter(**mine).delete()[0],
        "attributes": AttributeValue.objects.filter(**mine).delete()[0],
        "preferences": Preference.objects.filter(**mine).delete()[0],
        "devices": DeviceLink.objects.filter(**mine).delete()[0],
        "match_candidates": pairs.delete()[0],
        "merges": merges.update(evidence=nothing),
        "data_requests": DataRequest.objects.filter(**mine).update(
            note="", verified_how="", outcome={}
        ),
    }
    counts["customers"] = Customer.objects.filter(id__in=ids).update(**_BLANK)
    return counts


# ---- the list of erasures ----------------------------------------------------------------------


def insert(
    *,
    token: str,
    customer_id: int,
    key_hashes: Sequence[str],
    erased_at: datetime,
    proof: dict[str, Any],
    proof_until: date | None,
) -> None:
    """Note that somebody was erased."""
    Erasure.objects.create(
        token=token,
        customer_id=customer_id,
        key_hashes=list(key_hashes),
        erased_at=erased_at,
        proof=proof,
        proof_until=proof_until,
    )


def note_counts(token: str, counts: dict[str, int]) -> ErasureView:
    """Keep how many rows went from which table."""
    Erasure.objects.filter(token=token).update(counts=counts)
    return ErasureView(*Erasure.objects.values_list(*_VIEWED).get(token=token))


def list_erasures(limit: int | None = None) -> list[ErasureView]:
    """Give erasures, the latest first."""
    rows = Erasure.objects.order_by("-erased_at", "-id").values_list(*_VIEWED)
    return [ErasureView(*row) for row in (rows if limit is None else rows[:limit])]


def known_tokens() -> set[str]:
    """Give which lines of the erasure list this database has heard of."""
    return set(Erasure.objects.values_list("token", flat=True))


def erased_ids() -> frozenset[int]:
    """Give the numbers that nobody stands behind any more."""
    return frozenset(Erasure.objects.values_list("customer_id", flat=True))


def hashes() -> dict[str, tuple[int, datetime]]:
    """Give key hash → the customer it was of and when he was erased; of two, the later."""
    rows = Erasure.objects.order_by("erased_at").values_list(
        "key_hashes", "customer_id", "erased_at"
    )
    return {key: (number, at) for keys, number, at in rows for key in keys}


def refusals() -> dict[str, tuple[str, str, datetime]]:
    """Give address hash → (channel, reason, instant) of every sealed refusal still in force.

    A withdrawal counts as one with the reason "withdrawn".
    """
    found: dict[str, tuple[str, str, datetime]] = {}
    for proof, erased_at in Erasure.objects.order_by("erased_at").values_list("proof", "erased_at"):
        last = {event["address"]: event for event in proof.get("consents", ())}
        for address, event in last.items():
            if event["action"] == ConsentEvent.Action.WITHDRAWN:
                found[address] = (event["channel"], "withdrawn", erased_at)
        for refusal in proof.get("refusals", ()):
            found[refusal["address"]] = (refusal["channel"], refusal["reason"], erased_at)
    return found


def drop_proofs(before: date) -> int:
    """Forget sealed proofs whose day has passed; refusals stay as hashes, so that no stays no.

    An order that came after the erasure holds a proof as well.
    """
    held = LegalHold.objects.filter(until__gte=before).values("customer_id")
    due = Erasure.objects.filter(proof_until__lt=before).exclude(customer_id__in=held)
    count = 0
    for row in due:
        row.proof = only_refusals(row.proof)
        row.proof_until = None
        row.save(update_fields=["proof", "proof_until"])
        count += 1
    return count


def only_refusals(proof: dict[str, Any]) -> dict[str, Any]:
    """Give a sealed proof without the consents; whether somebody said no last is kept for good."""
    last = {event["address"]: event for event in proof.get("consents", ())}
    withdrawn = [
        {"channel": event["channel"], "address": address, "reason": "withdrawn"}
        for address, event in last.items()
        if event["action"] == ConsentEvent.Action.WITHDRAWN
    ]
    return {"consents": [], "refusals": [*proof.get("refusals", ()), *withdrawn]}


def list_customers_with_keys() -> Iterable[tuple[int, str, str]]:
    """Give (customer, kind, value) of every identity key there is."""
    return IdentityKey.objects.values_list("customer_id", "kind", "value").iterator(20_000)


def existed_at(customer_id: int, instant: datetime) -> bool:
    """Tell whether this id belonged to somebody then; ids are used again after a restore."""
    return Customer.objects.filter(id=customer_id, created_at__lte=instant).exists()
