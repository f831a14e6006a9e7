"""The R × F grid."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def ranks_payload(
    rows: Iterable[Mapping[str, Any]],
    *,
    r_edges: Sequence[int],
    f_edges: Sequence[int],
    m_edges: Sequence[float],
) -> dict[str, Any]:
    """Give {cells, edges}; cells: r, f (1..5), customers, net_minor, all 25, r falling, f rising.

    edges: r = most days for ranks 5, 4, 3, 2; f = fewest purchases for ranks 2..5; m_minor = net
    amounts above which ranks 2..5 begin.
    """
    people: Counter[tuple[int, int]] = Counter()
    money: Counter[tuple[int, int]] = Counter()
    for row in rows:
        cell = row["r_rank"], row["f_rank"]
        people[cell] += row["customers"]
        money[cell] += row["net_minor"]
    cells = [
        {"r": r, "f": f, "customers": people[r, f], "net_minor": money[r, f]}
        for r in range(5, 0, -1)
        for f in range(1, 6)
    ]
    edges = {"r": list(r_edges), "f": list(f_edges), "m_minor": [round(edge) for edge in m_edges]}
    return {"cells": cells, "edges": edges}
