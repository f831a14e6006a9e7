"""Rows per customer kept in the warehouse between refreshes; only those whose orders changed are made anew.

Each row carries the mark of its customer (`features.marks`), and whatever bears another mark than today's
is not read. So a table is only ever added to: a crash or a repeated night can leave rows nobody reads, but
never wrong ones. When half of a table is such rows it is written anew.
"""

from collections.abc import Callable
from dataclasses import dataclass

import ibis.expr.types as ir

from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.features.marks import compute_marks

# Where more customers than this changed, everybody is computed at once.
_MOST_CHANGED = 0.3
_MOST_STALE = 0.5
_KEY = ["customer_id", "mark"]
Compute = Callable[[ir.Table | None], ir.Table]


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of all customers: staged, but without lists; and with them, read from the files when asked."""

    rows: ir.Table
    with_lists: ir.Table


def find_kept(
    warehouse: Warehouse, name: str, counted: ir.Table, compute: Compute, *, edition: int
) -> Kept:
    """Give the rows of all customers with a counted order, after bringing table `name` up to date.

    `compute` gives rows (customer_id first, of which the second column is never NULL) of everybody or
    of the customers in a table. Copying lists costs more than all other columns, and who reads them
    reads nothing else: they stay where they are.
    """
    marks = warehouse.stage(f"kept_{name}_marks", compute_marks(counted, edition=edition))
    everyone = warehouse.count(marks)
    changed = marks
    if warehouse.has(name):
        known = warehouse.table(name).select(*_KEY)
        changed = warehouse.stage(f"kept_{name}_changed", marks.anti_join(known, _KEY))
    missing = warehouse.count(changed)
    if missing > _MOST_CHANGED * everyone or not warehouse.has(name):
        warehouse.replace(name, _marked(compute(None), marks))
    elif missing:
        warehouse.append(name, warehouse.stream(_marked(compute(changed), changed)))
    stored = warehouse.table(name)
    held = stored.semi_join(marks, _KEY)
    rows = warehouse.stage(f"kept_{name}", held.select(*_without_lists(held)))
    if warehouse.count(rows) < (1 - _MOST_STALE) * warehouse.count(stored):
        warehouse.replace(name, held)
        held = warehouse.table(name).semi_join(marks, _KEY)
    return Kept(_valued(rows), _valued(held))


def _without_lists(rows: ir.Table) -> list[str]:
    return [name for name in rows.columns if not rows[name].type().is_array()]


def _valued(rows: ir.Table) -> ir.Table:
    return rows.filter(rows[rows.columns[2]].notnull()).drop("mark")


def _marked(rows: ir.Table, marks: ir.Table) -> ir.Table:
    """Give rows with their marks, one without values for whoever has none: he is known too."""
    joined = marks.left_join(rows, "customer_id")
    return joined.select(*_KEY, *rows.columns[1:])
