"""Money is an integer count of the currency's smallest unit (ISO 4217): yen, pence, cents.

Columns end in `_minor`; a shop has one currency (setting `shop.currency`).
"""

from decimal import ROUND_HALF_UP, Decimal

# The codes of ISO 4217 that people pay with (no metals, funds or test codes).
_LISTED = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS "
    "GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW "
    "KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD "
    "NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD "
    "SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES "
    "VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
_CODES = frozenset(_LISTED.split())
# Digits after the point, ISO 4217; every other currency has two.
_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
_EXPONENTS = dict.fromkeys(_NO_DIGITS.split(), 0) | dict.fromkeys(_THREE_DIGITS.split(), 3)
_SYMBOLS = {"GBP": "£", "USD": "$", "EUR": "€", "KRW": "₩"}


def is_currency(code: str) -> bool:
    """Tell whether `code` is a currency of ISO 4217 (three capitals)."""
    return code in _CODES


def exponent(currency: str) -> int:
    """Give the digits after the point of `currency` (JPY 0, KWD 3, most others 2)."""
    return _EXPONENTS.get(currency, 2)


def to_minor(amount: Decimal, currency: str) -> int:
    """Turn 12.34 GBP into 1234; half a unit rounds away from zero."""
    return int((amount * 10 ** exponent(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def plain_minor(amount_minor: int, currency: str) -> str:
    """Write an amount for a file, in whole units: 12800 (JPY), 12.34 (USD)."""
    return f"{Decimal(amount_minor).scaleb(-exponent(currency)):f}"


def format_minor(
    amount_minor: int | float, currency: str, language: str = "ja", *, more_digits: int = 0
) -> str:
    """Write an amount for a person: 12,800円 (ja), ¥12,800 (en), £1,234.50; minus is a minus sign.

    Never ▲: Japanese tables use it for a loss, other readers for a rise. `more_digits` are parts of
    the smallest unit.
    """
    places = exponent(currency)
    sign = "−" if amount_minor < 0 else ""
    number = f"{abs(amount_minor) / 10**places:,.{places + more_digits}f}"
    if currency == "JPY":
        return f"{sign}{number}円" if language == "ja" else f"{sign}¥{number}"
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{number} {currency}"
