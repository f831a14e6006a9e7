"""Secrets as they lie in the database: encrypted under the installation's own key, one box a purpose."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.text import Text

_OTHER_KEY = Text(
    "保存された秘密を開けません。OKAERI_SECRET_KEY が変わったので、接続の秘密を設定し直してください。",
    "A stored secret cannot be opened: OKAERI_SECRET_KEY has changed; set the secret anew.",
)


def seal(plain: str, purpose: bytes) -> str:
    """Encrypt; the same text twice gives different results, and another purpose cannot open it."""
    return _box(settings.OKAERI.secret_key, purpose).encrypt(plain.encode()).decode()


def unseal(sealed: str, purpose: bytes) -> str:
    """Decrypt what `seal` gave; "" stays "". Raises ConfigurationError under another key."""
    if not sealed:
        return ""
    try:
        return _box(settings.OKAERI.secret_key, purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise ConfigurationError(_OTHER_KEY) from None


@lru_cache(maxsize=8)
def _box(secret_key: str, purpose: bytes) -> Fernet:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose)
    return Fernet(base64.urlsafe_b64encode(derive.derive(secret_key.encode())))
