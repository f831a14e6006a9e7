"""What the law asks of insight: give out what is known of a person, and forget him."""

from collections.abc import Iterable

from okaeri.foundation.personal import Documents
from okaeri.insight.store import insights, interests, predictions, run_outs, segments


def export_person(customer_ids: Iterable[int]) -> dict[str, Documents]:
    """Give what the last analysis says of a person."""
    wanted = list(customer_ids)
    topics = sorted({topic for one in wanted for topic in interests.topics_with(one)})
    return {
        **insights.export_person(wanted),
        **predictions.export_person(wanted),
        "interests": [{"topic": topic} for topic in topics],
        "run_outs": run_outs.export_person(wanted),
    }


def erase_person(customer_ids: Iterable[int]) -> dict[str, int]:
    """Take a person out of the segments; his figures stay as those of nobody. Rows by table."""
    wanted = list(customer_ids)
    return {
        "predictions": predictions.forget(wanted),
        "interests": interests.forget(wanted),
        "run_outs": run_outs.forget(wanted),
        # Last, as a refresh locks them last.
        "segments": segments.forget(wanted),
    }
