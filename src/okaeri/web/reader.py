"""Who reads the page: in which language, and what is told him on the next one."""

from django.contrib import messages
from django.http import HttpRequest

from okaeri.foundation.text import Text


def language_of(request: HttpRequest) -> str:
    """Give the reader's language, "ja" or "en"; Japanese where no middleware has asked yet."""
    return str(getattr(request, "language", "ja"))


def tell(request: HttpRequest, text: Text) -> None:
    """Say on the next page that something was done."""
    messages.success(request, text.render(language_of(request)))


def tell_problem(request: HttpRequest, text: Text) -> None:
    """Say on the next page why something was not done."""
    messages.error(request, text.render(language_of(request)))
