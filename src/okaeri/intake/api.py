"""The only door of intake for other stations."""

import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from okaeri.foundation.personal import Documents, PersonalWords
from okaeri.foundation.text import Text
from okaeri.foundation.work.jobs import JobContext
from okaeri.intake import actions, areas, store
from okaeri.intake.actions import JOB_KIND, Progress
from okaeri.intake.connectors import CONNECTORS, find_columns, find_problem, mapped_records
from okaeri.intake.counting_types import StatusWordView
from okaeri.intake.domain import events as domain_events
from okaeri.intake.domain import form_links, malls
from okaeri.intake.domain.areas import ENGLISH as PREFECTURES_EN
from okaeri.intake.domain.form_answers import (
    AGREED,
    INPUTS,
    PREFECTURES,
    QUESTION,
    read_answers,
)
from okaeri.intake.domain.forms import CONTACT_FIELDS
from okaeri.intake.event_types import (
    CartChange,
    EventIn,
    EventRecord,
    IdentificationRecord,
    SaidWho,
    TagBatch,
)
from okaeri.intake.events import carts, recording
from okaeri.intake.events import reading as event_reading
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
from okaeri.intake.models import ImportRun
from okaeri.intake.records.notes import (
    NoteIn,
    get_note,
    note_file,
    record_note,
    search_notes,
)
from okaeri.intake.records.notes import tags_of as tags_of_notes
from okaeri.intake.records.orders import count_purchases_before, orders_before
from okaeri.intake.sources import (
    MOST_ITEMS,
    AskRights,
    CallBody,
    CustomerBody,
    InquiryBody,
    OrderBody,
    ProductBody,
    ReviewBody,
    SubscriptionBody,
    SurveyAnswerBody,
    calls_of,
    create_connection,
    delivered_without_contract,
    find_poll,
    get_connection,
    inquiries_of,
    leave_url,
    list_calls_after,
    list_connections,
    list_deliveries,
    list_inquiries_after,
    list_open_complaints,
    list_reviews_after,
    list_subscriptions_after,
    list_survey_answers_after,
    open_complaints,
    parse_json,
    receive,
    record_bodies,
    record_calls,
    record_customers,
    record_inquiries,
    record_payments,
    record_reviews,
    record_subscriptions,
    record_survey_answers,
    retry_delivery,
    reviews_of,
    rotate_secret,
    save_poll,
    subscriptions_of,
    survey_answers_of,
    survey_questions,
    sweep_deliveries,
    switch_connection,
    take_leave,
    unpaid_orders_of,
)
from okaeri.intake.staging import pairs, staged_tables, staging_files
from okaeri.intake.types import (
    ConnectorInfo,
    FileLayout,
    ImportResult,
    LineRecord,
    MappingView,
    OrderIn,
    OrderRecord,
    PartyIn,
    PartyRecord,
    ProductIn,
    RecordKind,
    RejectedRowView,
    StagedFile,
)
from okaeri.intake.wishes import (
    ask_of_subscription,
    count_subscription_requests,
    end_subscription_request,
    find_subscription_requests,
    get_subscription_request,
    leaving,
    list_subscription_requests,
    list_subscription_requests_after,
    oldest_open_request,
    possible_requests,
    reason_of_request,
    subscription_requests_of,
    take_back_request,
)
from okaeri.intake.writing import closing, erasing, removing, restating, waiting_files

__all__ = [
    "AGREED", "CONTACT_FIELDS", "INPUTS", "JOB_KIND", "MOST_ITEMS", "PREFECTURES", "PREFECTURES_EN",
    "QUESTION", "AskRights", "CallBody", "CustomerBody", "InquiryBody", "NoteIn", "OrderBody",
    "ProductBody", "ReviewBody", "SubscriptionBody", "SurveyAnswerBody", "Taken",
    "ask_of_subscription", "ask_to_confirm_again", "begin_to_record", "calls_of", "can_reach",
    "cart_changes_of", "close_contacts", "confirm_entry", "confirm_url", "count_form_download",
    "count_open_contacts", "count_purchases_before", "count_subscription_requests",
    "create_connection", "delivered_without_contract", "detect_file",
    "discard_staged", "end_subscription_request", "entries_of", "events_of", "expire_entries",
    "extra_of_parties", "file_until", "file_url", "find_by_confirm_link", "find_by_file_link",
    "find_entries", "find_layout_problem", "find_orders_by_no", "find_poll",
    "find_subscription_requests", "get_connection", "get_form", "get_import_run", "get_note",
    "get_subscription_request", "import_file", "inquiries_of", "iter_rejected_rows", "join_pair",
    "keep_form_file", "last_event_at", "latest_change_no", "latest_event_change", "leave_url",
    "leaving", "list_calls_after", "list_cart_changes_after", "list_connections", "list_connectors",
    "list_deliveries", "list_entries", "list_entries_after", "list_events_after", "list_forms",
    "list_identifications_after", "list_import_runs", "list_inquiries_after", "list_lines",
    "list_mappings", "list_open_complaints", "list_orders_after", "list_orders_of_parties",
    "list_parties_after", "list_products", "list_record_kinds", "list_reviews_after",
    "list_subscription_requests", "list_subscription_requests_after", "list_subscriptions_after",
    "list_survey_answers_after", "list_to_mail", "list_to_settle", "mall_sources",
    "mark_of_request", "media_of", "note_file", "note_refusal", "oldest_open_request",
    "open_complaints", "orders_before",
    "parse_events", "parse_json", "parse_tag_batch", "path_of_form_file", "possible_requests",
    "prefectures_of_parties", "preview_statuses", "problems_of", "read_answers", "read_area_batches",
    "read_event_batches", "read_line_batches",
    "read_order_batches", "read_rows", "read_shown", "read_staged_lines", "read_staged_orders",
    "read_staged_parties", "reason_of_request", "receive", "recognised_columns", "record_bodies",
    "record_calls", "record_customers", "record_events", "record_form_entry",
    "record_identification", "record_inquiries", "record_kind_of", "record_note", "record_orders",
    "record_payments", "record_products", "record_reviews", "record_subscriptions",
    "record_survey_answers", "record_visit", "retry_delivery", "reviews_of", "rotate_secret",
    "run_import_job", "save_form", "save_mapping", "save_poll", "search_notes", "shown_token",
    "source_freshness", "stage_file", "submit_import", "subscription_requests_of",
    "subscriptions_of", "survey_answers_of", "survey_questions", "sweep_deliveries",
    "switch_connection", "switch_form",
    "tags_of_notes", "take_back_request", "take_leave", "take_mail", "take_settling",
    "touch_orders_of_parties", "unpaid_orders_of", "write_rejected_csv",
]  # fmt: skip


# ---- files -------------------------------------------------------------------------------------


def list_connectors() -> list[ConnectorInfo]:
    """Give every way of reading a file, the own template first."""
    return [
        ConnectorInfo(
            known.key,
            known.name,
            known.note,
            known.is_analysis_only,
            known.is_partial,
            is_mixed=known.is_mixed,
        )
        for known in CONNECTORS.values()
        if known.kind != "half"
    ]


def mall_sources() -> set[str]:
    """Give the sources nobody of which may be written to.

    One of many shops counts until staff read a file of it as their own shop's: then it holds people
    with addresses.
    """
    closed = {known.key: known.is_mixed for known in CONNECTORS.values() if known.is_analysis_only}
    return {key for key, is_mixed in closed.items() if not (is_mixed and store.has_reachable(key))}


def list_record_kinds() -> list[RecordKind]:
    """Give what a file may hold instead of orders, with the fields of each."""
    return [
        RecordKind(
            known.key,
            known.name,
            {
                name: Text(names[0], names[1].replace("_", " "))
                for name, names in known.columns.items()
            },
            known.required,
        )
        for known in mapped_records.KINDS.values()
    ]


def record_kind_of(key: str) -> str:
    """Give the kind of records a connector reads, "" for orders and lists."""
    kind = mapped_records.READ_AS.get(key, key)
    return kind if kind in mapped_records.KINDS else ""


def detect_file(path: Path) -> FileLayout:
    """Say what a file is: encoding, delimiter, header, connector or saved mapping, 20 rows.

    Raises InputError for a file that is empty, binary, broken, or mixes encodings.
    """
    return actions.detect(path)


def recognised_columns(layout: FileLayout) -> dict[str, str]:
    """Give our field → column of the file, as its connector reads them; {} if none knows it."""
    return find_columns(layout.header, layout.connector)


def can_reach(column: str) -> bool:
    """Tell whether a column says how to reach somebody; of a mall's file it is not stored."""
    return malls.can_reach(column)


def read_rows(path: Path) -> Iterator[list[tuple[int, list[str]]]]:
    """Give the rows below a file's header, each with its line, some thousands at a time."""
    for cells, lines in staging_files.open_text(path).chunks():
        yield list(zip(lines, cells, strict=True))


def find_layout_problem(layout: FileLayout) -> Text | None:
    """Say why a file a connector knows cannot be imported as it is; None where it can."""
    return None if layout.saved_mapping else find_problem(layout.header, layout.connector)


def join_pair(first: Path, second: Path, to: Path) -> None:
    """Write two exports that belong together (Yahoo!'s orders and items) as one file to import.

    Raises InputError where they are no such pair.
    """
    pairs.join(first, second, to)


def stage_file(
    path: Path,
    *,
    connector: str = "",
    mapping: Mapping[str, str] | None = None,
    currency: str = "JPY",
    zone: ZoneInfo,
    progress: Progress | None = None,
    folder: Path | None = None,
) -> StagedFile:
    """Read a file whole into Parquet in a temporary folder (inside `folder`); no database.

    `progress(done, total)` counts bytes. The caller discards the result with `discard_staged`.
    Raises InputError where the file cannot be read at all; single rows are rejected instead.
    """
    return staging_files.stage(
        path,
        connector=connector,
        mapping=mapping,
        currency=currency,
        zone=zone,
        progress=progress,
        folder=folder,
    )


def discard_staged(staged: StagedFile) -> None:
    """Remove what `stage_file` wrote."""
    staging_files.discard(staged)


def read_staged_orders(staged: StagedFile) -> pa.Table:
    """Give a staged file's orders as the warehouse's `orders`, with `party_no` for `customer_id`.

    `party_no` is null for an order without a contact; `customers.api` tells who the people are.
    """
    return staged_tables.orders(staged)


def read_staged_parties(staged: StagedFile) -> list[PartyRecord]:
    """Give a staged file's contacts; `id` is the `party_no` of its orders."""
    return staged_tables.parties(staged)


def read_staged_lines(staged: StagedFile) -> pa.Table:
    """Give a staged file's lines as the warehouse's table `order_lines`."""
    return staged_tables.lines(staged)


def import_file(
    path: Path,
    *,
    filename: str = "",
    connector: str = "",
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> ImportResult:
    """Import a file whole or not at all; the same file again changes nothing.

    Raises InputError (also kept in the run) where the file cannot be read.
    """
    return actions.import_now(
        path, filename=filename, connector=connector, mapping=mapping, progress=progress
    )


def submit_import(
    path: Path, *, filename: str, connector: str = "", mapping: Mapping[str, str] | None = None
) -> int:
    """Queue an import and give the job's id; an upload under `<data>/uploads` goes when done."""
    return actions.submit(path, filename=filename, connector=connector, mapping=mapping)


def run_import_job(context: JobContext) -> dict[str, object]:
    """Do one queued import (the handler of jobs of kind `JOB_KIND`)."""
    return actions.run_job(context)


def list_import_runs(limit: int = 20) -> list[ImportResult]:
    """Give the newest imports first."""
    return [store.run_view(run) for run in ImportRun.objects.order_by("-id")[:limit]]


def get_import_run(run_id: int) -> ImportResult:
    """Give one import or raise NotFoundError."""
    return store.run_view(store.get_run(run_id))


def iter_rejected_rows(run_id: int) -> Iterator[RejectedRowView]:
    """Give the rows an import could not use, in the file's order (the first 10,000)."""
    return store.iter_rejected(run_id)


def write_rejected_csv(run_id: int, stream: BinaryIO, encoding: str = "utf-8-sig") -> int:
    """Write the rejected rows with their reasons as CSV; gives how many rows.

    Cells that a spreadsheet would run get an apostrophe in front; letters that `encoding` cannot
    hold (cp932) become "?".
    """
    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
    try:
        return actions.write_rejected(run_id, text)
    finally:
        # The stream belongs to the caller: it is flushed, never closed.
        text.detach()


def save_mapping(name: str, header: Sequence[str], columns: Mapping[str, str]) -> None:
    """Keep a column mapping {our field: column name}; files with this header find it again.

    `@cancel_prefix`, `@date_order` and `@tax` are options (see `connectors.mapped`). Raises
    InputError for unknown or missing fields.
    """
    actions.save_mapping(name, header, columns)


def list_mappings() -> list[MappingView]:
    """Give all saved column mappings by name."""
    return store.list_mapping_views()


# ---- live --------------------------------------------------------------------------------------


def record_orders(orders: Iterable[OrderIn]) -> tuple[int, int, int]:
    """Store orders as they happen, all or none; gives (new, updated, unchanged).

    Raises InputError for an order without number, of another currency, or of an unknown status.
    """
    return actions.record_orders(orders)


def record_products(products: Iterable[ProductIn]) -> int:
    """Store products; gives how many were new or changed. Costs count for orders stored later."""
    return actions.record_products(products)


# ---- events ------------------------------------------------------------------------------------


def parse_events(body: bytes) -> list[EventIn]:
    """Read `{"events": [...]}` of a program: at most 1,000 events and 1 MB; raises InputError.

    Each event has `key`, `kind`, `at`, and `device` or one of `member_no` and `email`.
    """
    return domain_events.parse_events(body)


def parse_tag_batch(body: bytes, received_at: datetime) -> TagBatch:
    """Read what the tag in a browser sends, with its clock corrected; raises InputError."""
    return domain_events.parse_tag_batch(body, received_at)


def record_events(events: Iterable[EventIn], *, source: str, received_at: datetime) -> int:
    """Store events, all or none; a key that is known is left alone. Gives how many were new.

    Raises InputError for an event that lies more than ten minutes ahead.
    """
    return recording.record_events(events, source=source, received_at=received_at)


def record_identification(
    device_id: str, party: PartyIn, occurred_at: datetime, *, source: str = "web"
) -> bool:
    """Note that from now on this device is in this contact's hands; gives whether that was news."""
    return recording.record_identification(SaidWho(device_id, party, occurred_at), source=source)


def record_visit(
    events: Sequence[EventIn], identified: Sequence[SaidWho], received_at: datetime
) -> None:
    """Store what one call of the tag brought; returns once it is committed, together with others.

    Raises BusyError where the database does not let go in time.
    """
    recording.record_visit(events, identified, received_at)


def begin_to_record(events: Sequence[EventIn], received_at: datetime) -> Future[None]:
    """Hand in events as `record_visit` does, without waiting: the future ends with their commit.

    Asks no database, so an event loop may call it. Raises BusyError where too many wait.
    """
    return recording.begin_to_record(events, received_at)


def events_of(
    device_ids: Iterable[str],
    party_ids: Iterable[int] = (),
    *,
    before: datetime | None = None,
    since: datetime | None = None,
    limit: int = 200,
) -> list[EventRecord]:
    """Give the newest events of these devices and contacts, each once, newest first."""
    return event_reading.events_of(device_ids, party_ids, before=before, since=since, limit=limit)


def list_identifications_after(change_no: int, limit: int) -> list[IdentificationRecord]:
    """Give at most `limit` identifications behind a change number, in the order of change.

    A device that goes back and forth between two contacts has a row for each time.
    """
    return event_reading.identifications_after(change_no, limit)


def read_event_batches(after: int) -> Iterator[pa.RecordBatch]:
    """Give events behind a change number as Arrow (columns: `events.reading.EVENT_BATCH`).

    Events are numbered apart from orders: `latest_change_no` says nothing of them.
    """
    return event_reading.event_batches(after)


def list_events_after(change_no: int, limit: int) -> list[EventRecord]:
    """Give events behind a change number of events, in the order of change."""
    return event_reading.events_after(change_no, limit)


def list_cart_changes_after(change_no: int, limit: int) -> list[CartChange]:
    """Give what went in or out of carts behind a change number of events, in the order of change."""
    return carts.changes_after(change_no, limit)


def cart_changes_of(
    device_ids: Collection[str], party_ids: Collection[int], *, since: datetime
) -> list[CartChange]:
    """Give what went in or out of the carts of these devices and contacts, each once, oldest first."""
    return carts.changes_of(device_ids, party_ids, since)


def latest_event_change() -> int:
    """Give the highest change number of events and identifications."""
    return event_reading.latest_event_change()


def last_event_at() -> datetime | None:
    """Give when the newest event came in; None where there is none."""
    return event_reading.last_received_at()


# ---- forms -------------------------------------------------------------------------------------


def shown_token(form_key: str, version: int, now: datetime) -> str:
    """Give the signed word a shown form carries: which version, and when it was shown."""
    return form_links.shown_token(settings.SECRET_KEY, form_key, version, now)


def read_shown(token: str, form_key: str) -> form_links.Shown | None:
    """Read such a word; None where we did not write it for this form."""
    return form_links.read_shown(token, settings.SECRET_KEY, form_key)


def mark_of_request(address: str) -> str:
    """Give a keyed hash of a network address: enough to count by, nothing to look up."""
    return form_links.mark_of(settings.SECRET_KEY, "address", address)


# ---- reading -----------------------------------------------------------------------------------


def list_parties_after(change_no: int, limit: int) -> list[PartyRecord]:
    """Give at most `limit` contacts behind a change number, in the order of change."""
    return store.parties_after(change_no, limit)


def list_orders_after(change_no: int, limit: int) -> list[OrderRecord]:
    """Give at most `limit` orders behind a change number, in the order of change."""
    return store.orders_after(change_no, limit)


def list_orders_of_parties(party_ids: Iterable[int]) -> list[OrderRecord]:
    """Give the orders of these contacts, oldest first."""
    return store.orders_of_parties(party_ids)


def find_orders_by_no(order_no: str, limit: int = 20) -> list[OrderRecord]:
    """Give orders with exactly this number, of any source, newest first."""
    return store.orders_by_no(order_no, limit)


def coupon_codes_of(order_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Give order → the coupon codes it names, as its source wrote them; orders without are left out."""
    return store.coupon_codes_of(order_ids)


def list_lines(order_ids: Iterable[int]) -> dict[int, list[LineRecord]]:
    """Give order id → its lines in their order."""
    return store.lines_of(order_ids)


def list_products(skus: Iterable[str] | None = None) -> dict[str, ProductIn]:
    """Give sku → product, of all or of the named ones."""
    return store.products(skus)


def read_order_batches(after: int) -> Iterator[pa.RecordBatch]:
    """Give orders behind a change number as Arrow (columns: `store.ORDER_BATCH`)."""
    return store.order_batches(after)


def read_line_batches(after: int) -> Iterator[pa.RecordBatch]:
    """Give lines of orders behind a change number as Arrow (columns: `store.LINE_BATCH`)."""
    return store.line_batches(after)


def settle_statuses() -> int:
    """Give stored orders the statuses the shop's settings ask for; how many orders changed."""
    return restating.settle_statuses()


def preview_statuses(text: str) -> list[StatusWordView]:
    """Give every status word orders came with, and what a value of the setting would make of them."""
    return restating.preview_statuses(text)


def prefectures_of_parties(party_ids: Iterable[int]) -> dict[int, str]:
    """Give contact → its prefecture in Japanese; those of an unknown one are left out."""
    return areas.prefectures_of(party_ids)


def read_area_batches(after: int) -> Iterator[pa.RecordBatch]:
    """Give areas of orders behind a change number as Arrow (columns: `areas.AREA_BATCH`)."""
    return areas.area_batches(after)


def touch_orders_of_parties(party_ids: Iterable[int]) -> None:
    """Give the orders of these contacts new change numbers, so that readers see them again."""
    with transaction.atomic():
        store.touch_orders(party_ids)


def count_parties() -> int:
    """Give how many contacts there are."""
    return removing.count_parties()


def count_orders_by_currency() -> dict[str, int]:
    """Give currency → how many orders are stored in it, whatever became of them."""
    return removing.count_orders_by_currency()


def has_orders() -> bool:
    """Tell whether any order is stored, whatever became of it."""
    return removing.has_orders()


def has_orders_of(source: str) -> bool:
    """Tell whether there is an order of a source."""
    return removing.has_orders_of(source)


def remove_source(source: str) -> removing.Removed:
    """Remove every order and contact of a source that holds nothing else, in the caller's transaction."""
    return removing.remove_source(source)


def latest_change_no() -> int:
    """Give the highest change number given out so far (0 in an empty shop)."""
    return store.latest_change()


# ---- rights of people --------------------------------------------------------------------------


def list_parties(party_ids: Iterable[int]) -> list[PartyRecord]:
    """Give these contacts, by id."""
    return erasing.list_parties(party_ids)


def export_parties(
    party_ids: Sequence[int], devices: Iterable[erasing.Span]
) -> dict[str, Documents]:
    """Give every row about these contacts and what was done on `devices`, table by table."""
    return erasing.export(party_ids, devices)


def erase_parties(
    party_ids: Sequence[int], devices: Iterable[erasing.Span], words: PersonalWords
) -> dict[str, int]:
    """Blank these contacts and all that speaks of them; orders stay as figures of nobody.

    In the caller's transaction; gives how many rows, by table.
    """
    return erasing.erase(party_ids, devices, words)


def entries_of_person(party_ids: Sequence[int], words: PersonalWords) -> list[int]:
    """Give the ids of a person's form entries, also of those nobody confirmed."""
    return erasing.entries_of(party_ids, words)


def erase_from_uploads(words: PersonalWords) -> int:
    """Take somebody's lines out of uploads that still wait; gives how many."""
    return waiting_files.erase_from_uploads(words)


def extra_of_parties(party_ids: Iterable[int]) -> list[tuple[str, Mapping[str, str]]]:
    """Give (source, unknown columns of its file) of these contacts that have any, newest last."""
    return store.extra_of_parties(party_ids)


def blank_parties(party_ids: Iterable[int]) -> int:
    """Blank contacts that brought an erased person back, in the caller's transaction."""
    return erasing.blank_parties(party_ids)


def count_open_contacts(source: str) -> int:
    """Count the contacts of a source that a message, a call or a parcel could reach."""
    return closing.open_contacts(source).count()


def close_contacts(source: str) -> Iterator[PartyRecord]:
    """Take what reaches somebody off a source's contacts, in the caller's transaction.

    Gives each as it was; read to the end, or only some are closed.
    """
    return closing.close_contacts(source)


def parties_back_since(instants: dict[int, datetime]) -> set[int]:
    """Give those contacts who did something of their own after the instant given for each."""
    return erasing.parties_back_since(instants)
