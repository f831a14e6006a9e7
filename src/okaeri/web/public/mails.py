"""What mails call: a link that leads on, and a picture of one dot."""

from base64 import b64decode

from django.http import HttpRequest, HttpResponse
from django.utils.encoding import iri_to_uri
from django.views.decorators.http import require_safe

from okaeri.deliver import api as deliver
from okaeri.foundation import clock
from okaeri.web.access import open_to_all
from okaeri.web.public.not_found import link_not_found

_DOT = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@open_to_all
@require_safe
def click(request: HttpRequest, token: str) -> HttpResponse:
    """Lead on to where the mail's writer wanted; a link we did not make leads nowhere."""
    agent = request.headers.get("User-Agent", "")
    found = deliver.follow(token, clock.now(), agent=agent, method=request.method or "")
    if found is None:
        return link_not_found(request)
    headers = {"Location": iri_to_uri(found.url), "Referrer-Policy": "no-referrer"}
    return HttpResponse(status=302, headers=headers)


@open_to_all
@require_safe
def picture(request: HttpRequest, token: str) -> HttpResponse:
    """Give one transparent dot and note that the mail was looked at."""
    agent = request.headers.get("User-Agent", "")
    if not deliver.record_open(token, clock.now(), agent=agent, method=request.method or ""):
        return link_not_found(request)
    return HttpResponse(_DOT, content_type="image/gif")
