"""The door of delivery. Callers ask by source and key; what a source is, delivery does not know."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.conf import settings

from okaeri.customers import api as customers
from okaeri.deliver.actions import (
    audience_jobs,
    audiences,
    bouncing,
    caring,
    high_water,
    receiving,
    requesting,
    tracking,
    unsubscribing,
    wishing,
)
from okaeri.deliver.audience_types import AudienceService, AudienceView, Reach
from okaeri.deliver.channels.email.mailbox import MailboxTransport
from okaeri.deliver.domain import tracking as domain_tracking
from okaeri.deliver.early_types import EarlyCare
from okaeri.deliver.store import audiences as stored_audiences
from okaeri.deliver.store import (
    brakes,
    claims,
    clicks,
    contacts,
    following,
    locks,
    outbox,
    reactions,
    receipts,
    rights,
    signs,
    strangers,
    views,
)
from okaeri.deliver.store import mail_months as mail_counts
from okaeri.deliver.tracking_types import EngagementView, Followed
from okaeri.deliver.types import (
    BounceCounts,
    Choice,
    ConfirmationError,
    Mail,
    MessageNotFoundError,
    MessageRequest,
    MessageView,
    OpenMessages,
    RenderedContent,
    SendingState,
    SentMarketing,
    UnsubscribeView,
    VariantCount,
)
from okaeri.foundation import clock
from okaeri.foundation.happenings import Happenings
from okaeri.foundation.keyset import Before
from okaeri.foundation.personal import Documents
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.insight.bump_types import Sign
from okaeri.insight.reaction_types import MailMonth
from okaeri.intake.types import PartyIn

AUDIENCE_JOB_KIND = audience_jobs.JOB_KIND
_PAUSED_BY_STAFF = Text("担当者が送信を止めています。", "Sending was paused by a person.")
_NO_MAIL = Text("メール {id} は見つかりません。", "There is no mail {id}.")
_OTHER_NUMBER = Text(
    "不明のままのメッセージの数が、確認した {n} 通から変わりました。もう一度確認してください。",
    "The number of unknown messages is no longer the {n} you confirmed; please look again.",
)


def submit(requests: Sequence[MessageRequest], now: datetime) -> int:
    """Put messages into the outbox inside the caller's transaction; gives how many are new.

    A key that exists is left alone, whatever became of it. Held-out requests are settled at once.
    """
    return requesting.submit(requests, now)


def submit_to_many(groups: Iterable[outbox.Group], now: datetime) -> int:
    """Do as `submit` for groups of people who get the same; each as (request, who it goes to).

    Of a request's own key, customer and context nothing is taken.
    """
    return requesting.submit_to_many(groups, now)


def know_stranger(number: int, customer_id: int) -> int:
    """Give the messages to a stranger to the customer he turned out to be; gives how many."""
    return strangers.become_customer(number, customer_id)


def forget_stranger(number: int) -> int:
    """Take away the address and the words of messages to somebody who never became a customer."""
    return strangers.forget(number)


def withdraw(keys: Sequence[str], reason_code: str, now: datetime | None = None) -> int:
    """Call back messages that have not begun to leave; gives how many were still here."""
    return outbox.withdraw_keys(keys, reason_code, now or clock.now())


def restore(keys: Sequence[str], reason_code: str, now: datetime | None = None) -> int:
    """Put back what `withdraw` called back with this code and is still in time; gives how many."""
    return outbox.restore_keys(keys, reason_code, now or clock.now())


def list_messages(
    *, status: str = "", journey_source_id: int | None = None, offset: int = 0, limit: int = 50
) -> tuple[list[MessageView], int]:
    """Give one page of messages, newest first, and how many there are in all."""
    where: dict[str, Any] = {"status": status} if status else {}
    if journey_source_id is not None:
        where |= {"source_kind": "journey", "source_id": journey_source_id}
    return views.list_page(where, offset, limit)


def list_messages_after(after: int, limit: int) -> list[MessageView]:
    """Give every message behind an id, in the order of ids; where one stands may change later."""
    return views.list_after(after, limit)


def list_settled_after(place: int, until: datetime, limit: int) -> Happenings:
    """Give messages that left or were refused until an instant, in the order that was settled."""
    return following.settled_after(place, until, limit)


def list_events_after(place: int, until: datetime, limit: int) -> Happenings:
    """Give what happened to messages after they left, until an instant, in the order it was noted."""
    return following.events_after(place, until, limit)


def newest_event() -> int:
    """Give the place of the newest event of any message, 0 before the first."""
    return following.newest_event()


def messages_of(customer_id: int, limit: int = 200) -> list[MessageView]:
    """Give one person's messages, whichever of his ids they were to, newest first."""
    ids = customers.ids_of(customer_id) or (customer_id,)
    return views.list_page({"customer_id__in": ids}, 0, limit)[0]


def first_sent_after(since: Mapping[int, datetime]) -> dict[int, datetime]:
    """Give person → when the first message to him left after his instant in `since`."""
    return views.first_sent_after(since)


def messages_before(
    customer_ids: Collection[int], before: Before | None, limit: int
) -> list[MessageView]:
    """Give the newest messages to these ids older than `before`: when settled (else due), message id."""
    return views.list_before(customer_ids, before, limit)


def get_message(message_id: int) -> MessageView:
    """Give one message or raise MessageNotFoundError."""
    return views.views_of([receiving.get_row(message_id)])[0]


def find_messages(message_ids: Collection[int]) -> dict[int, MessageView]:
    """Give the messages with these ids, by id; those that do not exist are left out."""
    return views.find_views(message_ids)


def find_content(message_id: int) -> RenderedContent | None:
    """Give the words of one message; None while there are none. The mail adds the legal footer."""
    return views.find_content(message_id)


def counts_by_part(source_kind: str, source_id: int) -> dict[str, dict[str, int]]:
    """Give source_part → status → number of messages."""
    return views.count_by_part(source_kind, source_id)


def count_open_by_class(now: datetime) -> list[OpenMessages]:
    """Give what is in the outbox and has not left, by content, moment and class of customers."""
    return views.count_open_by_class(now)


def count_variants(
    source_kind: str, source_id: int, part: str, *, since: datetime
) -> dict[str, VariantCount]:
    """Give variant → its messages planned since then by status, and what people did with them.

    "" is what was planned without a variant.
    """
    return views.count_variants(source_kind, source_id, part, since)


def first_variants(
    source_kind: str, source_id: int, part: str, *, since: datetime
) -> dict[int, str]:
    """Give customer → the variant of his first message of one part since then, held out or not."""
    return views.first_variants(source_kind, source_id, part, since)


def audience(source_kind: str = "", source_id: int | None = None) -> dict[str, int]:
    """Give how many messages stand in each status and, counted on its own, the "audience".

    At any instant the nine statuses add up to the audience.
    """
    where: dict[str, Any] = {"source_kind": source_kind} if source_kind else {}
    if source_id is not None:
        where["source_id"] = source_id
    return views.count_by_status(where)


def find_unsubscribe(token: str) -> UnsubscribeView | None:
    """Look at what a link would end; changes nothing. None for a link we did not make."""
    return unsubscribing.find_unsubscribe(token, settings.SECRET_KEY)


def unsubscribe(token: str, now: datetime, *, one_click: bool) -> UnsubscribeView:
    """Stop marketing to this person on this channel at once; the second time says the same.

    Raises MessageNotFoundError for a link we did not make.
    """
    return unsubscribing.unsubscribe(token, settings.SECRET_KEY, now, one_click=one_click)


def follow(token: str, now: datetime, *, agent: str, method: str) -> Followed | None:
    """Give where a tracked link leads and note the press; None for a link we did not make.

    `agent` and `method` are the request's; they tell people from machines.
    """
    return tracking.follow(token, settings.SECRET_KEY, agent=agent, method=method, now=now)


def record_open(token: str, now: datetime, *, agent: str, method: str) -> bool:
    """Note that a mail's picture was fetched; False for a picture we did not make."""
    return tracking.record_open(token, settings.SECRET_KEY, agent=agent, method=method, now=now)


def find_addressee(landing_token: str, now: datetime) -> PartyIn | None:
    """Give whose mail a visitor of the shop's pages came from; None for a bad or old token."""
    return tracking.find_addressee(landing_token, settings.SECRET_KEY, now)


def engagement(customer_ids: Iterable[int]) -> dict[int, EngagementView]:
    """Give what each person did with his marketing mails; people and machines counted apart."""
    return clicks.engagement(customer_ids)


def reactions_of(customer_ids: Iterable[int]) -> dict[str, tuple[int, int]]:
    """Give channel → (marketing messages that left, those the person pressed a link of)."""
    return clicks.reactions_of(customer_ids)


def reactions_since(since: datetime) -> dict[str, tuple[int, int]]:
    """Give the same of everybody, for messages made since then."""
    return clicks.reactions_since(since)


def record_choice(customer_id: int, choice: Choice, now: datetime) -> None:
    """Keep what a person left on the preference page; holds for everything not yet on its way.

    Raises InputError for wishes that cannot be.
    """
    wishing.choose(customer_id, choice, now)


def record_pause(customer_id: int, until: date | None, now: datetime) -> None:
    """Pause marketing to a person until a day has passed, or end the pause (None)."""
    wishing.pause(customer_id, until, now)


def leave_everything(customer_id: int, now: datetime) -> None:
    """Stop all marketing to a person on every channel at once; the second time changes nothing."""
    wishing.leave(customer_id, now)


def record_event(
    message_id: int,
    kind: str,
    occurred_at: datetime,
    detail: Mapping[str, Any] | None = None,
) -> bool:
    """Note that a message was delivered, opened, clicked, bounced or complained about.

    Gives whether it was news; an event settles a message that was unknown.
    """
    return receiving.record_event(message_id, kind, occurred_at, detail or {})


def record_reports(files: Iterable[bytes], now: datetime) -> BounceCounts:
    """Take in bounces and complaints as mail servers send them (RFC 3464, RFC 5965), or mboxes of them.

    Matched by the signed Message-ID that comes back; the same report again changes nothing.
    """
    return bouncing.take_reports(files, settings.OKAERI.secret_key, now)


def retry_unknown(source_kind: str, source_id: int, *, confirmed: int, now: datetime) -> int:
    """Send all unknown messages of a source again; some people may get them a second time.

    `confirmed` is the number a person saw and agreed to; another number raises ConfirmationError.
    """
    count = receipts.send_unknown_again(source_kind, source_id, confirmed, now)
    if count is None:
        raise ConfirmationError(_OTHER_NUMBER.format(n=confirmed))
    return count


def pause_sending(why: Text = _PAUSED_BY_STAFF, *, now: datetime | None = None) -> None:
    """Stop all sending; once this returns nothing more is claimed."""
    brakes.pull(why, now or clock.now())


def resume_sending(*, now: datetime | None = None) -> None:
    """Send again, and let resting channels try at once; a person has looked at what was restored."""
    high_water.forget(settings.OKAERI.data_dir)
    brakes.release(now or clock.now())


def is_paused(*, now: datetime | None = None) -> bool:
    """Tell whether a person or a guard stopped all sending."""
    return brakes.find_state(brakes.SENDING, now or clock.now()).is_paused


def sending_state(*, now: datetime | None = None) -> SendingState:
    """Tell whether all sending is paused, and why."""
    return brakes.find_state(brakes.SENDING, now or clock.now())


def resting_channels(*, now: datetime | None = None) -> dict[str, SendingState]:
    """Give the channels whose far side did not answer: why, since when, until when."""
    return brakes.list_resting_channels(now or clock.now())


def list_mails(offset: int = 0, limit: int = 50) -> tuple[list[Mail], int]:
    """Give mails of the local mailbox, newest first, and how many there are."""
    return _mailbox().list(offset, limit)


def get_mail(message_id: int) -> Mail:
    """Give one mail of the local mailbox or raise MessageNotFoundError."""
    mail = _mailbox().find(message_id)
    if mail is None:
        raise MessageNotFoundError(_NO_MAIL.format(id=message_id))
    return mail


def recipients_of(message_ids: Sequence[int]) -> dict[int, int]:
    """Give message → the customer it is to."""
    return rights.recipients_of(message_ids)


def all_recipients(status: str = "") -> set[int]:
    """Give everybody with a message of a status, of any status for ""."""
    return rights.all_recipients(status)


def unsent_useful(source_kind: str, customer_ids: Collection[int]) -> set[tuple[int, int]]:
    """Give (customer, source id) of useful messages of a kind of source that have not left yet."""
    return claims.unsent_useful(source_kind, customer_ids) if customer_ids else set()


def early_care(since: date, until: date) -> EarlyCare:
    """Give first-time buyers of these days, and who got fewer useful messages than the shop's least."""
    return caring.early_care(since, until)


def list_marketing(customer_ids: Sequence[int]) -> list[SentMarketing]:
    """Give every advertisement to a person that left or may have left, oldest first."""
    return rights.list_marketing(customer_ids)


def read_contacts(since: datetime) -> Iterator[pa.RecordBatch]:
    """Give customer_id, sent_on (shop day), channel and source of each advertisement since `since`."""
    return contacts.read_contacts(since, load(ShopProfile).zone)


def contacts_of(
    source_kind: str, source_id: int, first: date, last: date, *, limit: int
) -> list[tuple[int, date, str]]:
    """Give person, shop day and channel of a source's newest advertisements that left on these days."""
    zone = load(ShopProfile).zone
    return contacts.contacts_of(source_kind, source_id, first, last, zone, limit=limit)


def read_spent(since: datetime) -> Iterator[pa.RecordBatch]:
    """Give every message that left since `since`, as `insight.care_types.SPENT`."""
    return contacts.read_spent(since, load(ShopProfile).zone)


def mail_months(since: datetime) -> list[MailMonth]:
    """Give what became of the advertisements by mail of each month since `since`."""
    return mail_counts.mail_months(since, load(ShopProfile).zone)


def read_reactions(since: datetime, until: datetime | None = None) -> Iterator[pa.RecordBatch]:
    """Give customer_id, channel, sent, opened and clicked of the marketing that left since `since`,
    and before `until`.
    """
    return reactions.read_reactions(since, until)


def read_signs(since: date) -> Iterator[pa.RecordBatch]:
    """Give what everybody did with messages from a day on, as `insight.bump_types.SIGNS`."""
    return signs.read_signs(since, load(ShopProfile).zone)


def read_clicks(since: date) -> Iterator[pa.RecordBatch]:
    """Give which links in messages people pressed from a day on, as `insight.reaction_types.CLICKS`."""
    return signs.read_clicks(since, load(ShopProfile).zone)


def signs_of(customer_ids: Collection[int], since: date) -> list[Sign]:
    """Give what these people did with messages from a day on, as signs of life."""
    return signs.signs_of(customer_ids, since, load(ShopProfile).zone)


def last_marketing_at(customer_ids: Sequence[int]) -> datetime | None:
    """Give when a person was last sent an advertisement."""
    return rights.last_marketing_at(customer_ids)


def export_person(customer_ids: Sequence[int]) -> dict[str, Documents]:
    """Give every message to a person with its words and what became of it."""
    return rights.export(customer_ids)


def distrust_database(folder: Path) -> None:
    """Let nothing leave from this data folder until a person resumes: its database was put back."""
    high_water.distrust(folder)


def erase_person(customer_ids: Sequence[int], now: datetime) -> dict[str, int]:
    """Take a person's words and addresses out of the outbox, in the caller's transaction.

    What had not begun to leave is called back; gives how many rows, by table.
    """
    locks.lock_people(customer_ids)
    stored_audiences.mark_stale()
    return rights.erase(customer_ids, now)


def measure_reach(key: str, customer_ids: Sequence[int], now: datetime) -> tuple[Reach, datetime]:
    """Give how many of an audience's people are linked to LINE and may be written to, as of when."""
    return audiences.reach_of(key, customer_ids, now)


def find_audience(key: str) -> AudienceView:
    """Give how an audience stands; one nobody asked for is `NEVER`."""
    return audience_jobs.find(key)


def ask_for_audience(key: str) -> int:
    """Ask for a sync now; gives the id of its job, the same until that has begun."""
    return audience_jobs.ask(key)


def keep_audience(key: str, *, is_kept: bool) -> None:
    """Bring an audience up to date every night, or only when somebody asks."""
    stored_audiences.change(key, is_kept=is_kept)


def list_kept_audiences() -> list[str]:
    """Give the audiences the next night brings up to date: kept ones, and those with somebody erased."""
    return stored_audiences.list_kept()


def sync_audience(
    service: AudienceService | None,
    key: str,
    title: str,
    customer_ids: Iterable[int],
    *,
    now: datetime,
) -> AudienceView:
    """Make the far side hold exactly those of these people who may be written to; how it went."""
    audiences.sync(service, key, title, customer_ids, now)
    return audience_jobs.find(key)


def erase_mails(customer_ids: Sequence[int], addresses: Sequence[str]) -> int:
    """Remove a person's mails from the local mailbox, which no transaction covers."""
    return _mailbox().erase(rights.ids_of(customer_ids), addresses)


def _mailbox() -> MailboxTransport:
    return MailboxTransport(settings.OKAERI.data_dir / "mailbox.db")


def without_pixel(html: str) -> str:
    """Give a mail without its picture of one dot: staff who read a copy have not opened the mail."""
    return domain_tracking.without_pixel(html)
