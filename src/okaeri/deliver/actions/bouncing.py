"""Reports of other mail servers put into effect: what came back, and to whom is not written again."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from okaeri.customers import api as customers
from okaeri.deliver.actions.receiving import record_event
from okaeri.deliver.domain.bounces import Report, read_reports, split_mails
from okaeri.deliver.domain.token import mark_is_genuine, message_id_in_mark
from okaeri.deliver.models import Message
from okaeri.deliver.store import views
from okaeri.deliver.types import BounceCounts


def take_reports(files: Iterable[bytes], secret: str, now: datetime) -> BounceCounts:
    """Take in mails, or mboxes of them; the same report again changes nothing.

    A mailbox that does not exist is suppressed as where a server says so while we send.
    """
    counts: Counter[str] = Counter()
    for raw in files:
        for mail in split_mails(raw):
            reports = read_reports(mail)
            counts["ignored"] += not reports
            for report in reports:
                counts.update(_take(report, secret, now))
    return BounceCounts(**counts)


def _take(report: Report, secret: str, now: datetime) -> tuple[str, ...]:
    message = _message_of(report, secret)
    if message is None:
        return ("unmatched",)
    detail = {"status": report.status} if report.status else {}
    is_new = record_event(message.id, report.kind, now, detail)
    said = (report.kind if is_new else "repeated",)
    if is_new and report.is_dead and _means(report, message):
        customers.suppress(message.channel, message.address, "user_unknown", now)
        return (*said, "suppressed")
    return said


def _message_of(report: Report, secret: str) -> Message | None:
    """Give the message whose signed mark came back."""
    for mark in report.marks:
        number = message_id_in_mark(mark)
        message = None if number is None else views.find_message(number)
        if message and message.address and mark_is_genuine(mark, secret, message.id, message.key):
            return message
    return None


def _means(report: Report, message: Message) -> bool:
    """Tell whether it is our address that is dead, and not one it forwards to."""
    ours = customers.address_key(message.address)
    return any(customers.address_key(one) == ours for one in report.recipients)
