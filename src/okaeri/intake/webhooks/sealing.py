"""Secrets of live sources as they lie in the database: encrypted under the installation's own key."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.text import Text

_PURPOSE = b"okaeri.intake.connections.v1"
_OTHER_KEY = Text(
    "保存された秘密を開けません。OKAERI_SECRET_KEY が変わったので、接続の秘密を設定し直してください。",
    "A stored secret cannot be opened: OKAERI_SECRET_KEY has changed; set the secret anew.",
)


def seal(plain: str) -> str:
    """Encrypt; the same text twice gives different results."""
    return _box(settings.OKAERI.secret_key).encrypt(plain.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt what `seal` gave; "" stays "". Raises ConfigurationError under another key."""
    if not sealed:
        return ""
    try:
        return _box(settings.OKAERI.secret_key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise ConfigurationError(_OTHER_KEY) from None


@lru_cache(maxsize=4)
def _box(secret_key: str) -> Fernet:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
    return Fernet(base64.urlsafe_b64encode(derive.derive(secret_key.encode())))
