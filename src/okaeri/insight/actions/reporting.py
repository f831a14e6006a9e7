"""Keeping reports of what stations above insight hand in, measured beside the refresh."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from okaeri.foundation import clock
from okaeri.foundation.settings import load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.sync import ORDERS
from okaeri.insight.domain.rule_version import rule_version
from okaeri.insight.rank_types import RankRules
from okaeri.insight.store import reports
from okaeri.insight.types import LifecycleRules
from okaeri.intake.counting_types import CountingRules


def keep_reports(
    payloads: Mapping[str, Any], *, warehouse: Warehouse, as_of: date, rules: LifecycleRules
) -> None:
    """Save reports by name, with the rules and the newest order they were measured by."""
    reports.save_all(
        payloads,
        as_of=as_of,
        rule_version=rule_version(rules, load(RankRules), load(CountingRules)),
        orders_seen=warehouse.highest(ORDERS, "change_no"),
        now=clock.now(),
    )
