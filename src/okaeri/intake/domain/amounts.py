"""Money and counts as shops write them: ¥1,234, １２３４円, ▲1,234, (1,234), 1234.00."""

import re
from decimal import ROUND_HALF_UP, Decimal

from okaeri.foundation.codes import folded
from okaeri.foundation.money import exponent
from okaeri.foundation.text import Text
from okaeri.intake.domain.cells import CellError, clean_text, shown

# One hundred billion of the main unit: what lies above is a slip, and sums stay inside 64 bits.
MOST_MONEY = 10**11
MOST_PIECES = 1_000_000
_NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+")
_SIGNS = re.compile(r"[▲△\u2212\u2010-\u2015\uff0d\u30fc]")
_UNITS = re.compile(r"[¥\\$£€₩円\s]|jpy|usd|gbp|eur|krw|税込")
_NOT_MONEY = Text(
    "「{value}」は金額として読めません。1234 または 1,234円 のように書いてください。",
    "'{value}' is not an amount; write it like 1234 or ¥1,234.",
)
_NOT_A_COUNT = Text(
    "「{value}」は個数として読めません。整数で書いてください。",
    "'{value}' is not a count; write a whole number.",
)


def parse_money(raw: str, currency: str) -> int | Decimal:
    """Give an amount in the smallest unit of `currency`; negative for -, ▲, △ and (1,234).

    An int wherever the amount has no finer part; else a Decimal, so that quantity times price is
    rounded once, at the end (`whole`).
    """
    if len(raw) <= 11 and raw.isascii() and raw.isdigit():
        return int(raw) * int(10 ** exponent(currency))
    number = _number(raw)
    if number is None or abs(number) > MOST_MONEY:
        raise CellError("bad_amount", _NOT_MONEY.format(value=shown(raw)))
    scaled = number.scaleb(exponent(currency))
    as_int = int(scaled)
    return as_int if scaled == as_int else scaled


def whole(amount: int | Decimal) -> int:
    """Round to a whole smallest unit, half away from zero."""
    if isinstance(amount, int):
        return amount
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def parse_whole_money(raw: str, currency: str) -> int:
    """Give an amount as a whole number of smallest units."""
    return whole(parse_money(raw, currency))


def parse_quantity(raw: str) -> int:
    """Give a count of pieces; negative on a return; 2.0 is 2."""
    number = _number(raw)
    if number is None or number != int(number) or abs(number) > MOST_PIECES:
        raise CellError("bad_quantity", _NOT_A_COUNT.format(value=shown(raw)))
    return int(number)


def parse_rate(raw: str) -> Decimal:
    """Give a tax rate in percent: 10, 10%, 0.08 (a share) → 8."""
    number = _number(folded(raw).removesuffix("%"))
    if number is None or not 0 <= number <= 100:
        raise CellError("bad_amount", _NOT_MONEY.format(value=shown(raw)))
    return number * 100 if 0 < number < 1 else number


def _number(raw: str) -> Decimal | None:
    text = _SIGNS.sub("-", clean_text(folded(raw)).lower().removeprefix("'"))
    text = _UNITS.sub("", text)
    negative = False
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1], True
    if text.startswith("-"):
        text, negative = text[1:], not negative
    elif text.startswith("+"):
        text = text[1:]
    if not text.isascii() or len(text) > 40 or not _NUMBER.fullmatch(text):
        return None
    number = Decimal(text.replace(",", ""))
    return -number if negative else number
