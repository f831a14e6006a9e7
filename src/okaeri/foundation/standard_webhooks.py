"""Standard Webhooks (standardwebhooks.com, 1.0): secrets, and the headers a signed delivery bears."""

import base64
import binascii
import hashlib
import hmac
import secrets as random
from collections.abc import Sequence

_PREFIX = "whsec_"
_KEY_BYTES = 32


def new_secret() -> str:
    """Give a secret of 256 bits as the standard writes it."""
    return _PREFIX + base64.b64encode(random.token_bytes(_KEY_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """Give the key of a `whsec_` secret (base64 behind the prefix), else the text itself."""
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def signature(secret: str, identity: str, stamp: str, body: bytes) -> str:
    """Give base64 of HMAC-SHA256 over `id.timestamp.body`, without its version."""
    signed = f"{identity}.{stamp}.".encode() + body
    return base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode()


def headers(secrets: Sequence[str], identity: str, stamp: int, body: bytes) -> dict[str, str]:
    """Give the three headers; with several secrets one signature each, so that a change loses nothing.

    `stamp` is the second of this attempt since 1970; receivers refuse what lies five minutes away.
    """
    signatures = (f"v1,{signature(secret, identity, str(stamp), body)}" for secret in secrets)
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(stamp),
        "webhook-signature": " ".join(signatures),
    }
