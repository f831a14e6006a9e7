"""What replays taught, kept as a report of its own until the next training (`insight.domain.due`)."""

from dataclasses import asdict
from typing import Any

from okaeri.insight.actions.prediction_replay import Replayed
from okaeri.insight.domain.lapse_model import LapseModel
from okaeri.insight.domain.lapse_risk import COLUMNS
from okaeri.insight.domain.lapse_training import Chosen
from okaeri.insight.domain.next_purchase import Lesson
from okaeri.insight.store import reports

REPORT = "prediction_training"
# Counts up when what is kept is read otherwise than before; the columns of lapse risk speak for themselves.
_EDITION = 2


def _edition() -> list[Any]:
    return [_EDITION, *(list(column) for column in COLUMNS)]


def training_document(replayed: Replayed) -> dict[str, Any]:
    """Give what was learned as a report keeps it."""
    lapse = replayed.lapse
    return {
        "edition": _edition(),
        "lapse_days": replayed.lapse_days,
        "timing": asdict(replayed.timing),
        "lapse": {
            "name": lapse.name,
            "model": lapse.model.to_document(),
            "slopes": lapse.slopes,
            "scores": lapse.scores,
            "reliability": lapse.reliability,
        },
        "replay": replayed.payload,
    }


def find_training(rule_version: str, lapse_days: int) -> Replayed | None:
    """Give what was last learned; None where nothing was, by other rules or for other days ahead."""
    stored = reports.find(REPORT)
    if stored is None or stored.rule_version != rule_version:
        return None
    kept = stored.payload
    if kept.get("edition") != _edition() or kept["lapse_days"] != lapse_days:
        return None
    lapse = {**kept["lapse"], "model": LapseModel.from_document(kept["lapse"]["model"])}
    return Replayed(Lesson(**kept["timing"]), Chosen(**lapse), kept["replay"], lapse_days)
