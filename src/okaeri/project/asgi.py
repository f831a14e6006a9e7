"""The web application as any ASGI server runs it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "okaeri.project.settings")
application = get_asgi_application()
