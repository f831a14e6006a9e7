"""顧客BS, counted when a page asks for it: the last closed year's moves, and five years ahead."""

from datetime import date

from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.movement_between import movement_days
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.rule_series import present_version
from okaeri.insight.actions.sync import ORDERS
from okaeri.insight.analyses.movement import standings_on
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.months import month_end
from okaeri.insight.domain.reports.balance import balance_payload
from okaeri.insight.features.class_years import compute_class_years
from okaeri.insight.features.movement import compute_moves
from okaeri.insight.store import reports
from okaeri.insight.types import LifecycleRules, ReportView

NAME = "balance"
_NOT_YET = Text(
    "顧客BSを出すには、まず集計が必要です。", "Analyse the shop once before looking ahead."
)


def compute_balance(warehouse: Warehouse) -> int:
    """Keep the report; gives how many customers it begins with. NotFoundError before a refresh."""
    last = reports.find("summary")
    if last is None or not warehouse.has(ORDERS):
        raise NotFoundError(_NOT_YET)
    days = _days(last.as_of)
    sources = Sources(
        warehouse,
        read_orders(warehouse, last.as_of),
        as_of=last.as_of,
        rules=load(LifecycleRules),
        threshold_on=_bar_on,
    )
    standings = standings_on(sources, days)
    start, before, after = days
    moves = compute_moves(standings, pairs=[(before, after), (start, before)])
    rows = sources.rows(moves)
    year = compute_class_years(sources.counted, standings, since=before, until=after)
    payload = balance_payload(
        [row for row in rows if row["after_on"] == after],
        sources.rows(year),
        before=before,
        after=after,
        cells_before=[row for row in rows if row["after_on"] == before],
    )
    reports.save_all(
        {NAME: payload},
        as_of=last.as_of,
        rule_version=present_version(),
        orders_seen=warehouse.highest(ORDERS, "change_no"),
        # Not the present: a refresh may have ended while this was counted, and it knows more.
        now=last.computed_at,
    )
    return int(sum(one["told"] for one in payload["plans"]["none"][0]["classes"]))


def _days(as_of: date) -> tuple[date, date, date]:
    """Give the last closed month's end, and those one and two years before it, rising."""
    after = month_end(as_of, 1)
    return month_end(after, 24), month_end(after, 12), after


def _bar_on(day: date) -> int:
    """Give the bar that was frozen for a day; of months before any snapshot, the nearest later one."""
    bars = movement_days()
    return bars[min((known for known in bars if known >= day), default=max(bars))]


def find_balance() -> ReportView | None:
    """Give the report if it is of the last refresh and the present rules; else it must be counted."""
    found, last = reports.find(NAME), reports.find("summary")
    if found is None or last is None or found.rule_version != present_version():
        return None
    return found if found.computed_at == last.computed_at else None
