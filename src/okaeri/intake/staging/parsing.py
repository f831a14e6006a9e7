"""Which rule reads which field: one memory of cells per field of a file being read."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from okaeri.foundation import clock
from okaeri.foundation.codes import folded
from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector
from okaeri.intake.domain import amounts
from okaeri.intake.domain.cells import (
    CellError,
    Cells,
    Codes,
    clean_code,
    clean_text,
    optional,
    required,
    shown,
)
from okaeri.intake.domain.days import FIRST_YEAR, LAST_YEAR, parse_day, parse_instant
from okaeri.intake.domain.registration import registration_of

_OTHER_CURRENCY = Text(
    "通貨「{value}」はこのショップの通貨 {currency} と違います。",
    "'{value}' is not the shop's currency {currency}.",
)
_UNKNOWN_KIND = Text(
    "明細区分「{value}」は使えません。1から6で書いてください。",
    "'{value}' is not a kind of row; write 1 to 6.",
)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_DAY_SECONDS = 86_400
_PLAIN_LENGTH = len("2022-08-10 10:33:09")


def epoch_day(day: date) -> int:
    """Give days since 1970-01-01, the form of a day in the columnar files."""
    return day.toordinal() - _EPOCH_DAY


def epoch_stamp(instant: datetime, zone: ZoneInfo) -> tuple[int, int]:
    """Give seconds since 1970 in UTC, and the epoch day of the shop's own calendar."""
    return int(instant.timestamp()), epoch_day(instant.astimezone(zone).date())


def field_parsers(connector: Connector, currency: str, zone: ZoneInfo) -> dict[str, Cells]:
    """Give the rule of every field that is read by itself (contacts are read as a whole)."""
    order = connector.date_order

    prepare = dict(connector.prepare)
    as_instant = prepare.pop("ordered_at", str)

    def stamp(raw: str) -> tuple[int, int]:
        return epoch_stamp(parse_instant(as_instant(raw), zone, order), zone)

    stamps = Stamps(required(stamp), zone)

    def day(raw: str) -> int:
        return epoch_day(parse_day(raw, order))

    def money(raw: str) -> int:
        return amounts.parse_whole_money(raw, currency)

    def unsigned(raw: str) -> int:
        return abs(money(raw))

    def status(cells: Sequence[str]) -> str:
        return connector.status(cells[0], cells[1])

    rules: dict[str, Callable[[Any], Any]] = {
        "order_no": clean_code,
        "status": status,
        "currency": lambda raw: _currency(raw, currency),
        "subscription_no": clean_code,
        "media_code": lambda raw: clean_text(raw, 80),
        "delivery_no": optional(amounts.parse_quantity),
        "sku": clean_code,
        "product_name": clean_text,
        "quantity": required(amounts.parse_quantity),
        "unit_price": required(lambda raw: amounts.parse_money(raw, currency)),
        "amount": required(money),
        "tax_rate": optional(amounts.parse_rate, 0),
        "line_kind": lambda raw: _kind(raw, connector),
    }
    rules |= dict.fromkeys(("shipped_on", "delivered_on"), optional(day))
    # Like a day of birth it is no reason to refuse an order: what cannot be believed is left out.
    rules["registered_at"] = lambda raw: registration_of(raw, zone, clock.now(), order)
    rules["updated_at"] = optional(lambda raw: epoch_stamp(parse_instant(raw, zone, order), zone))
    rules |= dict.fromkeys(("total", "subtotal"), optional(money))
    rules |= dict.fromkeys(
        ("discount", "points", "refunded", "line_discount"), optional(unsigned, 0)
    )
    rules |= dict.fromkeys(("shipping", "taxes", "fees", "line_shipping"), optional(money, 0))
    for name, change in prepare.items():
        rules[name] = _prepared(rules[name], change)
    parsers = {name: Codes() if rule is clean_code else Cells(rule) for name, rule in rules.items()}
    return parsers | {"ordered_at": stamps if as_instant is str else Cells(stamp)}


class Stamps(Cells):
    """Instants: a column of plain `2022-08-10 10:33:09` is read as a whole.

    Nearly every order has an instant of its own, but days come back.
    """

    def __init__(self, parse: Callable[[str], Any], zone: ZoneInfo) -> None:
        super().__init__(parse)
        self._zone = zone
        self._midnights: dict[int, int | None] = {}

    def read(self, column: Sequence[str]) -> list[Any]:
        """Read a column; one with any other form, or a day on which clocks change, cell by cell."""
        plain = _plain_seconds(column)
        if plain is None:
            return super().read(column)
        days, places = np.unique(plain // _DAY_SECONDS, return_inverse=True)
        midnights = [self._midnight(day) for day in days.tolist()]
        if None in midnights:
            return super().read(column)
        instants = np.array(midnights)[places] + plain % _DAY_SECONDS
        return list(zip(instants.tolist(), days[places].tolist(), strict=True))

    def _midnight(self, day: int) -> int | None:
        """Give the instant a day begins, None for a day on which clocks are changed."""
        if day not in self._midnights:
            start = datetime.combine(date.fromordinal(day + _EPOCH_DAY), time(), self._zone)
            end = datetime.combine(start.date() + timedelta(days=1), time(), self._zone)
            is_even = start.utcoffset() == end.utcoffset()
            self._midnights[day] = int(start.timestamp()) if is_even else None
        return self._midnights[day]


def _plain_seconds(column: Sequence[str]) -> npt.NDArray[np.int64] | None:
    """Give local seconds since 1970 of cells that all are `2022-08-10 10:33:09`, else None."""
    if set(map(len, column)) != {_PLAIN_LENGTH}:
        return None
    try:
        local = pa.array(column, pa.string()).cast(pa.timestamp("s"))
    except pa.ArrowInvalid:
        return None
    years = pc.min_max(pc.year(local)).as_py()
    if not FIRST_YEAR <= years["min"] <= years["max"] <= LAST_YEAR:
        return None
    seconds: npt.NDArray[np.int64] = local.cast(pa.int64()).to_numpy()
    return seconds


def _prepared(rule: Callable[[Any], Any], change: Callable[[str], str]) -> Callable[[str], Any]:
    return lambda raw: rule(change(raw))


def _currency(raw: str, currency: str) -> str:
    code = folded(raw).upper()
    if code in ("", currency) or (code in ("円", "YEN") and currency == "JPY"):
        return currency
    raise CellError("currency", _OTHER_CURRENCY.format(value=shown(raw), currency=currency))


def _kind(raw: str, connector: Connector) -> str:
    kind = connector.line_kinds.get(folded(raw).removesuffix(".0"))
    if kind is None:
        raise CellError("bad_kind", _UNKNOWN_KIND.format(value=shown(raw)))
    return kind
