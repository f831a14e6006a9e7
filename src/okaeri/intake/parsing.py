"""Which rule reads which field: one memory of cells per field of a file being read."""

from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector
from okaeri.intake.domain import amounts
from okaeri.intake.domain.cells import (
    CellError,
    Cells,
    clean_code,
    clean_text,
    folded,
    optional,
    required,
    shown,
)
from okaeri.intake.domain.days import parse_day, parse_instant

_OTHER_CURRENCY = Text(
    "通貨「{value}」はこのショップの通貨 {currency} と違います。",
    "'{value}' is not the shop's currency {currency}.",
)
_UNKNOWN_KIND = Text(
    "明細区分「{value}」は使えません。1から6で書いてください。",
    "'{value}' is not a kind of row; write 1 to 6.",
)
_EPOCH_DAY = date(1970, 1, 1).toordinal()


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
    rules |= dict.fromkeys(("total", "subtotal"), optional(money))
    rules |= dict.fromkeys(
        ("discount", "points", "refunded", "line_discount"), optional(unsigned, 0)
    )
    rules |= dict.fromkeys(("shipping", "taxes", "fees", "line_shipping"), optional(money, 0))
    for name, change in prepare.items():
        rules[name] = _prepared(rules[name], change)
    return {name: Cells(rule) for name, rule in rules.items()} | {"ordered_at": stamps}


class Stamps(Cells):
    """Instants: a plain `2022-08-10 10:33:09` is put together from its day and its time of day.

    Nearly every order has an instant of its own, but days and times of day come back.
    """

    def __init__(self, parse: Callable[[str], Any], zone: ZoneInfo) -> None:
        super().__init__(parse)
        self._zone = zone
        self._midnights: dict[str, tuple[int, int] | None] = {}
        self._seconds: dict[str, int] = {}

    def __missing__(self, raw: Hashable) -> Any:  # noqa: ANN401
        text = str(raw)
        if len(text) != 19 or text[10] not in " T":
            return super().__missing__(raw)
        try:
            midnight = self._midnights[text[:10]]
            second = self._seconds[text[11:]]
        except KeyError:
            return self._learn(text)
        if midnight is None:
            return super().__missing__(raw)
        return midnight[0] + second, midnight[1]

    def _learn(self, text: str) -> Any:  # noqa: ANN401
        stamp = super().__missing__(text)
        if type(stamp) is tuple:
            try:
                plain = datetime.fromisoformat(text)
            except ValueError:
                return stamp
            if len(self._midnights) > 100_000:
                self._midnights.clear()
            self._midnights[text[:10]] = self._midnight(plain.date())
            second = plain.hour * 3600 + plain.minute * 60 + plain.second
            self._seconds[text[11:]] = second
        return stamp

    def _midnight(self, day: date) -> tuple[int, int] | None:
        """Give the instant a day begins, None for a day on which clocks are changed."""
        start = datetime.combine(day, time(), self._zone)
        end = datetime.combine(day + timedelta(days=1), time(), self._zone)
        if start.utcoffset() != end.utcoffset():
            return None
        return int(start.timestamp()), epoch_day(day)


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
