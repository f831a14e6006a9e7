"""Columns of a file of records that nobody knows: cleaned, bounded, kept with their record."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice

from okaeri.intake.domain.cells import clean_text
from okaeri.intake.types import SubscriptionIn

Cells = Mapping[str, str]
# How many are kept, how much of a name and of a cell (as `records.voice_bodies.Extra`).
MOST_COLUMNS, _NAME, _CELL = 200, 255, 20_000


def as_extra(rest: Cells) -> dict[str, str]:
    """Give what a record keeps of a row's other cells."""
    return dict(islice(cleaned(rest, _NAME).items(), MOST_COLUMNS))


def cleaned(rest: Cells, longest: int) -> dict[str, str]:
    """Clean cells; names are cut to `longest` characters, and of two that then agree the first counts."""
    found: dict[str, str] = {}
    for name, cell in rest.items():
        found.setdefault(name.strip()[:longest], clean_text(cell, _CELL))
    return found


def with_all_rows(contracts: Iterable[SubscriptionIn]) -> list[SubscriptionIn]:
    """Give every row of a contract what all its rows keep, since the newest alone is stored.

    The second row's cell that says otherwise than the first's stands under "name #2", as of orders.
    """
    given = list(contracts)
    kept: dict[str, dict[str, str]] = {}
    rows: dict[str, int] = {}
    for one in given:
        number = rows[one.subscription_no] = rows.get(one.subscription_no, 0) + 1
        mine = kept.setdefault(one.subscription_no, dict(one.extra))
        if number > 1:
            mine |= {
                f"{name} #{number}": cell
                for name, cell in one.extra.items()
                if mine.get(name) != cell
            }
    return [
        replace(one, extra=dict(islice(kept[one.subscription_no].items(), MOST_COLUMNS)))
        for one in given
    ]
