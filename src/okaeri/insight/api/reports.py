"""What the last refresh reported, in figures and in sentences, and what each number means."""

from typing import Any

from okaeri.foundation.settings import ShopProfile, hold, load
from okaeri.foundation.text import Text
from okaeri.insight.actions.count_reports import FACET, find_count_report
from okaeri.insight.actions.rule_series import present_version
from okaeri.insight.analysis_types import TargetRules
from okaeri.insight.domain import findings, next_steps
from okaeri.insight.domain.definitions import number_definitions
from okaeri.insight.domain.reports import RULES
from okaeri.insight.rank_types import RankRules
from okaeri.insight.store import reports
from okaeri.insight.types import Finding, LifecycleRules, NextStep, PortfolioRow

REPORTS = ("summary", "portfolio", "dropoff", "f2", "cohorts", "freshness", "rfm")


def find_count_rule(token: str) -> dict[str, Any] | None:
    """Give the rule of a facet (`CountFacet.token`) whose reports are of the last refresh, else None."""
    known = find_count_report(FACET, token)
    return known.payload["rule"] if known else None


def portfolio_history(months: int = 13, version: str = "") -> list[PortfolioRow]:
    """Give month-end cells, oldest first, ten a month, as the shop's present rules told them.

    `version` asks for those of an older series (`list_portfolio_series`).
    """
    version = version or present_version()
    known = sorted(reports.snapshot_months(version))[-months:]
    if not known:
        return []
    return [
        PortfolioRow(
            month=row.month,
            stage=row.stage,
            is_lapsed=row.is_lapsed,
            customers=row.customers,
            net_minor=row.net_minor,
            net_12m_minor=row.net_12m_minor,
            threshold_minor=row.threshold_minor,
        )
        for row in reports.snapshots_since(known[0], version)
    ]


def definitions() -> dict[str, Text]:
    """Give この数字の定義 by number key, with the shop's own settings filled in."""
    with hold():
        rules, ranks = load(LifecycleRules), load(RankRules)
        further: list[object] = [load(kind) for kind in RULES]
        return number_definitions(rules, ranks, _payloads(), load(ShopProfile).currency, further)


def list_findings() -> list[Finding]:
    """Give the sentences pages show beside the reports; none before the first refresh."""
    stored = _payloads()
    if not stored:
        return []
    currency = load(ShopProfile).currency
    return findings.list_findings(stored, load(LifecycleRules), currency, load(TargetRules))


def list_next_steps() -> list[NextStep]:
    """Give up to three things worth doing next, the largest stake first."""
    stored = _payloads()
    return (
        next_steps.recommend_next_steps(stored, load(LifecycleRules), load(ShopProfile).currency)
        if stored
        else []
    )


def _payloads() -> dict[str, dict[str, Any]]:
    found = {name: reports.find(name) for name in REPORTS}
    complete = {name: report.payload for name, report in found.items() if report is not None}
    return complete if len(complete) == len(REPORTS) else {}
