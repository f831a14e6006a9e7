"""When people buy: weekday and hour, month, season, payday."""

from typing import Any

from okaeri.foundation.settings import load
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.reports.timing import timing_payload
from okaeri.insight.features.timing import (
    compute_day_hours,
    compute_days,
    compute_week_hours,
    only_chosen,
)
from okaeri.insight.timing_types import TimingRules


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.timing`."""
    day_hours = sources.stage("day_hours", compute_day_hours(only_chosen(sources.counted)))
    return timing_payload(
        sources.rows(compute_week_hours(day_hours)),
        sources.rows(compute_days(day_hours)),
        as_of=sources.as_of,
        rules=load(TimingRules),
    )
