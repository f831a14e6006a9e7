"""Whose words these are: signatures over the raw bytes, compared in constant time. Pure."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from okaeri.foundation.standard_webhooks import signature

# How far a signed instant may lie from ours (Standard Webhooks; replay of old words is refused).
WINDOW = timedelta(minutes=5)
_MOST_SIGNATURES = 10


def is_from_shopify(raw: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> bool:
    """Check `X-Shopify-Hmac-Sha256`: base64 of HMAC-SHA256 over the raw body."""
    given = headers.get("x-shopify-hmac-sha256", "")
    expected = [base64.b64encode(_mac(secret.encode(), raw)).decode() for secret in secrets]
    return _is_among(given, expected)


def is_from_eccube(raw: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> bool:
    """Check `X-ECCUBE-Signature` of the Web API plugin: hex of HMAC-SHA256 over the raw body."""
    given = headers.get("x-eccube-signature", "")
    return _is_among(given.lower(), [_mac(secret.encode(), raw).hex() for secret in secrets])


def is_standard(
    raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime
) -> bool:
    """Check Standard Webhooks: base64 of HMAC-SHA256 over `id.timestamp.body`, within five minutes."""
    identity, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not identity or not _is_recent(stamp, now):
        return False
    expected = [signature(secret, identity, stamp, raw) for secret in secrets]
    given = headers.get("webhook-signature", "").split()[:_MOST_SIGNATURES]
    said = [one.removeprefix("v1,") for one in given if one.startswith("v1,")]
    # Every one is compared, so that the time taken does not tell which fitted.
    return sum(_is_among(one, expected) for one in said) > 0


def _is_recent(stamp: str, now: datetime) -> bool:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    return abs(now.timestamp() - int(stamp)) <= WINDOW.total_seconds()


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _is_among(given: str, expected: Sequence[str]) -> bool:
    return sum(hmac.compare_digest(given.encode(), one.encode()) for one in expected) > 0
