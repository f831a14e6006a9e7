"""The page behind a link that is not ours, cut off, or no longer good."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from okaeri.foundation.text import Text

_NO_LINK = Text(
    "このリンクは使えません。メールのリンクをもう一度押すか、お店にご連絡ください。",
    "This link does not work. Press the link in the mail again, or contact the shop.",
)


def link_not_found(request: HttpRequest) -> HttpResponse:
    """Say in the shop's name that the link leads nowhere."""
    context = {"message": _NO_LINK}
    response = render(request, "okaeri/public/not_found.html", context, status=404)
    response.is_error_page = True  # type: ignore[attr-defined]
    return response
