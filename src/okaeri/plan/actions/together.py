"""Journeys follow merges: nobody walks the same journey twice at once, and an undo lets him go on."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.customers.types import MergeView
from okaeri.deliver import api as deliver
from okaeri.foundation.work import cursors
from okaeri.plan.actions.keys import LONGEST_GRACE, pending_keys
from okaeri.plan.domain.advance import Taken
from okaeri.plan.domain.together import doubled_walks
from okaeri.plan.store import together as store
from okaeri.plan.store.rows import MERGED
from okaeri.plan.store.walks import insert_decisions

_DUTY = "plan.follow_merges"
_BATCH = 500


def follow_merges(now: datetime) -> int:
    """Look at the merges made and taken back since the last time; gives how many.

    One transaction: (1) lock the cursor, (2) end or resume walks, (3) call their messages back or put
    them back in line, (4) move the cursor.
    """
    if not customers.list_merges_after(cursors.read(_DUTY), 1):
        return 0
    with transaction.atomic():
        merges = customers.list_merges_after(cursors.wait(_DUTY), _BATCH)
        for merge in merges:
            _follow(merge, now)
        if merges:
            cursors.advance(_DUTY, merges[-1].change_no, now)
    return len(merges)


def _follow(merge: MergeView, now: datetime) -> None:
    families = customers.families_of((merge.kept_id, merge.absorbed_id))
    ids = {number for family in families.values() for number in family}
    if merge.undone_at is not None:
        _resume(merge.id, ids, now)
    for family in set(families.values()):
        _end_doubled(merge.id, family, now)


def _end_doubled(merge_id: int, family: Sequence[int], now: datetime) -> None:
    doubled = doubled_walks(store.active_walks(family))
    ended = [walk.walk_id for walk, _ in doubled]
    if not ended:
        return
    store.end(ended, now)
    insert_decisions(
        (
            (
                walk.walk_id,
                Taken(
                    walk.node,
                    "exited",
                    {"code": MERGED, "merge_id": merge_id, "walk": first.walk_id},
                ),
            )
            for walk, first in doubled
        ),
        now,
    )
    deliver.withdraw(_keys(ended, now), MERGED, now)


def _resume(merge_id: int, ids: set[int], now: datetime) -> None:
    walks = store.ended_by(merge_id, ids)
    resumed = [walk.walk_id for walk in walks]
    if not resumed:
        return
    store.resume(resumed, now)
    why = {"code": "unmerged", "merge_id": merge_id}
    insert_decisions(((walk.walk_id, Taken(walk.node, "resumed", why)) for walk in walks), now)
    # What a pause has called back since stays where it is.
    deliver.restore(_keys(store.of_live_journeys(resumed), now), MERGED, now)


def _keys(walk_ids: list[int], now: datetime) -> list[str]:
    return pending_keys(enrolment_ids=walk_ids, since=now - LONGEST_GRACE)
