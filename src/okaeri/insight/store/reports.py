"""Report documents and month-end snapshots."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from okaeri.insight.models import CustomerInsight, PortfolioSnapshot, Report
from okaeri.insight.types import ReportView


def save_all(
    payloads: Mapping[str, dict[str, Any]],
    *,
    as_of: date,
    rule_version: str,
    orders_seen: int,
    now: datetime,
) -> None:
    """Put every report in the place of its predecessor inside the open transaction."""
    Report.objects.bulk_create(
        [
            Report(
                name=name,
                as_of=as_of,
                rule_version=rule_version,
                payload=payload,
                orders_seen=orders_seen,
                computed_at=now,
            )
            for name, payload in payloads.items()
        ],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["as_of", "rule_version", "payload", "orders_seen", "computed_at"],
    )


def find(name: str) -> ReportView | None:
    """Give a report ("summary", "portfolio", ...) or None before the first refresh."""
    row = Report.objects.filter(name=name).first()
    if row is None:
        return None
    return ReportView(row.name, row.as_of, row.rule_version, row.payload, row.computed_at)


def let_go_before(mark: datetime, part: str) -> int:
    """Remove reports with `part` in their name that were computed before `mark`; how many."""
    return Report.objects.filter(name__contains=part, computed_at__lt=mark).delete()[0]


def find_day(name: str) -> date | None:
    """Give the shop day a report is of; None where there is none."""
    return Report.objects.filter(name=name).values_list("as_of", flat=True).first()


def last_computed() -> dict[str, tuple[date, str, int]]:
    """Give name → (as_of, rule_version, orders_seen) of every report."""
    rows = Report.objects.values_list("name", "as_of", "rule_version", "orders_seen")
    return {name: (as_of, version, seen) for name, as_of, version, seen in rows}


def snapshot_months(rule_version: str) -> set[date]:
    """Give the months that already have a snapshot under these rules."""
    rows = PortfolioSnapshot.objects.filter(rule_version=rule_version)
    return set(rows.values_list("month", flat=True))


def snapshot_bars(rule_version: str) -> dict[date, int]:
    """Give month → the bar that was frozen for it, of the months told by these rules."""
    rows = PortfolioSnapshot.objects.filter(rule_version=rule_version)
    return dict(rows.values_list("month", "threshold_minor"))


def add_snapshot(month: date, rule_version: str, payload: Mapping[str, Any]) -> None:
    """Write the ten cells of one closed month; a month that is there already stays as it is."""
    PortfolioSnapshot.objects.bulk_create(
        [
            PortfolioSnapshot(
                month=month,
                stage=cell["stage"],
                is_lapsed=cell["is_lapsed"],
                rule_version=rule_version,
                customers=cell["customers"],
                net_minor=cell["net_minor"],
                net_12m_minor=cell["net_12m_minor"],
                threshold_minor=payload["threshold_minor"],
            )
            for cell in payload["cells"]
        ],
        ignore_conflicts=True,
    )


def snapshots_since(month: date, rule_version: str) -> list[PortfolioSnapshot]:
    """Give cells from `month` on, oldest first, in the order of classes they were written in."""
    rows = PortfolioSnapshot.objects.filter(month__gte=month, rule_version=rule_version)
    return list(rows.order_by("month", "id"))


def forget_all() -> None:
    """Drop every stored result, also of closed months, in the caller's transaction.

    The next refresh computes what it can anew.
    """
    for model in (CustomerInsight, Report, PortfolioSnapshot):
        model._default_manager.all().delete()
