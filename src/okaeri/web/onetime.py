"""Links that log the administrator in once (`okaeri login`, the demo)."""

import hashlib
import time

from django.contrib.auth.models import User
from django.db import transaction

from okaeri.foundation import clock
from okaeri.foundation.ids import new_token
from okaeri.foundation.models import Setting

_PREFIX = "once."
LIFE_SECONDS = 3600
_DEFAULT_NAME = "admin"


def issue_link(base_url: str) -> str:
    """Give an address that logs the first administrator in once within the hour.

    Only the hash of the token is stored. A shop without users gets an administrator "admin" who has
    no password and can come in by such a link only.
    """
    token = new_token()
    with transaction.atomic():
        user = User.objects.filter(is_superuser=True, is_active=True).order_by("id").first()
        if user is None:
            user = User.objects.create_superuser(username=_DEFAULT_NAME, password=None)
        _sweep()
        # The wall clock on purpose: a simulated clock that stands still must not keep a door open.
        Setting.objects.create(
            key=_key(token),
            value={"user": user.pk, "until": time.time() + LIFE_SECONDS},
            updated_at=clock.now(),
        )
    return f"{base_url.rstrip('/')}/login/once/{token}/"


def is_open(token: str) -> bool:
    """Tell whether a link would work; changes nothing."""
    row = Setting.objects.filter(key=_key(token)).first()
    return row is not None and row.value["until"] > time.time()


def consume(token: str) -> User | None:
    """Use a link up and give its user; None when it is unknown, used or too old."""
    with transaction.atomic():
        row = Setting.objects.filter(key=_key(token)).first()
        # Deleting is the claim: of two clicks at once one counts 0 rows.
        if row is None or not Setting.objects.filter(key=row.key).delete()[0]:
            return None
        if row.value["until"] <= time.time():
            return None
        return User.objects.filter(pk=row.value["user"], is_active=True).first()


def _sweep() -> None:
    rows = Setting.objects.filter(key__startswith=_PREFIX)
    gone = [row.key for row in rows if row.value["until"] <= time.time()]
    Setting.objects.filter(key__in=gone).delete()


def _key(token: str) -> str:
    return _PREFIX + hashlib.sha256(token.encode()).hexdigest()
