"""Coming in and going out; language and colour scheme."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from okaeri.foundation.text import Text
from okaeri.web import onetime, setup
from okaeri.web.access import open_to_all
from okaeri.web.context import THEME_COOKIE, THEMES
from okaeri.web.middleware import LANGUAGE_COOKIE

_YEAR = 365 * 24 * 3600
_WRONG = Text(
    "名前かパスワードが違います。確かめてもう一度お試しください。",
    "The name or the password is wrong. Check them and try again.",
)
_LOCKED = Text(
    "続けて間違えたため、1時間ログインを止めました。お急ぎのときはサーバーで okaeri login を実行してください。",
    "Too many wrong tries; login is closed for an hour. In a hurry, run okaeri login on the server.",
)
_BAD_CODE = Text(
    "セットアップコードが違います。サーバーのデータフォルダーにある setup-code を見てください。",
    "The setup code is wrong. See the file setup-code in the server's data folder.",
)
_NO_NAME = Text("名前を入力してください。", "Give a name.")
_BACKEND = "django.contrib.auth.backends.ModelBackend"


def _next(request: HttpRequest) -> str:
    """Give where to go on: only to a page of our own."""
    asked = request.POST.get("next") or request.GET.get("next") or "/"
    is_ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if is_ours else "/"


@open_to_all
@require_http_methods(["GET", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; ten wrong ones lock the name for an hour."""
    if not User.objects.exists():
        return redirect("setup")
    if request.method == "GET":
        return render(request, "okaeri/session/login.html", {"next": _next(request)})
    name = request.POST.get("username", "")
    user = authenticate(request, username=name, password=request.POST.get("password", ""))
    if user is not None:
        login(request, user)
        return redirect(_next(request))
    is_locked = getattr(request, "axes_locked_out", False)
    # The lock's own plain answer would be in English only; ours is shown instead.
    request.axes_locked_out = False  # type: ignore[attr-defined]
    context = {"next": _next(request), "name": name, "problem": _LOCKED if is_locked else _WRONG}
    return render(request, "okaeri/session/login.html", context, status=429 if is_locked else 400)


@open_to_all
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("login")


@open_to_all
@require_http_methods(["GET", "POST"])
def first_run(request: HttpRequest) -> HttpResponse:
    """Create the administrator, only while there is no user at all."""
    if User.objects.exists():
        return redirect("login")
    asks_code = setup.needs_code(request)
    if asks_code:
        setup.setup_code()
    problems: list[Any] = []
    if request.method == "POST":
        problems = _first_run_problems(request, asks_code=asks_code)
        if not problems:
            user = setup.create_first_administrator(
                request.POST["username"].strip(), request.POST["password"]
            )
            if user is None:
                return redirect("login")
            login(request, user, backend=_BACKEND)
            return redirect("start")
    context = {"asks_code": asks_code, "problems": problems, "name": request.POST.get("username")}
    return render(request, "okaeri/session/setup.html", context, status=400 if problems else 200)


def _first_run_problems(request: HttpRequest, *, asks_code: bool) -> list[Any]:
    if asks_code and not setup.code_matches(request.POST.get("code", "")):
        return [_BAD_CODE]
    name = request.POST.get("username", "").strip()
    if not name or len(name) > 150:
        return [_NO_NAME]
    try:
        validate_password(
            forms.CharField(strip=False).clean(request.POST.get("password", "")),
            User(username=name),
        )
    except ValidationError as error:
        return list(error.messages)
    return []


@open_to_all
@require_http_methods(["GET", "POST"])
def once(request: HttpRequest, token: str) -> HttpResponse:
    """Log in by a link: GET only shows the button, so that a link scanner does not use it up."""
    if request.method == "GET":
        is_open = onetime.is_open(token)
        return render(
            request,
            "okaeri/session/once.html",
            {"is_open": is_open},
            status=200 if is_open else 410,
        )
    entrance = onetime.consume(token)
    if entrance is None:
        return render(request, "okaeri/session/once.html", {"is_open": False}, status=410)
    login(request, entrance.user, backend=_BACKEND)
    return redirect("password" if entrance.is_invited else "home")


@open_to_all
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language in a cookie."""
    return _remember(request, LANGUAGE_COOKIE, request.POST.get("language", ""), ("ja", "en"))


@open_to_all
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember the colour scheme in a cookie."""
    return _remember(request, THEME_COOKIE, request.POST.get("theme", ""), THEMES)


def _remember(
    request: HttpRequest, cookie: str, value: str, allowed: tuple[str, ...]
) -> HttpResponse:
    response = redirect(_next(request))
    if value in allowed:
        response.set_cookie(
            cookie,
            value,
            max_age=_YEAR,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
    return response
