"""The web application as any ASGI server runs it.

Django answers in a pool of threads that stay, not in one thread per request as its own ASGI handler
does: a third of the processor time a request, and database connections that last. Measured with
`python -m bench events`: an empty endpoint answers 595 calls a second in place of 165.
"""

import os

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

# Calls of the tag wait together for one commit; fewer threads would make them wait in turn.
THREADS = 32

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "okaeri.project.settings")
pages = get_wsgi_application()

from okaeri.web.public.short_way import with_short_way  # noqa: E402 - reads models, which are there now

# Every page is read in now: whoever comes first must not wait for it, and the others with him.
_ = get_resolver().url_patterns
# Django's responses are iterables of bytes, though its types do not say so.
application = with_short_way(WSGIMiddleware(pages, workers=THREADS))  # type: ignore[arg-type]
