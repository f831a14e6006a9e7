"""A short name for the whole rule set, so that numbers made by different rules are never compared."""

import hashlib
import json
from dataclasses import asdict

from okaeri.insight.types import LifecycleRules, RankRules
from okaeri.intake.counting_types import CountingRules


def rule_version(
    rules: LifecycleRules, ranks: RankRules, counting: CountingRules | None = None
) -> str:
    """Give twelve hex digits that change when any setting of the analysis changes.

    Counting as every shop begins with adds nothing: older numbers were counted so too.
    """
    further = [] if counting in (None, CountingRules()) else [asdict(counting)]
    text = json.dumps([asdict(rules), asdict(ranks), *further], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
