"""What people do on the shop's pages, as it crosses intake's border."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text
from okaeri.intake.types import PartyIn


class EventIn(NamedTuple):
    """One thing somebody did, as its sender tells it; "" or None where he says nothing.

    `key` is made by the sender: the same key twice is one event. `kind` is a value of
    `intake.models.Event.Kind`. Who it was: `device_id`, or `party` where the sender knows the person.
    """

    key: str
    kind: str
    occurred_at: datetime
    device_id: str = ""
    party: PartyIn | None = None
    url: str = ""
    title: str = ""
    referrer: str = ""
    sku: str = ""
    category: str = ""
    query: str = ""
    quantity: int | None = None
    value_minor: int | None = None


@dataclass(frozen=True, slots=True)
class IdentifyIn:
    """On this device somebody said who he is: exactly one of e-mail, member number or link token.

    `signature` is the shop's own word that it is true (`web.public.events` says what it signs).
    """

    key: str
    device_id: str
    occurred_at: datetime
    email: str = ""
    member_no: str = ""
    token: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class SaidWho:
    """An identification that was believed: from `occurred_at` on `party` holds the device."""

    device_id: str
    party: PartyIn
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class TagBatch:
    """What one call of the tag brought."""

    events: tuple[EventIn, ...]
    identifications: tuple[IdentifyIn, ...]


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One stored event; `occurred_on` is the shop's calendar day."""

    id: int
    key: str
    source: str
    kind: str
    device_id: str
    party_id: int | None
    occurred_at: datetime
    occurred_on: date
    url: str
    title: str
    referrer: str
    sku: str
    category: str
    query: str
    quantity: int | None
    value_minor: int | None
    change_no: int


@dataclass(frozen=True, slots=True)
class IdentificationRecord:
    """One stored identification: from `occurred_at` on this device was in this contact's hands."""

    id: int
    device_id: str
    party_id: int
    occurred_at: datetime
    change_no: int


@dataclass(frozen=True, slots=True)
class CartChange:
    """Something went into a cart (`is_added`) or out of it; `quantity` None where nobody said."""

    id: int
    is_added: bool
    device_id: str
    party_id: int | None
    occurred_at: datetime
    received_at: datetime
    sku: str
    quantity: int | None
    change_no: int


_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_BAD_ORIGIN = Text(
    "「{given}」は使えません。https://shop.example.jp のように https:// から書いてください。",
    '"{given}" cannot be used; write the shop\'s address from https:// on, as in https://shop.example.jp.',
)


def _origins_problem(origins: str) -> Text | None:
    """Say which address is no https one; http is for a shop on one's own machine."""
    for given in origins.replace(",", " ").split():
        if not _is_safe_origin(given):
            return _BAD_ORIGIN.format(given=given)
    return None


def _is_safe_origin(given: str) -> bool:
    try:
        parts = urlsplit(given.lower())
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    )


@dataclass(frozen=True, kw_only=True)
class TagRules:
    """The shop's tag: which pages may send, and what the visitor is asked first."""

    origins: str = setting(
        "tag.origins",
        "",
        Text(
            "ショップのアドレス(https://から。複数は空白で区切る)",
            "The shop's addresses (from https:// on; several with spaces between)",
        ),
        judge=_origins_problem,
    )
    needs_consent: bool = setting(
        "tag.needs_consent",
        True,
        Text("同意のあとにだけ計測する", "Measure only after consent"),
    )
    signed_identify: bool = setting(
        "tag.signed_identify",
        False,
        Text(
            "本人の通知には署名を求める(identify)", "Ask for a signature when people are identified"
        ),
    )
    member_source: str = setting(
        "tag.member_source",
        "",
        Text(
            "会員番号を発行する元(例: shopify。空ならタグとアプリだけの番号)",
            "Who gives member numbers (such as shopify; empty: the tag and the app themselves)",
        ),
    )
    requests_per_minute: int = setting(
        "tag.requests_per_minute",
        600,
        Text("1つの接続元から1分間に受ける回数", "Calls a minute from one address"),
        minimum=10,
        maximum=10_000_000,
    )

    def origin_list(self) -> tuple[str, ...]:
        """Give the origins as browsers write them: scheme and host, in lower case, no path."""
        found = []
        for given in self.origins.replace(",", " ").split():
            parts = urlsplit(given.lower())
            if parts.scheme in ("http", "https") and parts.netloc:
                found.append(f"{parts.scheme}://{parts.netloc}")
        return tuple(dict.fromkeys(found))
