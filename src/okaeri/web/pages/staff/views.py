"""Staff: who works here, in which role; and everybody's own password."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okaeri.foundation.text import Text
from okaeri.web import staff as people
from okaeri.web.access import PERMISSIONS, ROLE_NAMES, Role, needs
from okaeri.web.reader import tell

_CHANGED = Text("変更しました。", "Changed.")
_PASSWORD_SET = Text("パスワードを設定しました。", "Your password is set.")
_WRONG = Text("いまのパスワードが違います。", "The present password is wrong.")


@needs("staff.change")
@require_GET
def staff(request: HttpRequest) -> HttpResponse:
    """List everybody with his role, and say what each role may do."""
    return _page(request)


def _page(request: HttpRequest, link: str = "", name: str = "") -> HttpResponse:
    context = {
        "tab": "staff",
        "members": people.list_members(),
        "roles": [(role.value, name) for role, name in ROLE_NAMES.items()],
        "table": [
            (permission, [role in allowed for role in Role])
            for permission, allowed in PERMISSIONS.items()
            if permission != "self"
        ],
        "link": link,
        "invited": name,
    }
    return render(request, "okaeri/staff/staff.html", context)


@needs("staff.change")
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Make an account and show its link, this once."""
    name = request.POST.get("name", "").strip()
    link = people.invite(name, request.POST.get("role", ""), settings.OKAERI.base_url)
    return _page(request, link, name)


@needs("staff.change")
@require_POST
def link(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show a new link for somebody."""
    address = people.new_link(user_id, settings.OKAERI.base_url)
    return _page(request, address, User.objects.get(pk=user_id).get_username())


@needs("staff.change")
@require_POST
def role(request: HttpRequest, user_id: int) -> HttpResponse:
    """Change somebody's role."""
    people.change_role(user_id, request.POST.get("role", ""))
    return _told(request, _CHANGED)


@needs("staff.change")
@require_POST
def active(request: HttpRequest, user_id: int) -> HttpResponse:
    """Let somebody go, or back in."""
    people.set_active(user_id, is_active=request.POST.get("active") == "1")
    return _told(request, _CHANGED)


def _told(request: HttpRequest, text: Text) -> HttpResponse:
    tell(request, text)
    return redirect("staff")


@needs("self")
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Set one's own password; who has one already says it first."""
    user = request.user
    if not isinstance(user, User):
        return redirect("login")
    problems: list[Any] = []
    if request.method == "POST":
        problems = _problems(request, user)
        if not problems:
            user.set_password(request.POST["password"])
            user.save(update_fields=["password"])
            update_session_auth_hash(request, user)
            tell(request, _PASSWORD_SET)
            return redirect("home")
    context = {"asks_present": user.has_usable_password(), "problems": problems}
    status = 400 if problems else 200
    return render(request, "okaeri/staff/password.html", context, status=status)


def _problems(request: HttpRequest, user: User) -> list[Any]:
    if user.has_usable_password() and not user.check_password(request.POST.get("present", "")):
        return [_WRONG]
    try:
        given = forms.CharField(strip=False).clean(request.POST.get("password", ""))
        validate_password(given, user)
    except ValidationError as error:
        return list(error.messages)
    return []
