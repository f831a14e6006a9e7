"""Money is an integer count of the currency's smallest unit (ISO 4217): yen, pence, cents.

Columns end in `_minor`; a shop has one currency (setting `shop.currency`).
"""

from decimal import ROUND_HALF_UP, Decimal

# Digits after the point, ISO 4217; every other currency has two.
_EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0}
_SYMBOLS = {"GBP": "£", "USD": "$", "EUR": "€", "KRW": "₩"}


def exponent(currency: str) -> int:
    """Give the digits after the point of `currency` (JPY 0, most others 2)."""
    return _EXPONENTS.get(currency, 2)


def to_minor(amount: Decimal, currency: str) -> int:
    """Turn 12.34 GBP into 1234; half a unit rounds away from zero."""
    return int((amount * 10 ** exponent(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def format_minor(amount_minor: int | float, currency: str, language: str = "ja") -> str:
    """Write an amount for a person: 12,800円 (ja), ¥12,800 (en), £1,234.50; minus is a minus sign.

    Never ▲: Japanese tables use it for a loss, other readers for a rise.
    """
    places = exponent(currency)
    sign = "−" if amount_minor < 0 else ""
    number = f"{abs(amount_minor) / 10**places:,.{places}f}"
    if currency == "JPY":
        return f"{sign}{number}円" if language == "ja" else f"{sign}¥{number}"
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{number} {currency}"
