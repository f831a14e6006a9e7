"""API keys: make one, see it once, close it."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from okaeri.customers.access_types import ProvisionBasis
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.web import sight
from okaeri.web.access import needs
from okaeri.web.api import keys
from okaeri.web.models import ApiKey
from okaeri.web.pages.privacy.words import BASES
from okaeri.web.reader import tell

# Days a key lives, by what the form says; None for ever.
LIVES: dict[str, tuple[int | None, Text]] = {
    "90": (90, Text("90日", "90 days")),
    "365": (365, Text("1年", "1 year")),
    "never": (None, Text("期限なし", "No end")),
}
_REVOKED = Text("このAPIキーを無効にしました。", "The API key no longer works.")


@require_http_methods(["GET", "POST"])
@needs("connections.change")
def api_keys(request: HttpRequest) -> HttpResponse:
    """List the keys; POST makes one and shows it this once."""
    token, problem, status = "", None, 200
    now = clock.now()
    if request.method == "POST":
        try:
            _, token = keys.create(
                request.POST.get("name", ""),
                request.POST.getlist("scope"),
                by=request.user.get_username(),
                now=now,
                expires_at=_end(request.POST.get("life", ""), now),
                recipient=request.POST.get("recipient", ""),
                basis=asked_basis(request.POST.get("basis", "")),
            )
        except InputError as error:
            problem, status = error.message, 400
    chosen = set(request.POST.getlist("scope")) if problem else set()
    context = {
        "tab": "api_keys",
        "token": token,
        "problem": problem,
        "name": request.POST.get("name", "") if problem else "",
        "scopes": _scopes(chosen),
        "recipient": request.POST.get("recipient", "") if problem else "",
        "basis": request.POST.get("basis", "") if problem else "",
        "bases": offered_bases(),
        "lives": [(key, label) for key, (_, label) in LIVES.items()],
        "keys": [_row(key, now) for key in ApiKey.objects.order_by("revoked_at", "-created_at")],
    }
    return render(request, "okaeri/apikeys/list.html", context, status=status)


def offered_bases() -> list[tuple[str, Text]]:
    """Give the answers to whose program it is: the shop's own first."""
    return [(one.value, BASES[one]) for one in (ProvisionBasis.OWN, *sight.GIVEN_ON)]


def asked_basis(text: str) -> ProvisionBasis:
    """Give the basis a form says; the shop's own for anything strange."""
    return ProvisionBasis(text) if text in sight.GIVEN_ON else ProvisionBasis.OWN


def _end(life: str, now: datetime) -> datetime | None:
    days = LIVES.get(life, LIVES["365"])[0]
    return None if days is None else now + timedelta(days=days)


def _scopes(chosen: set[str]) -> list[tuple[Text, list[tuple[str, str, bool]]]]:
    """Give one line per resource: its name and (scope, way, whether ticked)."""
    return [
        (
            label,
            [
                (scope, scope.partition(":")[2], scope in chosen)
                for scope in keys.SCOPES
                if scope.startswith(f"{name}:")
            ],
        )
        for name, label in keys.RESOURCES.items()
    ]


def _row(key: ApiKey, now: datetime) -> dict[str, Any]:
    if key.revoked_at is not None:
        state = "revoked"
    else:
        state = "expired" if key.expires_at is not None and key.expires_at <= now else "live"
    return {"key": key, "state": state, "basis": BASES[key.basis]}


@require_POST
@needs("connections.change")
def revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    """Close a key for good."""
    keys.revoke(key_id, clock.now())
    tell(request, _REVOKED)
    return redirect("api_keys")
