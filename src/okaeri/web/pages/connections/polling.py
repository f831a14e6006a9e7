"""Reading a shop by its Web API: its addresses, and the leave its staff give on a page of theirs."""

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from okaeri.foundation.errors import InputError, OkaeriError
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.web.access import needs
from okaeri.web.reader import tell, tell_problem

_SALT = "okaeri.connections.leave"
# Whoever begins has so long to log in at the shop and say yes.
_STATE_SECONDS = 1800
_SAVED = Text(
    "保存しました。次に「EC-CUBEで許可する」を押してください。",
    "Saved. Now press Give leave at EC-CUBE.",
)
_BEGUN = Text("許可を受けました。注文を読み始めます。", "Leave was given. Reading begins.")
_NOT_OURS = Text(
    "この許可はこの画面から始めたものではありません。もう一度「EC-CUBEで許可する」から始めてください。",
    "This leave was not begun here; begin again with Give leave at EC-CUBE.",
)


def state_for(request: HttpRequest, connection_id: int) -> str:
    """Give the word that goes to the shop and back: this member of staff, this connection, for a while."""
    return signing.dumps([connection_id, request.user.pk], salt=_SALT, compress=True)


@require_POST
@needs("connections.change")
def poll(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Keep where the shop is asked and who we are there."""
    fields = ("shop_url", "admin_url", "client_id", "client_secret")
    given = {name: request.POST.get(name, "") for name in fields}
    try:
        intake.save_poll(connection_id, **given)
    except InputError as error:
        tell_problem(request, error.message)
    else:
        tell(request, _SAVED)
    return redirect("connection", connection_id)


@require_http_methods(["GET", "POST"])
@needs("connections.change")
def leave(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Where the shop sends its staff back to: a button that takes the leave, and what it does."""
    given = request.POST if request.method == "POST" else request.GET
    code, state = given.get("code", ""), given.get("state", "")
    if not code or not _is_ours(request, connection_id, state):
        tell_problem(request, _NOT_OURS)
        return redirect("connection", connection_id)
    if request.method == "POST":
        try:
            intake.take_leave(connection_id, code)
        except OkaeriError as error:
            tell_problem(request, error.message)
        else:
            tell(request, _BEGUN)
        return redirect("connection", connection_id)
    context = {"tab": "connections", "connection": intake.get_connection(connection_id)}
    response = render(
        request, "okaeri/connections/leave.html", {**context, "code": code, "state": state}
    )
    # The code stands in the address until the button is pressed.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _is_ours(request: HttpRequest, connection_id: int, state: str) -> bool:
    try:
        said = signing.loads(state, salt=_SALT, max_age=_STATE_SECONDS)
    except signing.BadSignature:
        return False
    return bool(said == [connection_id, request.user.pk])
