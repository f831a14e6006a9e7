"""Keys of programs: made once, shown once, kept as a hash; each may only do what it was made for."""

import hashlib
import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from okaeri.customers.access_types import ProvisionBasis
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.text import Text
from okaeri.web.models import ApiKey

RESOURCES: dict[str, Text] = {
    "customers": Text("顧客", "Customers"),
    "orders": Text("注文", "Orders"),
    "products": Text("商品", "Products"),
    "events": Text("行動", "Events"),
    "subscriptions": Text("定期", "Subscriptions"),
    "inquiries": Text("問い合わせ", "Inquiries"),
    "calls": Text("電話", "Calls"),
    "reviews": Text("レビュー", "Reviews"),
    "survey_answers": Text("アンケートの回答", "Survey answers"),
    "answers": Text("ワンクリックの回答", "Answers to our questions"),
    "messages": Text("メッセージ", "Messages"),
    "points": Text("ポイント", "Points"),
    "segments": Text("セグメント", "Segments"),
    "coupons": Text("クーポン", "Coupons"),
    "bounces": Text("不達の通知", "Bounces"),
}
# What a resource has only one way of.
_ONE_WAY = dict.fromkeys(("answers", "messages", "points"), ("read",)) | {"bounces": ("write",)}
SCOPES = tuple(
    f"{name}:{way}" for name in RESOURCES for way in _ONE_WAY.get(name, ("read", "write"))
)
_LETTERS = string.ascii_lowercase + string.digits
_PREFIX_LENGTH = 8
_SAME_MINUTE = timedelta(minutes=1)
_NO_NAME = Text("名前を入力してください。", "Give the key a name.")
_NO_SCOPE = Text("できることを1つ以上選んでください。", "Choose at least one thing it may do.")
_BAD_SCOPE = Text("「{scope}」という権限はありません。", "There is no scope '{scope}'.")
_NO_RECIPIENT = Text(
    "自社のプログラム以外が使うときは、渡す相手と根拠を両方入力してください。",
    "Where it is not your own program, name who is given the data and on what basis.",
)
_NO_KEY = Text("そのAPIキーは見つかりません。", "There is no such API key.")


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that may be used now."""

    id: int
    name: str
    prefix: str
    scopes: frozenset[str]
    recipient: str = ""
    basis: ProvisionBasis = ProvisionBasis.OWN


def create(
    name: str,
    scopes: Iterable[str],
    *,
    by: str,
    now: datetime,
    expires_at: datetime | None,
    recipient: str = "",
    basis: ProvisionBasis = ProvisionBasis.OWN,
) -> tuple[ApiKey, str]:
    """Make a key; gives its row and the key itself, which nobody can read again.

    Whoever is not the shop itself is named as `recipient`: what he reads is given to him.
    """
    name, wanted = name.strip()[:80], sorted(set(scopes))
    if not name:
        raise InputError(_NO_NAME)
    if not wanted:
        raise InputError(_NO_SCOPE)
    for scope in wanted:
        if scope not in SCOPES:
            raise InputError(_BAD_SCOPE.format(scope=scope[:40]))
    recipient = checked_recipient(recipient, basis)
    prefix = "".join(secrets.choice(_LETTERS) for _ in range(_PREFIX_LENGTH))
    token = f"okaeri_{prefix}_{secrets.token_urlsafe(32)}"
    row = ApiKey.objects.create(
        name=name,
        prefix=prefix,
        sha256=_hash(token),
        scopes=wanted,
        recipient=recipient,
        basis=basis.value,
        created_at=now,
        created_by=by[:150],
        expires_at=expires_at,
    )
    return row, token


def checked_recipient(recipient: str, basis: ProvisionBasis) -> str:
    """Give the name of who is given data, "" for the shop itself; raises InputError on half an answer."""
    recipient = recipient.strip()[:150]
    if (basis is ProvisionBasis.OWN) == bool(recipient):
        raise InputError(_NO_RECIPIENT)
    return recipient


def find(token: str, now: datetime) -> KnownKey | None:
    """Give the key of a token that may be used now; None for unknown, revoked and expired ones."""
    row = (
        ApiKey.objects.filter(sha256=_hash(token), revoked_at__isnull=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
        .first()
    )
    if row is None:
        return None
    if row.last_used_at is None or row.last_used_at < now - _SAME_MINUTE:
        ApiKey.objects.filter(pk=row.pk).update(last_used_at=now)
    return KnownKey(
        *(row.pk, row.name, row.prefix, frozenset(row.scopes)),
        *(row.recipient, ProvisionBasis(row.basis)),
    )


def revoke(key_id: int, now: datetime) -> None:
    """Close a key for good; closing it again changes nothing."""
    if not ApiKey.objects.filter(pk=key_id).exists():
        raise NotFoundError(_NO_KEY)
    ApiKey.objects.filter(pk=key_id, revoked_at__isnull=True).update(revoked_at=now)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
