"""The first run: who may create the administrator, and only while there is nobody."""

import hmac
import ipaddress
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from okaeri.foundation.sequences import next_numbers

_FILE = "setup-code"


def setup_code() -> str:
    """Give the code a first visitor from elsewhere must type; made once, kept in the data folder."""
    path = Path(settings.OKAERI.data_dir) / _FILE
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(4))
    return path.read_text().strip()


def needs_code(request: HttpRequest) -> bool:
    """Tell whether the visitor could be somebody else than the person at this machine.

    A proxy on this machine also speaks from loopback, so a forwarding header or a foreign host name
    asks for the code as well.
    """
    host = request.get_host().rsplit(":", 1)[0].strip("[]")
    forwarded = any(
        name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip")
    )
    return forwarded or not (
        _is_loopback(host) and _is_loopback(request.META.get("REMOTE_ADDR", ""))
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def code_matches(given: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.strip().encode(), setup_code().encode())


def create_first_administrator(name: str, password: str) -> User | None:
    """Create the administrator, or give None when there is a user already.

    1. The sequence row is locked: a second first visitor waits here.
    2. Only then is the table read, so of two at once one finds it filled.
    """
    with transaction.atomic():
        next_numbers("web.setup")
        if User.objects.exists():
            return None
        user = User.objects.create_superuser(username=name, password=password)
    (Path(settings.OKAERI.data_dir) / _FILE).unlink(missing_ok=True)
    return user
