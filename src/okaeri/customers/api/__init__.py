"""The door of customers: who they are, where they are reached, what they bought, what they agreed to.

Ids of customers that were absorbed by a merge still work everywhere: they lead to the person.
"""

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
from okaeri.customers.api.contacts import (
    contact_points_of,
    grants_on,
    list_consents,
    list_contact_points,
    suppress_phone,
    suppressed_phones,
)
from okaeri.customers.api.ids import ids_of, waiting_parties
from okaeri.customers.api.matters import leaving, open_complaints, owing, subscribed_products
from okaeri.customers.api.merges import get_merge, list_merges, list_merges_after
from okaeri.customers.api.people import (
    customer_of_device,
    get_customer,
    iter_known_since,
    list_profiles,
    remove_people_of,
    search_customers,
)
from okaeri.customers.api.purchases import purchase_history
from okaeri.customers.domain.attributes import INFERRED
from okaeri.customers.domain.cards import in_groups as card_in_groups
from okaeri.customers.domain.consent import consent_in_force
from okaeri.customers.domain.lapse_reasons import KEY as LAPSE_REASON
from okaeri.customers.domain.masking import mask_address, mask_phone, mask_profile, mask_words
from okaeri.customers.domain.names import address_key
from okaeri.customers.domain.preferences import last_day_of_pause
from okaeri.customers.domain.suggested_attributes import AGE_GROUP, MOTIVATION
from okaeri.customers.domain.suggested_attributes import SUGGESTED as SUGGESTED_ATTRIBUTES
from okaeri.customers.store.access import iter_all as iter_access
from okaeri.customers.store.access import iter_provisions, list_recipients, summarize_provisions
from okaeri.customers.store.access import iter_scope as iter_access_scope
from okaeri.customers.store.access import list_actors as list_access_actors
from okaeri.customers.store.access import list_page as list_access
from okaeri.customers.store.attributes import count_batch as count_attribute_batch
from okaeri.customers.store.attributes import list_all as list_attributes
from okaeri.customers.store.consents import changed_wordings, suppress
from okaeri.customers.store.erasing import drop_proofs as drop_due_proofs
from okaeri.customers.store.erasing import erased_ids, list_erasures
from okaeri.customers.store.erasure_list import Line as ErasureLine
from okaeri.customers.store.families import absorbed_ids, families_of, once_joined
from okaeri.customers.store.families import contacts_of as parties_of
from okaeri.customers.store.following import consents_after as list_consents_after
from okaeri.customers.store.following import created_after as list_created_after
from okaeri.customers.store.following import erasures_after as list_erasures_after
from okaeri.customers.store.following import merges_after as list_merge_changes_after
from okaeri.customers.store.following import newest_places
from okaeri.customers.store.identity import links_of as customers_of_parties
from okaeri.customers.store.identity import roots_of
from okaeri.customers.store.people import count_live as count_customers
from okaeri.customers.store.people import highest_id, iter_traits
from okaeri.customers.store.purposes import find as find_purpose
from okaeri.customers.store.purposes import list_all as list_purposes
from okaeri.customers.store.purposes import save as save_purpose
from okaeri.customers.store.requests import get as get_request
from okaeri.customers.store.requests import list_page as list_requests
from okaeri.customers.store.requests import place_hold

__all__ = [
    "AGE_GROUP", "ATTRIBUTE_JOB_KIND", "INFERRED", "LAPSE_REASON", "MOTIVATION",
    "SUGGESTED_ATTRIBUTES", "Closed", "ErasureLine", "absorbed_ids", "address_key",
    "assume_consent", "attributes_of", "card_in_groups", "card_link", "cart_changes_of",
    "changed_wordings", "check_enrichment", "close_mall", "compared_fields", "consent_in_force",
    "contact_points_of", "count_attribute_batch", "count_customers", "customer_of_device",
    "customers_of_devices", "customers_of_parties", "devices_of", "drop_due_proofs",
    "drop_old_access", "erase_person", "erased_ids", "export_person", "families_of", "find_by_card",
    "find_by_card_link", "find_by_link", "find_candidates", "find_card", "find_preference",
    "find_purpose", "finish_request", "first_identified", "forget_batch", "forget_source",
    "gather_person", "get_customer", "get_merge", "get_request", "give_placeholder_addresses",
    "grants_on", "highest_id", "ids_of", "import_attributes", "issue_card", "iter_access",
    "iter_access_scope", "iter_answers_to", "iter_known_since", "iter_provisions", "iter_traits",
    "keep_apart", "lapse_reasons", "lapse_reasons_on", "last_day_of_pause", "leaving",
    "link_devices", "linked_until", "list_access", "list_access_actors", "list_attributes",
    "list_candidates", "list_consents", "list_consents_after", "list_contact_points",
    "list_created_after", "list_erasures", "list_erasures_after", "list_file_sources",
    "list_merge_changes_after", "list_merges", "list_merges_after", "list_preferences",
    "list_profiles", "list_purposes", "list_recipients", "list_requests",
    "list_unfinished_erasures", "list_web_events", "log_access", "mask_address", "mask_phone",
    "mask_profile", "mask_words", "merge_candidate", "newest_places", "note_absent_erasure",
    "note_erasure", "once_joined", "open_complaints", "open_requests_of", "order_attributes",
    "owing", "owners_of_carts", "parties_of", "place_hold", "preference_link", "profile_origins",
    "purchase_history", "read_cancellations", "read_order_batches", "read_staged_orders",
    "record_attribute", "record_consent", "record_lapse_reason", "record_preference",
    "remove_people_of", "reopen_candidate", "replace_inferred", "request_data", "request_data_once",
    "resolve_new_parties", "retention_of", "roots_of", "run_attribute_job", "save_attribute",
    "save_purpose", "search_customers", "submit_attributes", "subscribed_products",
    "subscription_link", "summarize_provisions", "suppress", "suppress_phone", "suppressed_phones",
    "undo_merge", "verify_access_log", "verify_request", "waiting_parties", "web_events_of",
]  # fmt: skip
