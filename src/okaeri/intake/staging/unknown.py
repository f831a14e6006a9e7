"""Columns of a file that no field of ours holds: kept as they are, under the file's own names."""

import json
from collections.abc import Mapping, Sequence

# Name and place of each such column; every name comes once.
Unknown = Sequence[tuple[str, int]]
encode = json.JSONEncoder(ensure_ascii=False).encode


def unknown_columns(
    header: Sequence[str], fields: Mapping[str, tuple[int, ...]]
) -> list[tuple[str, int]]:
    """Give name and place of the columns that no field of ours holds; every name comes once."""
    used = {place for places in fields.values() for place in places}
    seen: dict[str, int] = {}
    found: list[tuple[str, int]] = []
    for place, name in enumerate(header):
        seen[name] = seen.get(name, 0) + 1
        if place not in used:
            unique = name if seen[name] == 1 else f"{name} ({seen[name]})"
            found.append((unique or f"#{place + 1}", place))
    return found


def filled_cells(unknown: Unknown, row: Sequence[str]) -> dict[str, str]:
    """Give what a row has in these columns; blank cells are left out."""
    return {name: row[place] for name, place in unknown if row[place]}


def other_cells(
    unknown: Unknown, first: Sequence[str], row: Sequence[str], number: int
) -> dict[str, str]:
    """Give what the `number`-th row of one thing has in them, where the first says otherwise."""
    return {
        f"{name} #{number}": row[place]
        for name, place in unknown
        if row[place] and row[place] != first[place]
    }
