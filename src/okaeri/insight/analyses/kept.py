"""Rows per customer kept in the warehouse between refreshes; only those whose orders changed are made anew.

Each row carries the mark of its customer (`features.marks`), and whatever bears another mark than today's
is not read. So a table is only ever added to: a crash or a repeated night can leave rows nobody reads, but
never wrong ones. When half of a table is such rows it is written anew.
"""

from collections.abc import Callable

import ibis.expr.types as ir

from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.features.marks import compute_marks

# Where more customers than this changed, everybody is computed at once.
_MOST_CHANGED = 0.3
_MOST_STALE = 0.5
_KEY = ["customer_id", "mark"]
Compute = Callable[[ir.Table | None], ir.Table]


def find_kept(
    warehouse: Warehouse, name: str, counted: ir.Table, compute: Compute, *, edition: int
) -> ir.Table:
    """Give the rows of all customers with a counted order, staged, after bringing table `name` up to date.

    `compute` gives rows (customer_id first, of which the second column is never NULL) of everybody or
    of the customers in a table.
    """
    marks = warehouse.stage(f"kept_{name}_marks", compute_marks(counted, edition=edition))
    everyone = warehouse.count(marks)
    changed = marks
    if warehouse.has(name):
        known = warehouse.table(name).select(*_KEY).distinct()
        changed = warehouse.stage(f"kept_{name}_changed", marks.anti_join(known, _KEY))
    missing = warehouse.count(changed)
    if missing > _MOST_CHANGED * everyone or not warehouse.has(name):
        warehouse.replace(name, _marked(compute(None), marks))
    elif missing:
        warehouse.append(name, warehouse.stream(_marked(compute(changed), changed)))
    rows = warehouse.table(name)
    held = warehouse.stage(f"kept_{name}", rows.semi_join(marks, _KEY))
    if warehouse.count(held) < (1 - _MOST_STALE) * warehouse.count(rows):
        warehouse.replace(name, held)
    return held.filter(held[held.columns[2]].notnull()).drop("mark")


def _marked(rows: ir.Table, marks: ir.Table) -> ir.Table:
    """Give rows with their marks, one without values for whoever has none: he is known too."""
    joined = marks.left_join(rows, "customer_id")
    return joined.select(*_KEY, *rows.columns[1:])
