"""The settings behind each rule version, and the months told by it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from okaeri.insight.models import PortfolioSnapshot, RuleSet


def keep(rule_version: str, settings: Mapping[str, Any], now: datetime) -> None:
    """Write down once what a version means."""
    row = RuleSet(rule_version=rule_version, settings=dict(settings), first_used_at=now)
    RuleSet.objects.bulk_create([row], ignore_conflicts=True)


def all_settings() -> dict[str, dict[str, Any]]:
    """Give version → setting key → value, of every version that was written down."""
    return dict(RuleSet.objects.values_list("rule_version", "settings"))


def months_by_version() -> dict[str, list[date]]:
    """Give version → its months with a snapshot, rising; the version begun last comes first."""
    rows = PortfolioSnapshot.objects.order_by("-id").values_list("rule_version", "month")
    found: dict[str, set[date]] = {}
    for version, month in rows:
        found.setdefault(version, set()).add(month)
    return {version: sorted(months) for version, months in found.items()}
