"""Messages and mails as this person may see them."""

from dataclasses import replace

from django.http import HttpRequest

from okaeri.customers.types import CustomerProfile
from okaeri.deliver.types import Mail, MessageView
from okaeri.web import sight


def veil_message(
    request: HttpRequest, message: MessageView, profile: CustomerProfile | None
) -> MessageView:
    """Give a message without names and addresses, where they are not for all."""
    why = message.why if profile is None else sight.veil_text(request, profile, message.why)
    return replace(
        message,
        subject=sight.veil_words(request, profile, message.subject),
        address=sight.veil_address(request, message.customer_id, message.address),
        why=why or message.why,
    )


def veil_mail(request: HttpRequest, mail: Mail, profile: CustomerProfile | None) -> Mail:
    """Give a mail's outside without the address, where it is not for all."""
    return replace(
        mail,
        subject=sight.veil_words(request, profile, mail.subject),
        address=sight.veil_address(request, profile.id if profile else 0, mail.address),
    )
