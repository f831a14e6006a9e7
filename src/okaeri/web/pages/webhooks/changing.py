"""What staff do to an endpoint; everything by POST."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.web.access import needs
from okaeri.web.pages.webhooks.views import show
from okaeri.web.reader import tell
from okaeri.web.webhooks import endpoints

_SAVED = Text("保存しました。", "Saved.")
_TESTED = Text(
    "テストを送ります。結果は下の一覧に出ます。",
    "A test is on its way; the list below tells how it went.",
)
_REMOVED = Text("通知先を削除しました。", "The receiver was removed.")
_AGAIN = Text("もう一度送ります。", "It is sent again.")


def _back(request: HttpRequest, endpoint_id: int, said: Text) -> HttpResponse:
    tell(request, said)
    return redirect("webhook", endpoint_id)


@require_POST
@needs("connections.change")
def choose(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Keep what the program is told of."""
    try:
        endpoints.choose(endpoint_id, request.POST.getlist("kind"), clock.now())
    except InputError as error:
        return show(request, endpoints.get(endpoint_id), problem=error.message)
    return _back(request, endpoint_id, _SAVED)


@require_POST
@needs("connections.change")
def rotate(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Give a new secret and show it this once; for a day both sign."""
    secret = endpoints.rotate(endpoint_id, clock.now())
    return show(request, endpoints.get(endpoint_id), secret)


@require_POST
@needs("connections.change")
def switch(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Stop telling, or go on."""
    endpoints.switch(endpoint_id, is_active=request.POST.get("open") == "1", now=clock.now())
    return _back(request, endpoint_id, _SAVED)


@require_POST
@needs("connections.change")
def remove(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Forget the program and what waited for it."""
    endpoints.remove(endpoint_id)
    tell(request, _REMOVED)
    return redirect("webhooks")


@require_POST
@needs("connections.change")
def test(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Put a test on its way."""
    endpoints.test(endpoint_id, clock.now())
    return _back(request, endpoint_id, _TESTED)


@require_POST
@needs("connections.change")
def send_again(request: HttpRequest, endpoint_id: int, delivery_id: int) -> HttpResponse:
    """Send one delivery again."""
    endpoints.send_again(endpoint_id, delivery_id, clock.now())
    return _back(request, endpoint_id, _AGAIN)


@require_POST
@needs("connections.change")
def send_failed_again(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Send everything again that was given up."""
    endpoints.send_failed_again(endpoint_id, clock.now())
    return _back(request, endpoint_id, _AGAIN)
