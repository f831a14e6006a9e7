"""The leave a shop gives us to read (OAuth 2.0, authorization code), and tokens that are renewed."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from okaeri.foundation.asking import Answer, UnavailableError, ask_form
from okaeri.foundation.errors import OkaeriError
from okaeri.foundation.text import Text
from okaeri.intake.models import Poll
from okaeri.intake.webhooks.sealing import seal, unseal

# An access token is renewed a little before it ends.
_EARLY = timedelta(minutes=2)
_FALLBACK_SECONDS = 3600
_OK, _SERVER_FAULT, _TOO_MANY = 200, 500, 429
_REFUSED = Text(
    "EC-CUBEの許可が切れたか、取り消されています。もう一度「許可する」を押してください。",
    "EC-CUBE's leave has ended or was taken back; press Give leave again.",
)
_BAD_TOKEN = Text(
    "EC-CUBEのトークンの応答を読めません。アドレスを確認してください。",
    "EC-CUBE's answer about the token cannot be read; check its address.",
)


class RefusedError(OkaeriError):
    """The shop does not let us read any more; only its staff can change that."""

    code = "source_refused"

    def __init__(self) -> None:
        super().__init__(_REFUSED)


def leave_url(poll: Poll, redirect_to: str, state: str) -> str:
    """Give the page of the shop's admin on which its staff let us read."""
    values = {
        "response_type": "code",
        "client_id": poll.client_id,
        "redirect_uri": redirect_to,
        "scope": "read",
        "state": state,
    }
    return f"{poll.authorize_url}?{urlencode(values)}"


def take_code(poll: Poll, code: str, redirect_to: str, now: datetime) -> None:
    """Turn the code the shop sent along into tokens, and begin to read."""
    _renew(poll, {"grant_type": "authorization_code", "code": code}, redirect_to, now)
    begin = {"next_at": now, "failures": 0, "lease_until": None}
    Poll.objects.filter(id=poll.id).update(**begin)


def token_of(poll: Poll, redirect_to: str, now: datetime, *, is_new: bool = False) -> str:
    """Give an access token that holds, a new one where the old one ends soon or was refused.

    A new one is stored before anything else happens: the one before counts no more from then on.
    """
    is_fresh = poll.access_until is not None and now < poll.access_until - _EARLY
    if is_new or not is_fresh:
        old = unseal(poll.refresh_token)
        if not old:
            raise RefusedError
        _renew(poll, {"grant_type": "refresh_token", "refresh_token": old}, redirect_to, now)
    return unseal(poll.access_token)


def _renew(poll: Poll, grant: Mapping[str, str], redirect_to: str, now: datetime) -> None:
    answer = ask_form(
        f"{poll.shop_url}/token",
        {
            **grant,
            "client_id": poll.client_id,
            "client_secret": unseal(poll.client_secret),
            "redirect_uri": redirect_to,
        },
    )
    access, refresh, seconds = _read(answer)
    poll.access_token = seal(access)
    poll.refresh_token = seal(refresh) if refresh else poll.refresh_token
    poll.access_until = now + timedelta(seconds=seconds)
    poll.save(update_fields=["access_token", "refresh_token", "access_until"])


def _read(answer: Answer) -> tuple[str, str, int]:
    if answer.status >= _SERVER_FAULT or answer.status == _TOO_MANY:
        raise UnavailableError(_BAD_TOKEN)
    if answer.status != _OK:
        raise RefusedError
    try:
        found = json.loads(answer.body)
        access, refresh = found["access_token"], found.get("refresh_token", "")
        seconds = int(found.get("expires_in", _FALLBACK_SECONDS))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UnavailableError(_BAD_TOKEN) from None
    if not isinstance(access, str) or not access or not isinstance(refresh, str):
        raise UnavailableError(_BAD_TOKEN)
    return access, refresh, max(0, min(seconds, 86_400))
