"""One person in the journeys: handed to him, taken out of them."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from okaeri.foundation.personal import Documents, as_documents
from okaeri.plan.models import Decision, Enrolment, KeptOut

_ERASED = "erased"
_WALK = {
    f"walk_{name}": F(name)
    for name in ("id", "arm", "node", "state", "entered_at", "ended_at", "exit_reason")
}


def export(customer_ids: Sequence[int]) -> dict[str, Documents]:
    """Give a person's walks and every decision with its reason."""
    walks = Enrolment.objects.filter(customer_id__in=customer_ids).order_by("id")
    decisions = Decision.objects.filter(enrolment__in=walks).order_by("decided_at", "id")
    return {
        "journey_walks": as_documents(walks.values(journey_key=F("journey__key"), **_WALK)),
        "journey_decisions": as_documents(
            decisions.values("enrolment_id", "node", "action", "reason", "decided_at")
        ),
        "journeys_not_entered": as_documents(
            KeptOut.objects.filter(customer_id__in=customer_ids)
            .order_by("id")
            .values("reason", "kept_out_at", journey_key=F("journey__key"))
        ),
    }


def erase(customer_ids: Sequence[int], now: datetime) -> dict[str, int]:
    """End a person's walks and forget why each step was taken, in the caller's transaction."""
    walks = Enrolment.objects.filter(customer_id__in=customer_ids)
    ended = walks.filter(state=Enrolment.State.ACTIVE).update(
        state=Enrolment.State.EXITED, ended_at=now, exit_reason=_ERASED
    )
    decisions = Decision.objects.filter(enrolment__in=walks)
    blanked = decisions.update(reason={"code": _ERASED})
    KeptOut.objects.filter(customer_id__in=customer_ids).delete()
    return {"journey_walks": ended, "journey_decisions": blanked}
