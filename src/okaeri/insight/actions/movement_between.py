"""From class to class between two days a page chooses: month ends with a snapshot, and the last refresh.

Counted when first asked for, by the bars that were frozen for those days, and kept: two closed months stay
as they are under the same rules (§1.3 #33); what reaches to the last refresh is counted anew after the next.
"""

from collections.abc import Mapping
from datetime import date

from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.rule_series import present_version
from okaeri.insight.actions.sync import ORDERS
from okaeri.insight.analyses.movement import moves_between
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.analysis_types import TargetRules
from okaeri.insight.domain.months import month_end
from okaeri.insight.domain.reports.movement import between_payload
from okaeri.insight.store import reports
from okaeri.insight.types import LifecycleRules, ReportView

_UNKNOWN_DAY = Text(
    "その月末はまだ集計されていません。一覧から選び直してください。",
    "That month's end is not counted yet; choose one of the list.",
)


def movement_days() -> dict[date, int]:
    """Give day → the bar of that day (smallest unit): closed months' ends, then the last refresh."""
    bars = reports.snapshot_bars(present_version())
    days = {month_end(month, 0): bar for month, bar in sorted(bars.items())}
    last = reports.find("portfolio")
    return days if last is None else {**days, last.as_of: last.payload["threshold_minor"]}


def compute_movement_between(before: date, after: date, *, warehouse: Warehouse) -> int:
    """Keep the movement between two of `movement_days`; gives how many people it counts.

    Raises NotFoundError for other days, or where the first does not come first.
    """
    days, last = movement_days(), reports.find("summary")
    if last is None or not before < after or not days.keys() >= {before, after}:
        raise NotFoundError(_UNKNOWN_DAY)
    version = present_version()
    sources = _sources(warehouse, last, days)
    payload = between_payload(
        moves_between(sources, before, after), before=before, after=after, targets=load(TargetRules)
    )
    reports.save_all(
        {_name(before, after, last): payload},
        as_of=after,
        rule_version=version,
        orders_seen=warehouse.highest(ORDERS, "change_no"),
        # Not the present: a refresh may have ended while this was counted, and it knows more.
        now=last.computed_at,
    )
    return sum(cell["customers"] for cell in payload["cells"])


def _sources(warehouse: Warehouse, last: ReportView, bars: Mapping[date, int]) -> Sources:
    return Sources(
        warehouse,
        read_orders(warehouse, last.as_of),
        as_of=last.as_of,
        rules=load(LifecycleRules),
        threshold_on=lambda day: bars[day],
    )


def find_movement_between(before: date, after: date) -> ReportView | None:
    """Give the kept movement between two days; None where it must be counted (again)."""
    last = reports.find("summary")
    found = reports.find(_name(before, after, last)) if last else None
    if found is None or last is None or found.rule_version != present_version():
        return None
    is_fresh = after < last.as_of or found.computed_at == last.computed_at
    return found if found.as_of == after and is_fresh else None


def _name(before: date, after: date, last: ReportView) -> str:
    until = "now" if after == last.as_of else after.isoformat()
    return f"movement~{before.isoformat()}~{until}"
