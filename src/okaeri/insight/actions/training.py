"""When a model that is learned from everybody's purchases is learned anew."""

from datetime import date, timedelta

from okaeri.foundation.settings import load
from okaeri.insight.recommend_types import RecommendRules
from okaeri.insight.store import reports


def is_training_due(report: str, as_of: date) -> bool:
    """Tell whether the model behind `report` was never learned, or `retrain_days` ago or more."""
    stored = reports.find(report)
    if stored is None:
        return True
    learned_on = date.fromisoformat(stored.payload["learned_on"])
    return not learned_on <= as_of < learned_on + timedelta(days=load(RecommendRules).retrain_days)
