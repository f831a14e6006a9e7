"""An evaluation as a stored document and back. Unknown numbers are null, never infinite."""

from dataclasses import asdict
from datetime import date
from typing import Any

from okaeri.foundation.text import Text
from okaeri.measure.types import (
    Arm,
    ArmSummary,
    Evaluation,
    ExperimentView,
    MetricResult,
    SplitCheck,
)


def to_document(evaluation: Evaluation) -> dict[str, Any]:
    """Give everything but the experiment, which has its own row."""
    return {
        "as_of": evaluation.as_of.isoformat(),
        "answer": evaluation.answer.as_json(),
        "metrics": [asdict(metric) for metric in evaluation.metrics],
        "split": asdict(evaluation.split),
        "family_size": evaluation.family_size,
        "unfinished": evaluation.unfinished,
        "mixed": evaluation.mixed,
    }


def from_document(document: dict[str, Any], experiment: ExperimentView) -> Evaluation:
    """Read what `to_document` wrote."""
    return Evaluation(
        experiment=experiment,
        as_of=date.fromisoformat(document["as_of"]),
        answer=Text.from_json(document["answer"]),
        metrics=tuple(_metric(stored) for stored in document["metrics"]),
        split=SplitCheck(**document["split"]),
        family_size=document["family_size"],
        unfinished=document["unfinished"],
        mixed=document.get("mixed", 0),
    )


def _metric(stored: dict[str, Any]) -> MetricResult:
    arms = {side: _arm(stored[side]) for side in ("treated", "holdout")}
    return MetricResult(**{**stored, **arms})


def _arm(stored: dict[str, Any]) -> ArmSummary:
    return ArmSummary(**{**stored, "arm": Arm(stored["arm"])})
