"""What each decile is called, what share of people it reaches, and where its people become a segment."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from okaeri.foundation.text import Text
from okaeri.web.formats import percent
from okaeri.web.narrowing import is_narrowed
from okaeri.web.pages.analysis.beginnings import Part
from okaeri.web.pages.segments.addresses import address_of


def shares_of_people(rows: Sequence[Mapping[str, Any]]) -> list[float]:
    """Give, of each row of the report "deciles", people up to it ÷ all: a tenth each, in a large shop."""
    people = [row["customers"] for row in rows]
    return [up_to / sum(people) for up_to in accumulate(people)]


def names_of_tenths(rows: Sequence[Mapping[str, Any]]) -> list[Text]:
    """Give the name of each row of the report "deciles": which group it is and where it stands in per cent.

    "上位20%" would be read as everybody down to there; a row is the second tenth alone.
    """
    ends = shares_of_people(rows)
    return [
        _name(row["decile"], start, end)
        for row, start, end in zip(rows, (0.0, *ends), ends, strict=False)
    ]


def _name(number: int, start: float, end: float) -> Text:
    if not start:
        name = Text("{n}組目(上位{end})", "Group {n} (top {end})")
    else:
        name = Text("{n}組目(上位{start}〜{end})", "Group {n} (top {start}–{end})")
    return name.format(n=number, start=f"{100 * start:.0f}", end=percent(end, 0))


def addresses_of_tenths(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Give the address of each row of the report "deciles", the top tenth first; "" where none can be told.

    A person's own decile is among everybody: tenths of those a view is narrowed to are told by amounts.
    """
    if not is_narrowed():
        return [address_of(_is("decile", "=", row["decile"])) for row in rows]
    above = [None, *rows]
    return [
        address_of(_rule(row, before)) if "last_id" in row else ""
        for row, before in zip(rows, above, strict=False)
    ]


def _rule(row: Mapping[str, Any], above: Mapping[str, Any] | None) -> Part:
    own = _up_to(row)
    return own if above is None else {"all": [own, {"not": _up_to(above)}]}


def _up_to(row: Mapping[str, Any]) -> Part:
    """Give who stands before the last of a tenth, or is he: of equal amounts the lower number comes first."""
    least, last = row["smallest_minor"], row["last_id"]
    equal = [_is("net_12m_minor", "=", least), _is("customer_id", "<=", last)]
    return {"any": [_is("net_12m_minor", ">", least), {"all": equal}]}


def _is(field: str, op: str, value: int) -> Part:
    return {"field": field, "op": op, "value": value}
