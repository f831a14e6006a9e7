"""Coupon codes an order names: a file keeps them among its unknown columns, live doors beside them."""

import re
from collections.abc import Iterable, Mapping

# Where an order's codes are kept in `extra` by live doors.
COUPON_CODES = "coupon_codes"
# Column names as shops write them, folded: Shopify's export, EC-CUBE's coupon plug-in, our template.
_COLUMNS = frozenset(
    {"coupon codes", "coupon code", "discount code", "discount codes", "クーポンコード"}
)
_BETWEEN = re.compile(r"[,;、\s]+")


def codes_in(extra: Mapping[str, object]) -> tuple[str, ...]:
    """Give the codes an order's further columns name, each once, in their order.

    >>> codes_in({"Discount Code": "AAA, BBB", "Tags": "x"})
    ('AAA', 'BBB')
    """
    found = [
        code
        for name, value in extra.items()
        if _folded(name) in _COLUMNS and isinstance(value, str)
        for code in _BETWEEN.split(value)
        if code
    ]
    return tuple(dict.fromkeys(found))


def as_extra(codes: Iterable[str]) -> dict[str, str]:
    """Give the further columns of an order that names these codes; {} where it names none."""
    text = ",".join(code.strip() for code in codes if code.strip())
    return {COUPON_CODES: text} if text else {}


def _folded(name: str) -> str:
    return name.strip().lower().replace("_", " ")
