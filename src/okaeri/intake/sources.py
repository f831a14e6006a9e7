"""The part of intake's door through which live sources come; `api` gives it to other stations."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load
from okaeri.intake.applying import AskRights, Surroundings, apply
from okaeri.intake.models import SourceMark
from okaeri.intake.people import store_parties
from okaeri.intake.polling import keeping as polls
from okaeri.intake.records import payments, service, subscriptions, voices
from okaeri.intake.records.bodies import (
    MOST_ITEMS,
    CallBody,
    CustomerBody,
    InquiryBody,
    OrderBody,
    ProductBody,
    SubscriptionBody,
)
from okaeri.intake.records.voice_bodies import ReviewBody, SurveyAnswerBody
from okaeri.intake.types import (
    CallIn,
    CallRecord,
    ConnectionView,
    DeliveryView,
    InquiryIn,
    InquiryRecord,
    Kept,
    PartyIn,
    PaymentIn,
    PollView,
    Received,
    SubscriptionIn,
    SubscriptionRecord,
    UnpaidOrder,
)
from okaeri.intake.voice_types import (
    ReviewIn,
    ReviewRecord,
    SurveyAnswerIn,
    SurveyAnswerRecord,
)
from okaeri.intake.webhooks import connections, receiving
from okaeri.intake.webhooks.generic import KINDS
from okaeri.intake.webhooks.reading import parse_json
from okaeri.intake.webhooks.words import Frame
from okaeri.intake.writing.marks import note_told

__all__ = [
    "MOST_ITEMS", "AskRights", "CallBody", "CustomerBody", "InquiryBody", "OrderBody",
    "ProductBody", "ReviewBody", "SubscriptionBody", "SurveyAnswerBody", "calls_of",
    "create_connection", "find_poll", "get_connection", "inquiries_of", "leave_url",
    "list_calls_after", "list_connections", "list_deliveries", "list_inquiries_after",
    "list_open_complaints", "list_reviews_after", "list_subscriptions_after",
    "list_survey_answers_after", "open_complaints", "parse_json", "receive", "record_bodies",
    "record_calls", "record_customers", "record_inquiries", "record_payments", "record_reviews",
    "record_subscriptions", "record_survey_answers", "retry_delivery", "reviews_of",
    "rotate_secret", "save_poll", "subscriptions_of", "survey_answers_of", "survey_questions",
    "sweep_deliveries", "switch_connection", "take_leave", "unpaid_orders_of",
]  # fmt: skip


def record_customers(parties: Iterable[PartyIn], *, source: str) -> list[int]:
    """Store contacts without orders; gives the party ids of those that say anything."""
    now = clock.now()
    given = [(source, party, now) for party in parties]
    with transaction.atomic():
        ids = store_parties(given, now)
        note_told(SourceMark.Subject.CUSTOMER, ((source, now) for _ in given))
    return [party_id for party_id in ids if party_id is not None]


def record_subscriptions(given: Iterable[SubscriptionIn]) -> Kept:
    """Store contracts (定期) and what happened to them; an older word replaces no newer one."""
    return subscriptions.record(given)


def subscriptions_of(party_ids: Iterable[int]) -> list[SubscriptionRecord]:
    """Give the contracts of these contacts with their events, oldest change first."""
    return subscriptions.of_parties(party_ids)


def delivered_without_contract(party_ids: Iterable[int], since: date) -> list[tuple[int, str]]:
    """Give contact and product of what a subscription of unknown contract delivered since a day."""
    return subscriptions.delivered_without_contract(party_ids, since)


def list_subscriptions_after(change_no: int, limit: int) -> list[SubscriptionRecord]:
    """Give at most `limit` contracts behind a change number, in the order of change."""
    return subscriptions.after(change_no, limit)


def record_inquiries(given: Iterable[InquiryIn]) -> Kept:
    """Store inquiries; an older word replaces no newer one."""
    return service.record_inquiries(given)


def inquiries_of(party_ids: Iterable[int]) -> list[InquiryRecord]:
    """Give the inquiries of these contacts, newest first."""
    return service.inquiries_of(party_ids)


def list_inquiries_after(change_no: int, limit: int) -> list[InquiryRecord]:
    """Give at most `limit` inquiries behind a change number, in the order of change."""
    return service.inquiries_after(change_no, limit)


def open_complaints(party_ids: Iterable[int]) -> set[int]:
    """Give those of these contacts who have a complaint that is still open."""
    return service.open_complaints(party_ids)


def list_open_complaints() -> list[InquiryRecord]:
    """Give every complaint that is still open, those who wait longest first."""
    return service.all_open_complaints()


def record_calls(given: Iterable[CallIn]) -> Kept:
    """Store calls; an older word replaces no newer one."""
    return service.record_calls(given)


def calls_of(party_ids: Iterable[int]) -> list[CallRecord]:
    """Give the calls of these contacts, newest first."""
    return service.calls_of(party_ids)


def list_calls_after(change_no: int, limit: int) -> list[CallRecord]:
    """Give at most `limit` calls behind a change number, in the order of change."""
    return service.calls_after(change_no, limit)


def record_reviews(given: Iterable[ReviewIn]) -> Kept:
    """Store reviews; an older word replaces no newer one."""
    return voices.record_reviews(given)


def reviews_of(party_ids: Iterable[int]) -> list[ReviewRecord]:
    """Give the reviews of these contacts, newest first."""
    return voices.reviews_of(party_ids)


def list_reviews_after(change_no: int, limit: int) -> list[ReviewRecord]:
    """Give at most `limit` reviews behind a change number, in the order of change."""
    return voices.reviews_after(change_no, limit)


def record_survey_answers(given: Iterable[SurveyAnswerIn]) -> Kept:
    """Store answers of other tools' surveys; an older word replaces no newer one."""
    return voices.record_survey_answers(given)


def survey_answers_of(party_ids: Iterable[int]) -> list[SurveyAnswerRecord]:
    """Give the answers of these contacts to other tools' surveys, newest first."""
    return voices.survey_answers_of(party_ids)


def list_survey_answers_after(
    change_no: int, limit: int, questions: Collection[str] | None = None
) -> list[SurveyAnswerRecord]:
    """Give at most `limit` such answers (to `questions`) behind a change number, in order of change."""
    return voices.survey_answers_after(change_no, limit, questions)


def survey_questions() -> list[str]:
    """Give every question other tools' surveys asked, as they wrote it."""
    return voices.survey_questions()


def record_payments(given: Iterable[PaymentIn]) -> Kept:
    """Store how orders stand with their money; an older word replaces no newer one."""
    return payments.record(given)


def unpaid_orders_of(party_ids: Iterable[int], on: date) -> dict[int, list[UnpaidOrder]]:
    """Give party id → orders whose money was due before the day `on` and has not come."""
    return payments.unpaid_of(party_ids, on)


def record_bodies(kind: str, bodies: Sequence[Any], now: datetime) -> Kept:
    """Store checked bodies of one kind ("orders", "customers", ...), all or none.

    Raises InputError where one cannot be stored.
    """
    shop = load(ShopProfile)
    zone = shop.zone
    frame = Frame("api", shop.currency, zone, now, now)
    to_word = KINDS[kind][1]
    return apply([to_word(body, frame) for body in bodies], Surroundings(zone, now))


# ---- connections -------------------------------------------------------------------------------


def list_connections() -> list[ConnectionView]:
    """Give all live sources by name."""
    return connections.list_views()


def get_connection(connection_id: int) -> ConnectionView:
    """Give one live source or raise NotFoundError."""
    return connections.view(connections.get(connection_id), clock.now())


def create_connection(
    name: str, kind: str, *, secret: str = "", source: str = ""
) -> tuple[ConnectionView, str]:
    """Make a live source; gives it and its secret, which nobody can read again.

    Raises InputError for no name, an unknown kind, or (Shopify) a missing secret.
    """
    return connections.create(name, kind, secret, source)


def rotate_secret(connection_id: int, *, secret: str = "") -> tuple[ConnectionView, str]:
    """Give a new secret; the one before is accepted for another day."""
    return connections.rotate(connection_id, secret)


def switch_connection(connection_id: int, *, is_active: bool) -> None:
    """Open or close an address."""
    connections.switch(connection_id, is_active=is_active)


def save_poll(
    connection_id: int, *, shop_url: str, admin_url: str, client_id: str, client_secret: str
) -> PollView:
    """Keep how a source is asked by its Web API; it begins once its staff gave their leave.

    Raises InputError for an address that is not https, or no client.
    """
    return polls.save(connection_id, shop_url, admin_url, client_id, client_secret)


def find_poll(connection_id: int) -> PollView | None:
    """Give how a source is asked by its Web API, None where it is not."""
    return polls.find(connection_id)


def leave_url(connection_id: int, state: str) -> str:
    """Give the page of the shop's admin on which its staff let us read."""
    return polls.leave_url(connection_id, state)


def take_leave(connection_id: int, code: str) -> None:
    """Begin to read with the code the shop sent along; raises OkaeriError where it does not hold."""
    polls.take_leave(connection_id, code)


def list_deliveries(connection_id: int, limit: int = 50) -> list[DeliveryView]:
    """Give what a live source sent, newest first."""
    return connections.list_deliveries(connection_id, limit)


def receive(
    connection_key: str,
    headers: Mapping[str, str],
    raw_body: bytes,
    now: datetime,
    *,
    ask_rights: AskRights | None = None,
) -> Received:
    """Take in what a live source sent; never raises for what was sent, only for a fault of ours.

    `ask_rights` is called in the transaction of the effect with requests of people (Shopify's
    compliance topics).
    """
    return receiving.receive(connection_key, headers, raw_body, now, ask_rights)


def retry_delivery(delivery_id: int, *, ask_rights: AskRights | None = None) -> Received:
    """Try a failed delivery again; raises NotFoundError where nothing of it is kept."""
    return receiving.retry(connections.get_failed(delivery_id), clock.now(), ask_rights)


def sweep_deliveries(now: datetime) -> int:
    """Take away old deliveries; gives how many."""
    return connections.sweep(now)
