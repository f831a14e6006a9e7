"""Walks of people who turned out to be one, or two after all."""

from collections.abc import Collection, Sequence
from datetime import datetime

from okaeri.plan.domain.advance import EXITED
from okaeri.plan.domain.together import Standing
from okaeri.plan.models import Decision, Enrolment, Journey
from okaeri.plan.store.rows import MERGED


def active_walks(customer_ids: Collection[int]) -> list[Standing]:
    """Give the walks of these ids that are under way, locked until the transaction ends."""
    rows = Enrolment.objects.select_for_update().filter(
        customer_id__in=customer_ids, state=Enrolment.State.ACTIVE
    )
    columns = ("id", "journey_id", "entered_at", "node")
    return [Standing(*row) for row in rows.order_by("id").values_list(*columns)]


def end(walk_ids: Sequence[int], now: datetime) -> None:
    """End walks that another walk of the same person doubles."""
    Enrolment.objects.filter(id__in=walk_ids).update(state=EXITED, exit_reason=MERGED, ended_at=now)


def ended_by(merge_id: int, customer_ids: Collection[int]) -> list[Standing]:
    """Give the walks that ended because of one merge and have not gone on since."""
    walks = Enrolment.objects.filter(
        customer_id__in=customer_ids, state=EXITED, exit_reason=MERGED
    ).order_by("id")
    last = {
        decision.enrolment_id: decision.reason
        for decision in Decision.objects.filter(enrolment__in=walks, action="exited").order_by("id")
    }
    columns = ("id", "journey_id", "entered_at", "node")
    found = [Standing(*row) for row in walks.values_list(*columns)]
    return [walk for walk in found if last.get(walk.walk_id, {}).get("merge_id") == merge_id]


def of_live_journeys(walk_ids: Collection[int]) -> list[int]:
    """Give those of these walks whose journey is live."""
    live = Enrolment.objects.filter(id__in=walk_ids, journey__status=Journey.Status.LIVE)
    return list(live.order_by("id").values_list("id", flat=True))


def resume(walk_ids: Sequence[int], now: datetime) -> None:
    """Let walks go on from where they stood; they are due at once."""
    Enrolment.objects.filter(id__in=walk_ids).update(
        state=Enrolment.State.ACTIVE,
        exit_reason="",
        ended_at=None,
        due_at=now,
        orders_changed=True,
    )
