"""A page whose figures are counted when somebody asks for them: a button queues the job, then it waits.

Looking at such a page (GET) queues nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from okaeri.foundation.text import Text
from okaeri.foundation.work.jobs import JobView, find_job, retry_job, submit_job
from okaeri.insight import api as insight
from okaeri.web.pages.analysis.frame import frame, page_of


@dataclass(frozen=True, slots=True)
class Offer:
    """What a page says before anybody asked: the sentence, and where the button posts to."""

    sentence: Text
    address: str


def ask_for(kind: str, payload: Mapping[str, str]) -> None:
    """Queue a job of this refresh once, however often it is asked for."""
    queue(kind, payload, _slot(kind, payload))


def queue(kind: str, payload: Mapping[str, Any], slot: str) -> None:
    """Queue what has no figures yet: once, and anew where the job of the slot is over without them."""
    retry_job(submit_job(kind, dict(payload), slot=slot), also_done=True)


def offer(
    request: HttpRequest, page: str, kind: str, payload: Mapping[str, str], button: Offer
) -> HttpResponse:
    """Tell how far a job is that somebody asked for; before that, show the button that asks."""
    job = find_job(_slot(kind, payload))
    return tell_progress(request, page, job, button, is_of_everybody=True)


def _slot(kind: str, payload: Mapping[str, str]) -> str:
    last = insight.find_report("summary")
    mark = last.computed_at.isoformat() if last else ""
    # By other rules it is another question.
    return ":".join([kind, "~".join(payload.values()), insight.present_version(), mark])[:120]


def heading(page: str) -> dict[str, Any]:
    """Give what stands above a page that has no figures yet."""
    return {
        **frame(page),
        "question": page_of(page).question,
        "analysed_on": insight.find_report_day("summary"),
    }


def tell_progress(
    request: HttpRequest, page: str, job: JobView | None, button: Offer, *, is_of_everybody: bool
) -> HttpResponse:
    """Tell how far a job is, as a page or as the part of it that asks again; without one, offer it.

    A job that is done and left no figures (they were let go) counts as not asked for.
    """
    if job is not None and job.status == "done":
        job = None
    if job is None and request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    share = job.share if job else None
    context = {
        **heading(page),
        "job": job,
        "button": button,
        "percent": None if share is None else round(share * 100),
        "is_of_everybody": is_of_everybody,
    }
    name = "parts/count_progress" if request.headers.get("HX-Request") else "analysis/count_waiting"
    return render(request, f"okaeri/{name}.html", context)
