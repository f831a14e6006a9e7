"""The list of messages as CSV: one row a message, newest first."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.deliver.types import MessageView
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.web import formats, sight
from okaeri.web.pages.csv_file import csv_response
from okaeri.web.pages.messages.veiling import veil_message
from okaeri.web.reader import language_of

_CHUNK = 500
_COLUMNS = (
    Text("メッセージID", "message_id"),
    Text("顧客ID", "customer_id"),
    Text("顧客", "customer"),
    Text("件名", "subject"),
    Text("文面", "template"),
    Text("経路", "channel"),
    Text("宛先", "address"),
    Text("状態", "status"),
    Text("理由", "why"),
    Text("計画", "planned_at"),
    Text("予定", "due_at"),
    Text("決着", "settled_at"),
)


def download(request: HttpRequest, status: str, encoding: str) -> HttpResponseBase:
    """Stream every message of a status, all of them without one."""
    language = language_of(request)
    zone = load(ShopProfile).zone
    columns = [column.render(language) for column in _COLUMNS]
    recipients = deliver.all_recipients(status)
    fields = ("name", "email") if sight.sees_personal(request) else ("masked",)
    sight.note(request, "export", recipients, fields)
    rows = (_row(message, name, zone, language) for message, name in _messages(request, status))
    return csv_response("messages", columns, rows, encoding=encoding)


def _messages(request: HttpRequest, status: str) -> Iterator[tuple[MessageView, str]]:
    """Give each message once, though new ones push the pages on while they are read."""
    offset, last = 0, None
    while True:
        found, _ = deliver.list_messages(status=status, offset=offset, limit=_CHUNK)
        names = customers.list_profiles([message.customer_id for message in found])
        for message in found:
            if last is None or message.id < last:
                who = names.get(message.customer_id)
                yield (
                    veil_message(request, message, who),
                    sight.veil(request, who).full_name if who else "",
                )
                last = message.id
        if len(found) < _CHUNK:
            return
        offset += _CHUNK


def _row(message: MessageView, name: str, zone: ZoneInfo, language: str) -> tuple[Any, ...]:
    instants = (message.planned_at, message.due_at, message.settled_at)
    return (
        message.id,
        message.customer_id,
        name,
        message.subject,
        message.template_key,
        message.channel,
        message.address,
        message.status_name.render(language),
        message.why.render(language),
        *("" if at is None else formats.moment(at, zone, language) for at in instants),
    )
