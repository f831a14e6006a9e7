"""A short name for the whole rule set, so that numbers made by different rules are never compared."""

import hashlib
import json
from dataclasses import asdict

from okaeri.insight.types import LifecycleRules, RankRules


def rule_version(rules: LifecycleRules, ranks: RankRules) -> str:
    """Give twelve hex digits that change when any setting of the analysis changes."""
    text = json.dumps([asdict(rules), asdict(ranks)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
