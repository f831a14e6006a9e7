"""What an order is worth and when two orders are the same. Shared by files and the live door."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from okaeri.intake.domain import statuses
from okaeri.intake.types import PartyIn

NO_PARTY = PartyIn()
# What is taken off the sum of an order's lines, in the order the rules below ask for it.
AMOUNTS = ("discount_minor", "points_minor", "refunded_minor")
_every_field = attrgetter(*(field.name for field in fields(PartyIn) if field.compare))


def settle_status(status: str, lines_minor: int) -> str:
    """Turn an accepted order whose goods sum to less than nothing into a return."""
    return statuses.RETURNED if status == statuses.ACCEPTED and lines_minor < 0 else status


def net_of(
    status: str, lines_minor: int, discount_minor: int, points_minor: int, refunded_minor: int
) -> int:
    """Give what the order adds to the customer's spending on merchandise, smallest unit.

    Lines including tax - discounts - points - refunds, never below 0 for a sale (a refund may
    include shipping); 0 for orders that do not count; negative for a return document whose own
    lines are negative, so that it is subtracted from the customer's sum.
    """
    if status == statuses.ACCEPTED and lines_minor >= 0:
        net = lines_minor - discount_minor - points_minor - refunded_minor
        return max(0, net)
    if status == statuses.RETURNED and lines_minor < 0:
        return min(0, lines_minor + discount_minor + points_minor)
    return 0


def tax_in_lines(
    tax_minor: int, lines_minor: int, off_minor: int, charges_minor: int
) -> int | None:
    """Give the lines' part of an order's tax, smallest unit; None where it is not known.

    The tax is that of lines - discounts + charges (shipping, fees), which share it by their amounts.
    A tax of 0 tells nothing: carts write it where prices include what they do not list.
    """
    taxed = lines_minor - off_minor + charges_minor
    if tax_minor <= 0 or lines_minor <= 0 or taxed <= 0:
        return None
    return min(tax_minor * lines_minor // taxed, lines_minor)


def is_purchase(
    status: str, lines_minor: int, discount_minor: int, points_minor: int, refunded_minor: int
) -> bool:
    """Tell whether the order counts (§1.3 #13).

    It is accepted, holds more than goods that cost nothing, and was not paid back in full.
    """
    paid = lines_minor - discount_minor - points_minor
    is_paid_back = 0 < paid <= refunded_minor
    return status == statuses.ACCEPTED and lines_minor > 0 and not is_paid_back


def party_fingerprint(source: str, party: PartyIn) -> str:
    """Give the key under which the same contact of the same source is one row."""
    return digest((source, *_every_field(party)))


def digest(values: Iterable[Any]) -> str:
    """Give 64 hex digits that are the same for the same values on every machine."""
    return hashlib.sha256("\x1f".join(map(str, values)).encode()).hexdigest()


def line_text(lines: Sequence[Sequence[Any]]) -> str:
    """Give the text of an order's lines that goes into its content hash."""
    return "\x1e".join(["\x1f".join(map(str, line)) for line in lines])


def content_hash(values: Sequence[Any], lines: str) -> str:
    """Give 32 hex digits that change when anything the source says of an order changes."""
    return text_hash("\x1f".join(map(str, values)), lines)


def text_hash(values: str, lines: str) -> str:
    """Give the content hash of an order's values that are one text already, parted by U+001F."""
    return hashlib.blake2b(f"{values}\x1e{lines}".encode(), digest_size=16).hexdigest()


def allocate(total: int, shares: Sequence[int]) -> list[int]:
    """Split `total` pro rata over `shares`; what rounding leaves goes to the largest share."""
    whole = sum(shares)
    if not shares or not whole:
        return [0] * len(shares)
    parts = [total * share // whole for share in shares]
    parts[max(range(len(shares)), key=lambda i: shares[i])] += total - sum(parts)
    return parts
