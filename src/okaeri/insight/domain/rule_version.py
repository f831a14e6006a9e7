"""A short name for the whole rule set, so that numbers made by different rules are never compared."""

import hashlib
import json
from dataclasses import asdict

from okaeri.insight.rank_types import RankRules
from okaeri.insight.types import LifecycleRules
from okaeri.intake.counting_types import CountingRules


def rule_version(
    rules: LifecycleRules, ranks: RankRules, counting: CountingRules | None = None
) -> str:
    """Give twelve hex digits that change when any setting of the analysis changes.

    Counting and refreshing as every shop begins with add nothing: older numbers were made so too.
    """
    further = [] if counting in (None, CountingRules()) else [asdict(counting)]
    classes = asdict(rules)
    for name in ("threshold_refresh", "f2_late_mode"):
        if classes[name] == getattr(LifecycleRules(), name):
            del classes[name]
    known = {"r_preset": ranks.r_preset} | ranks.own_edges()
    text = json.dumps([classes, known, *further], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
