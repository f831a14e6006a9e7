"""The only door of intake for other stations."""

from okaeri.intake.actions import JOB_KIND, record_orders, record_products, save_mapping
from okaeri.intake.actions import detect as detect_file
from okaeri.intake.actions import import_now as import_file
from okaeri.intake.actions import run_job as run_import_job
from okaeri.intake.actions import submit as submit_import
from okaeri.intake.api.connections import (
    create_connection,
    get_connection,
    receive,
    retry_delivery,
    rotate_secret,
    save_poll,
)
from okaeri.intake.api.events import record_identification
from okaeri.intake.api.files import (
    find_layout_problem,
    get_import_run,
    list_connectors,
    list_import_runs,
    list_record_kinds,
    mall_sources,
    read_rows,
    recognised_columns,
    record_kind_of,
    write_rejected_csv,
)
from okaeri.intake.api.forms import mark_of_request, read_shown, shown_token
from okaeri.intake.api.live import record_bodies, record_customers
from okaeri.intake.api.reading import touch_orders_of_parties
from okaeri.intake.applying import AskRights
from okaeri.intake.areas import area_batches as read_area_batches
from okaeri.intake.areas import prefectures_of as prefectures_of_parties
from okaeri.intake.domain.areas import ENGLISH as PREFECTURES_EN
from okaeri.intake.domain.events import parse_events, parse_tag_batch
from okaeri.intake.domain.form_answers import AGREED, INPUTS, PREFECTURES, QUESTION, read_answers
from okaeri.intake.domain.forms import CONTACT_FIELDS
from okaeri.intake.domain.malls import can_reach
from okaeri.intake.domain.subscription_requests import possible_for as possible_requests
from okaeri.intake.events.carts import changes_after as list_cart_changes_after
from okaeri.intake.events.carts import changes_of as cart_changes_of
from okaeri.intake.events.reading import event_batches as read_event_batches
from okaeri.intake.events.reading import events_after as list_events_after
from okaeri.intake.events.reading import events_of, latest_event_change
from okaeri.intake.events.reading import identifications_after as list_identifications_after
from okaeri.intake.events.reading import last_received_at as last_event_at
from okaeri.intake.events.recording import begin_to_record, record_events, record_visit
from okaeri.intake.forms.entries import (
    Taken,
    confirm_entry,
    confirm_url,
    entries_of,
    expire_entries,
    file_until,
    file_url,
    find_by_confirm_link,
    find_by_file_link,
    find_entries,
    list_entries,
    list_entries_after,
    list_to_mail,
    list_to_settle,
    note_refusal,
    record_form_entry,
    take_mail,
    take_settling,
)
from okaeri.intake.forms.entries import ask_again as ask_to_confirm_again
from okaeri.intake.forms.entries import count_download as count_form_download
from okaeri.intake.forms.files import keep_file as keep_form_file
from okaeri.intake.forms.files import path_of as path_of_form_file
from okaeri.intake.forms.keeping import (
    get_form,
    list_forms,
    media_of,
    problems_of,
    save_form,
    switch_form,
)
from okaeri.intake.freshness import source_freshness
from okaeri.intake.polling.keeping import find as find_poll
from okaeri.intake.polling.keeping import leave_url, take_leave
from okaeri.intake.records.bodies import (
    MOST_ITEMS,
    CallBody,
    CustomerBody,
    InquiryBody,
    OrderBody,
    ProductBody,
    SubscriptionBody,
)
from okaeri.intake.records.notes import NoteIn, get_note, note_file, record_note, search_notes
from okaeri.intake.records.notes import tags_of as tags_of_notes
from okaeri.intake.records.orders import count_purchases_before, orders_before
from okaeri.intake.records.payments import record as record_payments
from okaeri.intake.records.payments import unpaid_of as unpaid_orders_of
from okaeri.intake.records.service import all_open_complaints as list_open_complaints
from okaeri.intake.records.service import calls_after as list_calls_after
from okaeri.intake.records.service import (
    calls_of,
    inquiries_of,
    open_complaints,
    record_calls,
    record_inquiries,
)
from okaeri.intake.records.service import inquiries_after as list_inquiries_after
from okaeri.intake.records.subscription_requests import after as list_subscription_requests_after
from okaeri.intake.records.subscription_requests import ask as ask_of_subscription
from okaeri.intake.records.subscription_requests import count as count_subscription_requests
from okaeri.intake.records.subscription_requests import end as end_subscription_request
from okaeri.intake.records.subscription_requests import find as find_subscription_requests
from okaeri.intake.records.subscription_requests import get as get_subscription_request
from okaeri.intake.records.subscription_requests import give_reason as reason_of_request
from okaeri.intake.records.subscription_requests import leaving
from okaeri.intake.records.subscription_requests import of_parties as subscription_requests_of
from okaeri.intake.records.subscription_requests import oldest_open as oldest_open_request
from okaeri.intake.records.subscription_requests import page as list_subscription_requests
from okaeri.intake.records.subscription_requests import take_back as take_back_request
from okaeri.intake.records.subscriptions import after as list_subscriptions_after
from okaeri.intake.records.subscriptions import delivered_without_contract
from okaeri.intake.records.subscriptions import of_parties as subscriptions_of
from okaeri.intake.records.subscriptions import record as record_subscriptions
from okaeri.intake.records.voice_bodies import ReviewBody, SurveyAnswerBody
from okaeri.intake.records.voices import (
    record_reviews,
    record_survey_answers,
    reviews_of,
    survey_answers_of,
    survey_questions,
)
from okaeri.intake.records.voices import reviews_after as list_reviews_after
from okaeri.intake.records.voices import survey_answers_after as list_survey_answers_after
from okaeri.intake.staging.pairs import join as join_pair
from okaeri.intake.staging.staged_tables import lines as read_staged_lines
from okaeri.intake.staging.staged_tables import orders as read_staged_orders
from okaeri.intake.staging.staged_tables import parties as read_staged_parties
from okaeri.intake.staging.staging_files import discard as discard_staged
from okaeri.intake.staging.staging_files import stage as stage_file
from okaeri.intake.store import coupon_codes_of, extra_of_parties
from okaeri.intake.store import iter_rejected as iter_rejected_rows
from okaeri.intake.store import latest_change as latest_change_no
from okaeri.intake.store import line_batches as read_line_batches
from okaeri.intake.store import lines_of as list_lines
from okaeri.intake.store import list_mapping_views as list_mappings
from okaeri.intake.store import order_batches as read_order_batches
from okaeri.intake.store import orders_after as list_orders_after
from okaeri.intake.store import orders_by_no as find_orders_by_no
from okaeri.intake.store import orders_of_parties as list_orders_of_parties
from okaeri.intake.store import parties_after as list_parties_after
from okaeri.intake.store import products as list_products
from okaeri.intake.webhooks.connections import list_deliveries
from okaeri.intake.webhooks.connections import list_views as list_connections
from okaeri.intake.webhooks.connections import sweep as sweep_deliveries
from okaeri.intake.webhooks.connections import switch as switch_connection
from okaeri.intake.webhooks.reading import parse_json
from okaeri.intake.writing.closing import close_contacts, count_open_contacts
from okaeri.intake.writing.erasing import blank_parties, list_parties, parties_back_since
from okaeri.intake.writing.erasing import entries_of as entries_of_person
from okaeri.intake.writing.erasing import erase as erase_parties
from okaeri.intake.writing.erasing import export as export_parties
from okaeri.intake.writing.removing import (
    count_orders_by_currency,
    count_parties,
    has_orders,
    has_orders_of,
    remove_source,
)
from okaeri.intake.writing.restating import preview_statuses, settle_statuses
from okaeri.intake.writing.waiting_files import erase_from_uploads

__all__ = [
    "AGREED", "CONTACT_FIELDS", "INPUTS", "JOB_KIND", "MOST_ITEMS", "PREFECTURES", "PREFECTURES_EN",
    "QUESTION", "AskRights", "CallBody", "CustomerBody", "InquiryBody", "NoteIn", "OrderBody",
    "ProductBody", "ReviewBody", "SubscriptionBody", "SurveyAnswerBody", "Taken",
    "ask_of_subscription", "ask_to_confirm_again", "begin_to_record", "blank_parties", "calls_of",
    "can_reach", "cart_changes_of", "close_contacts", "confirm_entry", "confirm_url",
    "count_form_download", "count_open_contacts", "count_orders_by_currency", "count_parties",
    "count_purchases_before", "count_subscription_requests", "coupon_codes_of", "create_connection",
    "delivered_without_contract", "detect_file", "discard_staged", "end_subscription_request",
    "entries_of", "entries_of_person", "erase_from_uploads", "erase_parties", "events_of",
    "expire_entries", "export_parties", "extra_of_parties", "file_until", "file_url",
    "find_by_confirm_link", "find_by_file_link", "find_entries", "find_layout_problem",
    "find_orders_by_no", "find_poll", "find_subscription_requests", "get_connection", "get_form",
    "get_import_run", "get_note", "get_subscription_request", "has_orders", "has_orders_of",
    "import_file", "inquiries_of", "iter_rejected_rows", "join_pair", "keep_form_file",
    "last_event_at", "latest_change_no", "latest_event_change", "leave_url", "leaving",
    "list_calls_after", "list_cart_changes_after", "list_connections", "list_connectors",
    "list_deliveries", "list_entries", "list_entries_after", "list_events_after", "list_forms",
    "list_identifications_after", "list_import_runs", "list_inquiries_after", "list_lines",
    "list_mappings", "list_open_complaints", "list_orders_after", "list_orders_of_parties",
    "list_parties", "list_parties_after", "list_products", "list_record_kinds",
    "list_reviews_after", "list_subscription_requests", "list_subscription_requests_after",
    "list_subscriptions_after", "list_survey_answers_after", "list_to_mail", "list_to_settle",
    "mall_sources", "mark_of_request", "media_of", "note_file", "note_refusal",
    "oldest_open_request", "open_complaints", "orders_before", "parse_events", "parse_json",
    "parse_tag_batch", "parties_back_since", "path_of_form_file", "possible_requests",
    "prefectures_of_parties", "preview_statuses", "problems_of", "read_answers",
    "read_area_batches", "read_event_batches", "read_line_batches", "read_order_batches",
    "read_rows", "read_shown", "read_staged_lines", "read_staged_orders", "read_staged_parties",
    "reason_of_request", "receive", "recognised_columns", "record_bodies", "record_calls",
    "record_customers", "record_events", "record_form_entry", "record_identification",
    "record_inquiries", "record_kind_of", "record_note", "record_orders", "record_payments",
    "record_products", "record_reviews", "record_subscriptions", "record_survey_answers",
    "record_visit", "remove_source", "retry_delivery", "reviews_of", "rotate_secret",
    "run_import_job", "save_form", "save_mapping", "save_poll", "search_notes", "settle_statuses",
    "shown_token", "source_freshness", "stage_file", "submit_import", "subscription_requests_of",
    "subscriptions_of", "survey_answers_of", "survey_questions", "sweep_deliveries",
    "switch_connection", "switch_form", "tags_of_notes", "take_back_request", "take_leave",
    "take_mail", "take_settling", "touch_orders_of_parties", "unpaid_orders_of",
    "write_rejected_csv",
]  # fmt: skip
