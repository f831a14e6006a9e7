"""What happens around every page: content policy, language, staff only, errors in plain words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import urlencode

from okaeri.foundation.errors import (
    BusyError,
    ConfigurationError,
    InputError,
    NotFoundError,
    OkaeriError,
)
from okaeri.foundation.text import Text
from okaeri.web import taking
from okaeri.web.access import NotAllowedError, Role, may, permission_of, role_of

Handler = Callable[[HttpRequest], HttpResponse]
LANGUAGE_COOKIE = "okaeri_language"
# No inline script, no inline style, nothing from elsewhere.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; frame-ancestors 'self'; form-action 'self'; "
    "object-src 'none'; base-uri 'none'"
)
_STATUS: Mapping[type[OkaeriError], int] = {
    NotFoundError: 404,
    NotAllowedError: 403,
    InputError: 400,
    ConfigurationError: 400,
    BusyError: 503,
}
_NOT_HERE = Text(
    "このページは見つかりません。アドレスを確認するか、ホームから選んでください。",
    "There is no such page. Check the address, or choose one from the home page.",
)
_REFUSED = Text(
    "送信を確認できませんでした。前のページに戻って読み込み直し、もう一度お試しください。",
    "The form could not be verified. Go back, reload the page and try again.",
)
_NO_TEXT = Text(
    "このアドレスには使えない文字があります。リンクを押し直すか、文字を消して、もう一度お試しください。",
    "This address holds a character no text may have. Press the link anew, or remove it, and try again.",
)
_STAFF_ONLY = Text(
    "このページはスタッフだけが見られます。管理者に権限を頼んでください。",
    "Only staff may see this page. Ask an administrator for access.",
)


def content_policy(get_response: Handler) -> Handler:
    """Add the content policy unless a view (a mail's sandbox) set a stricter one."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=()"
        )
        return response

    return respond


def choose_language(get_response: Handler) -> Handler:
    """Set `request.language`: the person's own choice, else what the browser asks for, else Japanese."""

    def respond(request: HttpRequest) -> HttpResponse:
        language = _decide_language(request)
        request.language = language  # type: ignore[attr-defined]
        with translation.override(language):
            response = get_response(request)
        response.headers["Content-Language"] = language
        return response

    return respond


def _decide_language(request: HttpRequest) -> str:
    """Decide "ja" or "en" for a request."""
    chosen = request.COOKIES.get(LANGUAGE_COOKIE)
    if chosen in ("ja", "en"):
        return chosen
    asked = request.headers.get("Accept-Language", "").lower()
    return "en" if asked and "ja" not in asked and "en" in asked else "ja"


class _StaffOnly:
    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if not request.path_info.startswith("/static/"):
            # Pages hold personal data: no shared or disk cache may keep one.
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> HttpResponse | None:
        if getattr(view, "is_open_to_all", False):
            return None
        user = request.user
        if not user.is_authenticated:
            if not User.objects.exists():
                return redirect("setup")
            return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}")
        role = role_of(user)
        if role is None:
            return error_page(request, 403, _STAFF_ONLY)
        permission = permission_of(view, request.method or "GET")
        # A view that says nothing about itself is the administrators' alone.
        if role is not Role.ADMIN and (permission is None or not may(user, permission)):
            return error_page(request, 403, NotAllowedError().message)
        too_often = taking.refusal(request)
        return None if too_often is None else error_page(request, 429, too_often)


def staff_only(get_response: Handler) -> _StaffOnly:
    """Let only staff with the permission a view `needs` through, and all to what is `open_to_all`."""
    return _StaffOnly(get_response)


class _ErrorsAsPages:
    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path_info:
            # PostgreSQL keeps no such text: whatever looked for one would break.
            return error_page(request, 400, _NO_TEXT)
        response = self._get_response(request)
        if settings.DEBUG or getattr(response, "is_error_page", False):
            return response
        if response.status_code == 404:
            return error_page(request, 404, _NOT_HERE)
        if response.status_code == 403:
            return error_page(request, 403, _REFUSED)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, OkaeriError):
            return error_page(request, status_of(error), error.message)
        if isinstance(error, Http404) and not settings.DEBUG:
            return error_page(request, 404, _NOT_HERE)
        return None


def errors_as_pages(get_response: Handler) -> _ErrorsAsPages:
    """Show an OkaeriError as a page in the reader's language with the right status."""
    return _ErrorsAsPages(get_response)


def status_of(error: OkaeriError) -> int:
    """Give the HTTP status of an error a person may read."""
    for kind, status in _STATUS.items():
        if isinstance(error, kind):
            return status
    return 500


def error_page(request: HttpRequest, status: int, message: Text) -> HttpResponse:
    """Give one sentence as a whole page; a request of htmx gets only the sentence."""
    name = (
        "okaeri/parts/notice_error.html"
        if request.headers.get("HX-Request")
        else "okaeri/error.html"
    )
    response = render(request, name, {"message": message, "status": status}, status=status)
    response.is_error_page = True  # type: ignore[attr-defined]
    return response
