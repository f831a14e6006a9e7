"""Series of month ends, one per set of rules: a change of rules begins a new one (再集計, §1.3 #33)."""

from collections.abc import Iterable
from typing import Any

from okaeri.foundation import clock
from okaeri.foundation.settings import load, specs_of
from okaeri.insight.domain.rule_version import rule_version
from okaeri.insight.rank_types import RankRules
from okaeri.insight.store import rule_sets
from okaeri.insight.types import LifecycleRules, PortfolioSeries
from okaeri.intake.counting_types import CountingRules


def present_version() -> str:
    """Give the version of the shop's rules as they are now."""
    return rule_version(load(LifecycleRules), load(RankRules), load(CountingRules))


def keep_rules(version: str, rules: Iterable[Any]) -> None:
    """Write down rules under the version that was made of them, whatever they are by now."""
    rule_sets.keep(version, _values(rules), clock.now())


def _values(rules: Iterable[Any]) -> dict[str, Any]:
    return {
        spec.key: getattr(one, name) for one in rules for name, spec in specs_of(type(one)).items()
    }


def list_series() -> list[PortfolioSeries]:
    """Give every series with a month in it: the present rules' first, then the one begun last."""
    present, told = present_version(), rule_sets.all_settings()
    # What every shop begins with has always had this version, also before versions were written down.
    beginning = (LifecycleRules(), RankRules(), CountingRules())
    told.setdefault(rule_version(*beginning), _values(beginning))
    found = [
        PortfolioSeries(version, tuple(months), version == present, told.get(version))
        for version, months in rule_sets.months_by_version().items()
    ]
    return sorted(found, key=lambda one: not one.is_present)
