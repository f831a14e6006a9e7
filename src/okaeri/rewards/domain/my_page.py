"""The signed word in the link to a person's own page: it ends by itself and can be ended by hand."""

from datetime import date

from okaeri.foundation.ids import sign, signature_matches

_PURPOSE = "my_page"
_EPOCH = date(2020, 1, 1)


def my_page_token(customer_id: int, last: date, edition: int, secret: str) -> str:
    """Give number, last day and 160 bits of HMAC over both and the edition of the person's links.

    The last day stands in the link, so that no row is needed for each; the edition stands in the
    database: raising it ends every link there is.
    """
    days = (last - _EPOCH).days
    return f"{customer_id}-{days}-{sign(secret, _PURPOSE, customer_id, days, edition)}"


def claims_of(token: str) -> tuple[int, int, str] | None:
    """Read (customer, last day as a number, signature) a token claims; None when it is no token."""
    number, _, rest = token.partition("-")
    days, _, signature = rest.partition("-")
    for text in (number, days):
        if not (text.isascii() and text.isdigit()) or len(text) > 18:
            return None
    return (int(number), int(days), signature) if signature.isascii() else None


def is_good(claims: tuple[int, int, str], edition: int, today: date, secret: str) -> bool:
    """Tell whether we made the link, its last day is not over, and it was not ended by hand."""
    customer_id, days, signature = claims
    is_ours = signature_matches(signature, secret, _PURPOSE, customer_id, days, edition)
    return is_ours and (today - _EPOCH).days <= days
