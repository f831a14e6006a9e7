"""Secrets of live sources as they lie in the database."""

from okaeri.foundation import sealing

_PURPOSE = b"okaeri.intake.connections.v1"


def seal(plain: str) -> str:
    """Encrypt; the same text twice gives different results."""
    return sealing.seal(plain, _PURPOSE)


def unseal(sealed: str) -> str:
    """Decrypt what `seal` gave; "" stays "". Raises ConfigurationError under another key."""
    return sealing.unseal(sealed, _PURPOSE)
