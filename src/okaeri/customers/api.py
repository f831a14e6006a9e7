"""The door of customers: who they are, where they are reached, what they bought, what they agreed to.

Ids of customers that were absorbed by a merge still work everywhere: they lead to the person.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db.models import Q

from okaeri.customers.actions.attributes import (
    attributes_of,
    forget_batch,
    forget_source,
    iter_answers_to,
    list_file_sources,
    order_attributes,
    record_attribute,
    replace_inferred,
    save_attribute,
)
from okaeri.customers.actions.cards import (
    card_link,
    find_by_card,
    find_by_card_link,
    find_card,
    issue_card,
)
from okaeri.customers.actions.consent import (
    assume_consent,
    give_placeholder_addresses,
    record_consent,
)
from okaeri.customers.actions.devices import (
    cart_changes_of,
    customers_of_devices,
    devices_of,
    first_identified,
    link_devices,
    linked_until,
    list_web_events,
    owners_of_carts,
    web_events_of,
)
from okaeri.customers.actions.enrichment import JOB_KIND as ATTRIBUTE_JOB_KIND
from okaeri.customers.actions.enrichment import (
    check_enrichment,
    import_attributes,
    run_attribute_job,
    submit_attributes,
)
from okaeri.customers.actions.erasure import gather as gather_person
from okaeri.customers.actions.erasure import note_absent as note_absent_erasure
from okaeri.customers.actions.export import read_order_batches
from okaeri.customers.actions.lapse_reasons import (
    lapse_reasons,
    lapse_reasons_on,
    read_cancellations,
    record_lapse_reason,
)
from okaeri.customers.actions.malls import Closed, close_mall
from okaeri.customers.actions.matching import (
    compared_fields,
    find_candidates,
    keep_apart,
    list_candidates,
    merge_candidate,
    reopen_candidate,
)
from okaeri.customers.actions.merge import undo_merge
from okaeri.customers.actions.origins import profile_origins
from okaeri.customers.actions.preferences import (
    find_by_link,
    find_preference,
    list_preferences,
    open_requests_of,
    preference_link,
    record_preference,
    request_data_once,
    subscription_link,
)
from okaeri.customers.actions.resolve import resolve_new_parties
from okaeri.customers.actions.rights import (
    drop_old_access,
    erase_person,
    export_person,
    finish_request,
    list_unfinished_erasures,
    log_access,
    note_erasure,
    request_data,
    retention_of,
    verify_access_log,
    verify_request,
)
from okaeri.customers.actions.staged import read_staged_orders
from okaeri.customers.domain.attributes import INFERRED
from okaeri.customers.domain.cards import in_groups as card_in_groups
from okaeri.customers.domain.consent import consent_in_force
from okaeri.customers.domain.lapse_reasons import KEY as LAPSE_REASON
from okaeri.customers.domain.masking import mask_address, mask_phone, mask_profile, mask_words
from okaeri.customers.domain.names import address_key, phone_digits
from okaeri.customers.domain.preferences import last_day_of_pause
from okaeri.customers.domain.suggested_attributes import AGE_GROUP, MOTIVATION
from okaeri.customers.domain.suggested_attributes import SUGGESTED as SUGGESTED_ATTRIBUTES
from okaeri.customers.models import ConsentEvent, Merge
from okaeri.customers.store import consents, families, identity, people, removing, searching
from okaeri.customers.store.access import iter_all as iter_access
from okaeri.customers.store.access import iter_provisions, list_recipients, summarize_provisions
from okaeri.customers.store.access import iter_scope as iter_access_scope
from okaeri.customers.store.access import list_actors as list_access_actors
from okaeri.customers.store.access import list_page as list_access
from okaeri.customers.store.attributes import count_batch as count_attribute_batch
from okaeri.customers.store.attributes import list_all as list_attributes
from okaeri.customers.store.consents import changed_wordings
from okaeri.customers.store.erasing import drop_proofs as drop_due_proofs
from okaeri.customers.store.erasing import erased_ids, list_erasures
from okaeri.customers.store.erasure_list import Line as ErasureLine
from okaeri.customers.store.following import consents_after as list_consents_after
from okaeri.customers.store.following import created_after as list_created_after
from okaeri.customers.store.following import erasures_after as list_erasures_after
from okaeri.customers.store.following import merges_after as list_merge_changes_after
from okaeri.customers.store.following import newest_places
from okaeri.customers.store.people import iter_traits
from okaeri.customers.store.purposes import find as find_purpose
from okaeri.customers.store.purposes import list_all as list_purposes
from okaeri.customers.store.purposes import save as save_purpose
from okaeri.customers.store.requests import get as get_request
from okaeri.customers.store.requests import list_page as list_requests
from okaeri.customers.store.requests import place_hold
from okaeri.customers.types import (
    ConsentRecord,
    ContactPointView,
    CustomerProfile,
    MergeView,
    Purchase,
)
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.types import OrderRecord

__all__ = [
    "AGE_GROUP",
    "ATTRIBUTE_JOB_KIND",
    "INFERRED",
    "LAPSE_REASON",
    "MOTIVATION",
    "SUGGESTED_ATTRIBUTES",
    "Closed",
    "ErasureLine",
    "absorbed_ids",
    "address_key",
    "assume_consent",
    "attributes_of",
    "card_in_groups",
    "card_link",
    "cart_changes_of",
    "changed_wordings",
    "check_enrichment",
    "close_mall",
    "compared_fields",
    "consent_in_force",
    "contact_points_of",
    "count_attribute_batch",
    "count_customers",
    "customer_of_device",
    "customers_of_devices",
    "customers_of_parties",
    "devices_of",
    "drop_due_proofs",
    "drop_old_access",
    "erase_person",
    "erased_ids",
    "export_person",
    "families_of",
    "find_by_card",
    "find_by_card_link",
    "find_by_link",
    "find_candidates",
    "find_card",
    "find_preference",
    "find_purpose",
    "finish_request",
    "first_identified",
    "forget_batch",
    "forget_source",
    "gather_person",
    "get_customer",
    "get_merge",
    "get_request",
    "give_placeholder_addresses",
    "grants_on",
    "highest_id",
    "ids_of",
    "import_attributes",
    "issue_card",
    "iter_access",
    "iter_access_scope",
    "iter_answers_to",
    "iter_known_since",
    "iter_provisions",
    "iter_traits",
    "keep_apart",
    "lapse_reasons",
    "lapse_reasons_on",
    "last_day_of_pause",
    "leaving",
    "link_devices",
    "linked_until",
    "list_access",
    "list_access_actors",
    "list_attributes",
    "list_candidates",
    "list_consents",
    "list_consents_after",
    "list_contact_points",
    "list_created_after",
    "list_erasures",
    "list_erasures_after",
    "list_file_sources",
    "list_merge_changes_after",
    "list_merges",
    "list_merges_after",
    "list_preferences",
    "list_profiles",
    "list_purposes",
    "list_recipients",
    "list_requests",
    "list_unfinished_erasures",
    "list_web_events",
    "log_access",
    "mask_address",
    "mask_phone",
    "mask_profile",
    "mask_words",
    "merge_candidate",
    "newest_places",
    "note_absent_erasure",
    "note_erasure",
    "once_joined",
    "open_complaints",
    "open_requests_of",
    "order_attributes",
    "owing",
    "owners_of_carts",
    "parties_of",
    "place_hold",
    "preference_link",
    "profile_origins",
    "purchase_history",
    "read_cancellations",
    "read_order_batches",
    "read_staged_orders",
    "record_attribute",
    "record_consent",
    "record_lapse_reason",
    "record_preference",
    "remove_people_of",
    "reopen_candidate",
    "replace_inferred",
    "request_data",
    "request_data_once",
    "resolve_new_parties",
    "retention_of",
    "roots_of",
    "run_attribute_job",
    "save_attribute",
    "save_purpose",
    "search_customers",
    "submit_attributes",
    "subscribed_products",
    "subscription_link",
    "summarize_provisions",
    "suppress",
    "suppress_phone",
    "suppressed_phones",
    "undo_merge",
    "verify_access_log",
    "verify_request",
    "waiting_parties",
    "web_events_of",
]
_NO_MERGE = Text("統合の記録 {id} は見つかりません。", "There is no merge {id}.")
_NO_CUSTOMER = Text("顧客 {id} は見つかりません。", "There is no customer {id}.")


def customers_of_parties(party_ids: Iterable[int]) -> dict[int, int]:
    """Give party → customer; parties that are not resolved yet are left out."""
    return identity.links_of(party_ids)


def waiting_parties(party_ids: Iterable[int]) -> set[int]:
    """Give those of these contacts that nobody has looked at yet."""
    done = identity.read_cursor()
    return {party.id for party in intake.list_parties(party_ids) if party.change_no > done}


def ids_of(customer_id: int) -> tuple[int, ...]:
    """Give all ids of one person: the live one first, then every absorbed one; () when unknown."""
    return families.families_of([customer_id]).get(customer_id, ())


def families_of(customer_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Give asked id → all ids of that person, the live one first; unknown ids are left out."""
    return families.families_of(customer_ids)


def roots_of(customer_ids: Iterable[int]) -> dict[int, int]:
    """Give id → the live id of the person it belongs to; unknown ids are left out."""
    return identity.roots_of(customer_ids)


def once_joined(customer_ids: Iterable[int]) -> set[int]:
    """Give those of these ids that were one with another id until a merge was taken back, and it."""
    return families.once_joined(customer_ids)


def absorbed_ids() -> dict[int, int]:
    """Give every id that a merge absorbed → the live id of its person."""
    return families.absorbed_ids()


def parties_of(customer_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Give asked id → every contact of that person, whichever of his ids is asked for."""
    roots = identity.roots_of(customer_ids)
    found: dict[int, list[int]] = {root: [] for root in roots.values()}
    for party, customer in identity.parties_of(found):
        found[customer].append(party)
    return {asked: tuple(found[root]) for asked, root in roots.items()}


def open_complaints(customer_ids: Iterable[int]) -> set[int]:
    """Give those of these people who brought a complaint that is still open."""
    contacts = parties_of(customer_ids)
    waiting = intake.open_complaints(party for found in contacts.values() for party in found)
    return {asked for asked, found in contacts.items() if not waiting.isdisjoint(found)}


def leaving(customer_ids: Iterable[int]) -> set[int]:
    """Give those of these people whose wish to cancel or pause a subscription is still open."""
    contacts = parties_of(customer_ids)
    asked = intake.leaving(party for found in contacts.values() for party in found)
    return {one for one, found in contacts.items() if not asked.isdisjoint(found)}


def subscribed_products(customer_ids: Iterable[int], *, since: date) -> dict[int, frozenset[str]]:
    """Give whoever has a subscription → the codes of its products ("" where unknown).

    That is a contract not cancelled, or, of contracts the shop tells nothing about, a delivery ordered
    on the day `since` or later.
    """
    contacts = parties_of(customer_ids)
    wanted = {party for found in contacts.values() for party in found}
    of_party: dict[int, set[str]] = {}
    for contract in intake.subscriptions_of(wanted) if wanted else ():
        if contract.status != "cancelled" and contract.party_id is not None:
            of_party.setdefault(contract.party_id, set()).add(contract.sku)
    for party, sku in intake.delivered_without_contract(wanted, since) if wanted else ():
        of_party.setdefault(party, set()).add(sku)
    found = {
        asked: frozenset(sku for party in parties for sku in of_party.get(party, ()))
        for asked, parties in contacts.items()
    }
    return {asked: skus for asked, skus in found.items() if skus}


def owing(customer_ids: Iterable[int], on: date) -> set[int]:
    """Give those of these people who have an order whose money was due before the day `on`."""
    contacts = parties_of(customer_ids)
    late = intake.unpaid_orders_of({p for found in contacts.values() for p in found}, on)
    return {asked for asked, found in contacts.items() if not late.keys().isdisjoint(found)}


def customer_of_device(device_id: str, at: datetime) -> int | None:
    """Give whose an event on a device at an instant is; None where nobody was ever identified."""
    return customers_of_devices([(device_id, at)]).get((device_id, at))


def purchase_history(
    customer_ids: Iterable[int], *, with_prefectures: bool = False
) -> dict[int, tuple[Purchase, ...]]:
    """Give every order of each customer, oldest first, cancelled ones included.

    Every id asked for is a key; somebody without orders has an empty history. `with_prefectures`
    tells of each purchase where its buyer lives.
    """
    asked = list(dict.fromkeys(customer_ids))
    owner = dict(identity.parties_of(asked))
    live = _live_ids(asked, set(owner.values()))
    if len(set(live.values()) - set(owner.values())):
        owner = dict(identity.parties_of(live.values()))
    history: dict[int, list[Purchase]] = {number: [] for number in live.values()}
    areas = intake.prefectures_of_parties(owner) if owner and with_prefectures else {}
    if owner:
        for order in intake.list_orders_of_parties(list(owner)):
            if order.party_id is not None:
                bought = _purchase(order, areas.get(order.party_id, ""))
                history[owner[order.party_id]].append(bought)
    for purchases in history.values():
        purchases.sort(key=lambda purchase: (purchase.ordered_at, purchase.order_id))
    return {number: tuple(history.get(live.get(number, 0), ())) for number in asked}


def _live_ids(asked: list[int], known_live: set[int]) -> dict[int, int]:
    """Give id → live id; only ids of which nothing is known cost a query."""
    unknown = [number for number in asked if number not in known_live]
    live = {number: number for number in asked if number in known_live}
    return {**live, **identity.roots_of(unknown)} if unknown else live


def _purchase(order: OrderRecord, prefecture: str) -> Purchase:
    return Purchase(
        order_id=order.id,
        order_no=order.order_no,
        source=order.source,
        ordered_at=order.ordered_at,
        ordered_on=order.ordered_on,
        is_purchase=order.is_purchase,
        status=order.status,
        net_minor=order.net_minor,
        shipped_on=order.shipped_on,
        delivered_on=order.delivered_on,
        is_trial=order.is_trial,
        is_delivery=order.is_delivery,
        discount_minor=order.discount_minor,
        counted_on=order.counted_on,
        prefecture=prefecture,
    )


def get_customer(customer_id: int) -> CustomerProfile:
    """Give one person (the one an absorbed id belongs to now) or raise NotFoundError."""
    found = list_profiles([customer_id])
    if customer_id not in found:
        raise NotFoundError(_NO_CUSTOMER.format(id=customer_id))
    return found[customer_id]


def iter_known_since(instant: datetime, page: int = 500) -> Iterator[CustomerProfile]:
    """Give the people first known at `instant` or after, about newest first, nobody erased.

    Ids rise with time but for a few (who was erased in another life of this database): the first page
    without anybody so new ends it.
    """
    gone, below = set(erased_ids()), None
    while found := people.newest(page, below):
        new = [one for one in found if one.created_at >= instant]
        yield from (one for one in new if one.id not in gone)
        if not new:
            return
        below = found[-1].id


def list_profiles(customer_ids: Iterable[int]) -> dict[int, CustomerProfile]:
    """Give id → person; unknown ids are left out, absorbed ids give the person they belong to."""
    live = identity.roots_of(customer_ids)
    profiles = people.views_of(set(live.values()))
    return {number: profiles[root] for number, root in live.items()}


def search_customers(
    text: str, limit: int = 20, *, by_number_only: bool = False
) -> list[CustomerProfile]:
    """Find people by name, reading, e-mail, phone, member number or the number of one of their orders.

    Surest match first; an order number only counts when it is given whole. `by_number_only` finds
    member and order numbers and nothing personal.
    """
    ids = searching.find_matching(text, limit, by_number_only=by_number_only)
    ids = list(dict.fromkeys([*_buyers_of(text), *ids]))[:limit]
    profiles = people.views_of(ids)
    return [profiles[number] for number in ids]


def _buyers_of(order_no: str) -> list[int]:
    orders = intake.find_orders_by_no(order_no) if order_no.strip() else []
    parties = [order.party_id for order in orders if order.party_id is not None]
    links = identity.links_of(parties)
    return [links[party] for party in parties if party in links]


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


def suppress(channel: str, address: str, reason: str, at: datetime) -> None:
    """Never write to `address` again whatever consent says; the first reason stays."""
    consents.suppress(channel, address, reason, at)


def suppress_phone(phone: str, reason: str, at: datetime) -> None:
    """Never telephone a number again, however it is written; the first reason stays."""
    consents.suppress("phone", phone_digits(phone), reason, at)


def suppressed_phones(phones: Iterable[str]) -> dict[str, str]:
    """Give those of these numbers, as they were given, that must not be called, with the reason."""
    digits = {phone: phone_digits(phone) for phone in phones if phone}
    blocked = consents.suppressed_of("phone", set(digits.values()))
    return {phone: blocked[key] for phone, key in digits.items() if key in blocked}


def count_customers() -> int:
    """Give the number of people; those absorbed by a merge do not count."""
    return people.count_live()


def highest_id() -> int:
    """Give the highest number a person has; 0 before there is one."""
    return people.highest_id()


def remove_people_of(party_ids: Iterable[int]) -> list[int]:
    """Remove the people of contacts that are gone, in the caller's transaction; gives their ids.

    Whoever has another contact stays.
    """
    return removing.remove_people_of(set(party_ids))


def list_merges(customer_id: int | None = None, limit: int = 100) -> list[MergeView]:
    """Give merges, newest first; only those into or of one customer where an id is given."""
    merges = Merge.objects.order_by("-id")
    if customer_id is not None:
        merges = merges.filter(Q(kept_id=customer_id) | Q(absorbed_id=customer_id))
    return [_merge_view(merge) for merge in merges[:limit]]


def get_merge(merge_id: int) -> MergeView:
    """Give one merge or raise NotFoundError."""
    merge = Merge.objects.filter(id=merge_id).first()
    if merge is None:
        raise NotFoundError(_NO_MERGE.format(id=merge_id))
    return _merge_view(merge)


def list_merges_after(change_no: int, limit: int = 1000) -> list[MergeView]:
    """Give merges that were made or taken back behind a change number, in the order of change."""
    merges = Merge.objects.filter(change_no__gt=change_no).order_by("change_no")
    return [_merge_view(merge) for merge in merges[:limit]]


def _merge_view(merge: Merge) -> MergeView:
    return MergeView(
        id=merge.pk,
        kept_id=merge.kept_id,
        absorbed_id=merge.absorbed_id,
        evidence=tuple(merge.evidence["kinds"]),
        party_ids=tuple(merge.party_ids),
        merged_at=merge.merged_at,
        undone_at=merge.undone_at,
        merged_by=merge.merged_by,
        undone_by=merge.undone_by,
        change_no=merge.change_no,
    )
