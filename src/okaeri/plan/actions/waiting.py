"""Which journeys that do not run yet have somebody to begin with: only those are worth advising."""

from okaeri.insight import api as insight
from okaeri.intake import api as intake
from okaeri.plan.actions.segments import find_segment
from okaeri.plan.journeys.definition import (
    AnyTrigger,
    CartTrigger,
    FormTrigger,
    RunOutTrigger,
    SegmentTrigger,
)
from okaeri.plan.models import Journey
from okaeri.plan.store import journeys as store


def keys_with_people() -> list[str]:
    """Give journeys that are not live and could begin for somebody, in the order they were made."""
    idle = list(Journey.objects.exclude(status=Journey.Status.LIVE).order_by("id"))
    newest = store.newest_versions([journey.id for journey in idle])
    return [
        journey.key
        for journey in idle
        if _somebody_waits(
            store.definition_of(newest[journey.id].id, newest[journey.id].source).trigger
        )
    ]


def _somebody_waits(trigger: AnyTrigger) -> bool:
    """Tell whether the shop has what the trigger waits for; purchases and silence every shop has."""
    match trigger:
        case CartTrigger():
            return intake.last_event_at() is not None
        case FormTrigger(key=key, form_kind=kind):
            return any(
                form.is_open and key in ("", form.key) and kind in ("", form.kind)
                for form in intake.list_forms()
            )
        case RunOutTrigger(sku=sku):
            return insight.has_run_outs(sku)
        case SegmentTrigger():
            segment = find_segment(trigger)
            return segment is not None and segment.size > 0
        case _:
            return True
