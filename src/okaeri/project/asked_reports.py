"""The jobs behind the movement between two chosen days and the five years ahead."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from okaeri.foundation.warehouse import Warehouse
from okaeri.foundation.work.jobs import JobContext
from okaeri.insight import api as insight


def run_movement_between(
    open_warehouse: Callable[[], Warehouse], context: JobContext
) -> Mapping[str, Any]:
    """Count who went from which class to which between the two days a page asks for."""
    before, after = (date.fromisoformat(context.payload[name]) for name in ("before", "after"))
    with open_warehouse() as warehouse:
        customers = insight.compute_movement_between(before, after, warehouse=warehouse)
    return {"customers": customers}


def run_balance(open_warehouse: Callable[[], Warehouse], _context: JobContext) -> Mapping[str, Any]:
    """Count the last year's moves, and look five years ahead."""
    with open_warehouse() as warehouse:
        customers = insight.compute_balance(warehouse)
    return {"customers": customers}
