"""The review queue (確認待ちの名寄せ): two people side by side, and one question."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from okaeri.customers import api as customers
from okaeri.customers.types import FIND_CANDIDATES, CandidateView, CustomerProfile
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.foundation.work.jobs import list_jobs, submit_job
from okaeri.web import sight
from okaeri.web.access import needs
from okaeri.web.reader import tell

_PAGE = 10
_LATEST = 10
_MOST_SHOWN = 0.999
FIELD_NAMES = {
    "name": Text("お名前", "Name"),
    "address": Text("住所", "Address"),
    "phone": Text("電話", "Phone"),
    "email": Text("メール", "E-mail"),
    "birth": Text("誕生日", "Birthday"),
}
AGREEMENTS = {
    "same": Text("一致", "Same"),
    "close": Text("ほぼ一致", "Nearly the same"),
    "different": Text("違います", "Different"),
    "missing": Text("どちらかにありません", "Not known of both"),
}
_LIKELINESS = (
    (0.99, Text("ほぼ確実に同じ方です", "Almost certainly one person")),
    (0.9, Text("同じ方の可能性が高いです", "Very likely one person")),
    (0.5, Text("同じ方かもしれません", "Perhaps one person")),
    (0.0, Text("別の方の可能性が高いです", "Rather two people")),
)
_DONE = {
    "same": Text("お一人にまとめました。", "The two are one now."),
    "apart": Text("別の方として覚えました。", "Noted: two people."),
    "undo": Text("元に戻しました。", "Taken back."),
}
_NO_ANSWER = Text(
    "「同じ方です」か「別の方です」を選んでください。", 'Choose "one person" or "two people".'
)
_TAKEN_BACK = Text("名寄せを取り消しました。", "The merge was taken back.")


class Row(NamedTuple):
    """One compared field: its name, both sides, and how well they agree."""

    name: Text
    left: str
    right: str
    agreement: str
    verdict: Text


class Question(NamedTuple):
    """One pair as the page shows it; a side is None where this person may not see it at all."""

    candidate: CandidateView
    likeliness: Text
    # Never quite certain, whatever the rounding says.
    probability: float
    left: CustomerProfile
    right: CustomerProfile
    rows: tuple[Row, ...]


@needs("customers.change")
@require_GET
def matching(request: HttpRequest) -> HttpResponse:
    """Show the likeliest open questions and the latest answers."""
    candidates, total = customers.list_candidates(limit=_PAGE)
    decided = sorted(
        (
            one
            for status in ("merged", "apart")
            for one in customers.list_candidates(status, limit=_LATEST)[0]
        ),
        key=lambda one: (one.decided_at is not None, one.decided_at),
        reverse=True,
    )[:_LATEST]
    people = sight.show(
        request,
        customers.list_profiles(
            {side for one in (*candidates, *decided) for side in (one.left_id, one.right_id)}
        ),
        fields=sight.PROFILE,
    )
    return render(
        request,
        "okaeri/matching/matching.html",
        {
            "questions": [_question(one, people) for one in candidates],
            "total": total,
            "decided": [(one, people[one.left_id], people[one.right_id]) for one in decided],
            "search": next(
                (job for job in list_jobs(limit=50) if job.kind == FIND_CANDIDATES), None
            ),
        },
    )


def _question(candidate: CandidateView, people: dict[int, CustomerProfile]) -> Question:
    left, right = people[candidate.left_id], people[candidate.right_id]
    said, other = customers.compared_fields(left), customers.compared_fields(right)
    rows = tuple(
        Row(
            FIELD_NAMES[one.field],
            said[one.field],
            other[one.field],
            one.agreement,
            AGREEMENTS[one.agreement],
        )
        for one in candidate.evidence
    )
    shown = min(candidate.probability, _MOST_SHOWN)
    return Question(candidate, likeliness(shown), shown, left, right, rows)


def likeliness(probability: float) -> Text:
    """Put a probability into words."""
    return next(words for least, words in _LIKELINESS if probability >= least)


@needs("customers.change")
@require_POST
def answer(request: HttpRequest, candidate_id: int) -> HttpResponse:
    """Take an answer of staff, or take one back."""
    staff = request.user.get_username()
    said = request.POST.get("answer", "")
    if said == "same":
        customers.merge_candidate(candidate_id, staff)
    elif said == "apart":
        customers.keep_apart(candidate_id, staff)
    elif said == "undo":
        customers.reopen_candidate(candidate_id, staff)
    else:
        raise InputError(_NO_ANSWER)
    tell(request, _DONE[said])
    return redirect("matching")


@needs("customers.change")
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Look for pairs now."""
    return redirect("job", submit_job(FIND_CANDIDATES, {}))


@needs("customers.change")
@require_POST
def undo_merge(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Make two people of one again, from the person's page."""
    merge = customers.get_merge(merge_id)
    customers.undo_merge(merge_id, request.user.get_username())
    tell(request, _TAKEN_BACK)
    return redirect("customer", merge.kept_id)
