"""The signed word in an unsubscribe link: names the message, proves we made it, holds no address."""

from okaeri.foundation.ids import sign, signature_matches

_PURPOSE = "unsubscribe"


def unsubscribe_token(secret: str, message_id: int, key: str, customer_id: int) -> str:
    """Give the token of one message: its number and 160 bits of HMAC over number, key and person."""
    return f"{message_id}-{sign(secret, _PURPOSE, message_id, key, customer_id)}"


def message_id_in(token: str) -> int | None:
    """Read the message number a token claims to speak for; None when it is no token at all."""
    number, dash, signature = token.partition("-")
    if not dash or not signature or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    return int(number)


def token_is_genuine(token: str, secret: str, message_id: int, key: str, customer_id: int) -> bool:
    """Tell whether we made `token` for this message; compares in constant time."""
    signature = token.partition("-")[2]
    if not signature.isascii():
        return False
    return signature_matches(signature, secret, _PURPOSE, message_id, key, customer_id)


def unsubscribe_url(base_url: str, token: str) -> str:
    """Give the page a person opens; opening it changes nothing."""
    return f"{base_url}/u/{token}/"


def one_click_url(base_url: str, token: str) -> str:
    """Give the address mailbox providers POST to (RFC 8058)."""
    return f"{base_url}/u/{token}/one-click/"
