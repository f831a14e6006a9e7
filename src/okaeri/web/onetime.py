"""Links that log somebody in once: the administrator (`okaeri login`, the demo), an invited person."""

import hashlib
import time
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from okaeri.foundation import clock
from okaeri.foundation.ids import new_token
from okaeri.foundation.models import Setting

_PREFIX = "once."
LIFE_SECONDS = 3600
# Somebody invited may read his mail tomorrow.
INVITATION_SECONDS = 7 * 24 * 3600
_DEFAULT_NAME = "admin"


@dataclass(frozen=True, slots=True)
class Entrance:
    """Who came in by a link, and whether he is to choose a password first."""

    user: User
    is_invited: bool


def issue_link(base_url: str) -> str:
    """Give an address that logs the first administrator in once within the hour.

    A shop without users gets an administrator "admin" who has no password and can come in by such a
    link only.
    """
    with transaction.atomic():
        user = User.objects.filter(is_superuser=True, is_active=True).order_by("id").first()
        if user is None:
            user = User.objects.create_superuser(username=_DEFAULT_NAME, password=None)
        return _issue(user, base_url, LIFE_SECONDS, is_invited=False)


def issue_invitation(user: User, base_url: str) -> str:
    """Give an address that lets an invited person in once within a week; earlier ones end."""
    with transaction.atomic():
        _forget(user)
        return _issue(user, base_url, INVITATION_SECONDS, is_invited=True)


def withdraw_links(user: User) -> None:
    """Let no link of this person work any more."""
    _forget(user)


def _issue(user: User, base_url: str, life_seconds: int, *, is_invited: bool) -> str:
    """Store the hash of a new token; the token itself is in the address only."""
    token = new_token()
    _sweep()
    # The wall clock on purpose: a simulated clock that stands still must not keep a door open.
    until = time.time() + life_seconds
    Setting.objects.create(
        key=_key(token),
        value={"user": user.pk, "until": until, "is_invited": is_invited},
        updated_at=clock.now(),
    )
    return f"{base_url.rstrip('/')}/login/once/{token}/"


def is_open(token: str) -> bool:
    """Tell whether a link would work; changes nothing."""
    row = Setting.objects.filter(key=_key(token)).first()
    return row is not None and row.value["until"] > time.time()


def consume(token: str) -> Entrance | None:
    """Use a link up and give who may come in; None when it is unknown, used or too old."""
    with transaction.atomic():
        row = Setting.objects.filter(key=_key(token)).first()
        # Deleting is the claim: of two clicks at once one counts 0 rows.
        if row is None or not Setting.objects.filter(key=row.key).delete()[0]:
            return None
        if row.value["until"] <= time.time():
            return None
        user = User.objects.filter(pk=row.value["user"], is_active=True).first()
    return None if user is None else Entrance(user, bool(row.value.get("is_invited")))


def _sweep() -> None:
    rows = Setting.objects.filter(key__startswith=_PREFIX)
    gone = [row.key for row in rows if row.value["until"] <= time.time()]
    Setting.objects.filter(key__in=gone).delete()


def _forget(user: User) -> None:
    rows = Setting.objects.filter(key__startswith=_PREFIX)
    Setting.objects.filter(key__in=[r.key for r in rows if r.value["user"] == user.pk]).delete()


def _key(token: str) -> str:
    return _PREFIX + hashlib.sha256(token.encode()).hexdigest()
