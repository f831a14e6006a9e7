"""Messages: what went, what did not, and why; the local mailbox."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.html import escape
from django.views.decorators.http import require_GET

from okaeri.customers import api as customers
from okaeri.customers.types import CustomerProfile
from okaeri.deliver import api as deliver
from okaeri.deliver.types import STATUS_NAMES
from okaeri.foundation.text import Text
from okaeri.plan import api as plan
from okaeri.web import sight
from okaeri.web.access import needs, require
from okaeri.web.channel_names import channel_name
from okaeri.web.pages.csv_file import asked_encoding
from okaeri.web.pages.journeys.views import sandboxed
from okaeri.web.pages.messages.export import download
from okaeri.web.pages.messages.sending import find_sending
from okaeri.web.pages.messages.veiling import veil_mail, veil_message
from okaeri.web.pages.paging import PAGE_SIZE, read_slice

# In the order of the filter.
_STATUSES = (
    "accepted", "suppressed", "held_out", "planned", "rendered", "claimed", "rejected", "expired", "unknown",
)  # fmt: skip


@needs("messages.see")
@require_GET
def messages(request: HttpRequest) -> HttpResponseBase:
    """List messages, each with where it is and why; as CSV when asked for."""
    asked = request.GET.get("status", "")
    status = asked if asked in _STATUSES else ""
    encoding = asked_encoding(request)
    if encoding:
        require(request.user, "customers.export")
        return download(request, status, encoding)
    found, pager = read_slice(
        request,
        lambda offset: deliver.list_messages(status=status, offset=offset, limit=PAGE_SIZE),
    )
    counts = deliver.audience()
    names = {template.key: template.name for template in plan.list_templates()}
    profiles = customers.list_profiles([message.customer_id for message in found])
    shown = sight.show(request, profiles)
    return render(
        request,
        "okaeri/messages/list.html",
        {
            "tab": "messages",
            "rows": [
                (
                    veil_message(request, message, profiles.get(message.customer_id)),
                    shown.get(message.customer_id),
                    names.get(message.template_key),
                )
                for message in found
            ],
            "pager": pager,
            "status": status,
            "statuses": [
                (key, STATUS_NAMES[key], counts.get(key, 0))
                for key in _STATUSES
                if counts.get(key) or key == status
            ],
            "audience": counts.get("audience", 0),
            "sending": find_sending(counts),
        },
    )


@needs("messages.see")
@require_GET
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show one message: its words, its state, the reason."""
    found = deliver.get_message(message_id)
    profiles = customers.list_profiles([found.customer_id])
    shown = sight.show(request, profiles, fields=("name", "email", "message"))
    return render(
        request,
        "okaeri/messages/message.html",
        {
            "tab": "messages",
            "message": veil_message(request, found, profiles.get(found.customer_id)),
            "channel": channel_name(found.channel),
            "content": deliver.find_content(message_id),
            "template_name": _template_name(found.template_key),
            "customer": shown.get(found.customer_id),
        },
    )


def _template_name(key: str) -> Text:
    names = {template.key: template.name for template in plan.list_templates()}
    return names.get(key, Text(key, key))


@needs("messages.see")
@require_GET
def message_body(request: HttpRequest, message_id: int) -> HttpResponse:
    """Give a message's HTML for a frame that may do nothing."""
    profile = _recipient(deliver.get_message(message_id).customer_id)
    content = deliver.find_content(message_id)
    if content is None:
        return sandboxed("")
    html = content.body_html or f"<pre>{escape(content.body_text)}</pre>"
    return sandboxed(sight.veil_words(request, profile, deliver.without_pixel(html)))


def _recipient(customer_id: int) -> CustomerProfile | None:
    return customers.list_profiles([customer_id]).get(customer_id)


@needs("messages.see")
@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """List the mails that would have left."""
    mails, pager = read_slice(
        request, lambda offset: deliver.list_mails(offset=offset, limit=PAGE_SIZE)
    )
    recipients = deliver.recipients_of([mail.message_id for mail in mails])
    profiles = customers.list_profiles(set(recipients.values()))
    sight.show(request, profiles, fields=("email", "message"))
    context = {
        "tab": "mailbox",
        "mails": [
            veil_mail(request, mail, profiles.get(recipients.get(mail.message_id, 0)))
            for mail in mails
        ],
        "pager": pager,
    }
    return render(request, "okaeri/messages/mailbox.html", context)


@needs("messages.see")
@require_GET
def mail(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show one mail with its headers."""
    found = deliver.get_mail(message_id)
    parsed = _parsed(found.raw)
    profiles = customers.list_profiles(deliver.recipients_of([message_id]).values())
    sight.show(request, profiles, fields=("name", "email", "message"))
    profile = next(iter(profiles.values()), None)
    context = {
        "tab": "mailbox",
        "mail": veil_mail(request, found, profile),
        "headers": [
            (name, sight.veil_words(request, profile, str(value))) for name, value in parsed.items()
        ],
        "text": sight.veil_words(request, profile, _part(parsed, "plain")),
    }
    return render(request, "okaeri/messages/mail.html", context)


@needs("messages.see")
@require_GET
def mail_body(request: HttpRequest, message_id: int) -> HttpResponse:
    """Give a mail's HTML part for a frame that may do nothing."""
    parsed = _parsed(deliver.get_mail(message_id).raw)
    recipient = deliver.recipients_of([message_id]).get(message_id, 0)
    html = _part(parsed, "html") or f"<pre>{escape(_part(parsed, 'plain'))}</pre>"
    html = sight.veil_words(request, _recipient(recipient), deliver.without_pixel(html))
    return sandboxed(html)


def _parsed(raw: bytes) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(raw)


def _part(parsed: EmailMessage, kind: str) -> str:
    body = parsed.get_body(preferencelist=(kind,))
    return "" if body is None else str(body.get_content())
