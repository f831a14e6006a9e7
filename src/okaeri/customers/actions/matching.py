"""The review queue: who may be one person, and what staff said to it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa
from django.db import transaction

from okaeri.customers.actions.merge import find_open_merge, merge_customers, undo_merge
from okaeri.customers.domain.matching import given_relation, is_question
from okaeri.customers.models import MatchCandidate
from okaeri.customers.store import identity, matching, people
from okaeri.customers.store.scoring import Scored, score
from okaeri.customers.types import CandidateView, CustomerProfile, FieldEvidence, MatchingRules
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.intake import api as intake

_STEPS = 3
_CHECKED = 10_000
_NO_CANDIDATE = Text(
    "確認待ち {id} は見つかりません。一覧を読み込み直してください。",
    "There is no question {id}; reload the list.",
)
_NOT_OPEN = Text(
    "確認待ち {id} はもう決まっています。一覧を読み込み直してください。",
    "Question {id} is already answered; reload the list.",
)
_STAFF = "staff"


class Question(NamedTuple):
    """A pair (left < right) worth asking about, and the figures behind it."""

    left: int
    right: int
    scored: Scored


def find_questions(everyone: pa.Table, at_least: float) -> Iterator[Question]:
    """Give the pairs of `everyone` that the model finds likely and the rules allow to ask about."""
    waiting: list[Scored] = []
    for scored in score(everyone, at_least):
        waiting.append(scored)
        if len(waiting) == _CHECKED:
            yield from _allowed(everyone, waiting)
            waiting = []
    yield from _allowed(everyone, waiting)


def _allowed(everyone: pa.Table, pairs: list[Scored]) -> Iterator[Question]:
    rows = matching.rows_of(everyone, {side for one in pairs for side in (one.left, one.right)})
    for one in pairs:
        if is_question(one.agreements, given_relation(rows[one.left], rows[one.right])):
            yield Question(one.left, one.right, one)


def find_candidates(
    now: datetime, progress: Callable[[int, int], None] | None = None
) -> dict[str, int]:
    """Bring the review queue up to date; gives how many people were compared, open and new ones.

    Nothing is ever merged here. What staff decided stays decided.
    """
    tell = progress or _tell_nobody
    tell(0, _STEPS)
    everyone = matching.read_people()
    tell(1, _STEPS)
    questions = list(find_questions(everyone, load(MatchingRules).ask_from))
    tell(2, _STEPS)
    with transaction.atomic():
        # No merge happens while the queue is written.
        identity.wait_for_cursor()
        ids = {side for one in questions for side in (one.left, one.right)}
        live = {number for number, root in identity.roots_of(ids).items() if number == root}
        apart = identity.pairs_held_apart()
        found = {
            (one.left, one.right): (one.scored.probability, _evidence(one.scored))
            for one in questions
            if {one.left, one.right} <= live and (one.left, one.right) not in apart
        }
        new = matching.replace_open(found, now)
    tell(_STEPS, _STEPS)
    return {"people": everyone.num_rows, "open": len(found), "new": new}


def _tell_nobody(_done: int, _total: int) -> None:
    pass


def _evidence(scored: Scored) -> list[dict[str, Any]]:
    return [
        {"field": field, "agreement": agreement, "weight": round(scored.weights[field], 2)}
        for field, agreement in scored.agreements.items()
    ]


def list_candidates(
    status: str = "open", *, offset: int = 0, limit: int = 20
) -> tuple[list[CandidateView], int]:
    """Give one page of questions (`status`: open, merged, apart) and how many there are."""
    rows, count = matching.page(status, offset, limit)
    known = people.views_of({side for row in rows for side in (row.left_id, row.right_id)})
    return [_view(row, known) for row in rows], count


def _view(row: MatchCandidate, known: dict[int, CustomerProfile]) -> CandidateView:
    left, right = compared_fields(known[row.left_id]), compared_fields(known[row.right_id])
    return CandidateView(
        id=row.pk,
        left_id=row.left_id,
        right_id=row.right_id,
        probability=row.probability,
        evidence=tuple(
            FieldEvidence(
                one["field"], left[one["field"]], right[one["field"]], one["agreement"],
                one["weight"],
            )
            for one in row.evidence
        ),
        status=row.status,
        found_at=row.found_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )  # fmt: skip


def compared_fields(person: CustomerProfile) -> dict[str, str]:
    """Give what a person says in each field that the model compares, for people to read."""
    kana = " ".join(part for part in (person.family_kana, person.given_kana) if part)
    postal = f"〒{person.postal_code} " if person.postal_code else ""
    return {
        "name": f"{person.full_name}({kana})"
        if person.full_name and kana
        else person.full_name or kana,
        "address": f"{postal}{person.prefecture}{person.address}",
        "phone": person.phone,
        "email": person.email,
        "birth": person.birth_on.isoformat() if person.birth_on else "",
    }


def merge_candidate(candidate_id: int, staff: str) -> int:
    """Make the two one, because somebody of the staff says so; gives the merge's id."""
    now = clock.now()
    with transaction.atomic():
        identity.wait_for_cursor()
        row = _get(candidate_id)
        roots = identity.roots_of((row.left_id, row.right_id))
        kept, absorbed = sorted(roots.values())
        if row.status != MatchCandidate.Status.OPEN or kept == absorbed:
            raise InputError(_NOT_OPEN.format(id=candidate_id))
        moved = merge_customers(kept, absorbed, evidence=[_STAFF], now=now, by=staff)
        intake.touch_orders_of_parties(moved)
        matching.decide(candidate_id, MatchCandidate.Status.MERGED, staff, now)
    merge = find_open_merge(kept, absorbed)
    if merge is None:
        raise RuntimeError(f"the merge of {kept} and {absorbed} left no record")
    return merge


def keep_apart(candidate_id: int, staff: str) -> None:
    """Note that the two are two people: no key and no later search joins them by itself."""
    with transaction.atomic():
        if _get(candidate_id).status != MatchCandidate.Status.OPEN:
            raise InputError(_NOT_OPEN.format(id=candidate_id))
        matching.decide(candidate_id, MatchCandidate.Status.APART, staff, clock.now())


def reopen_candidate(candidate_id: int, staff: str) -> None:
    """Take an answer back: two people that were joined by it are two again, and the question is open."""
    with transaction.atomic():
        row = _get(candidate_id)
        if row.status == MatchCandidate.Status.OPEN:
            return
        if row.status == MatchCandidate.Status.MERGED:
            merge = find_open_merge(row.left_id, row.right_id)
            if merge is not None:
                undo_merge(merge, staff)
        matching.decide(candidate_id, MatchCandidate.Status.OPEN, staff, None)


def _get(candidate_id: int) -> MatchCandidate:
    row = matching.lock(candidate_id)
    if row is None:
        raise NotFoundError(_NO_CANDIDATE.format(id=candidate_id))
    return row
