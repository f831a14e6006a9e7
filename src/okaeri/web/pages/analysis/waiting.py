"""A page whose figures are counted when somebody first asks for them: queued once, then it waits."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from okaeri.foundation.work.jobs import JobView, find_job, get_job, submit_job
from okaeri.insight import api as insight
from okaeri.web.pages.analysis.frame import frame, page_of

# Jobs of pages that wait so; one that failed is tried anew by `count_pages.count_again`.
MOVEMENT, BALANCE = "movement_between", "balance"


def ask_for(kind: str, payload: Mapping[str, str]) -> JobView:
    """Queue a job of this refresh once, however often it is asked for."""
    return get_job(submit_job(kind, dict(payload), slot=_slot(kind, payload)))


def wait_for(
    request: HttpRequest, page: str, kind: str, payload: Mapping[str, str]
) -> HttpResponse:
    """Ask for a job and tell how far it is; the page refreshes itself."""
    return tell_progress(request, page, ask_for(kind, payload), is_of_everybody=True)


def offer(request: HttpRequest, page: str, kind: str) -> HttpResponse:
    """Tell how far a job is that somebody asked for; before that, show the button that asks."""
    return tell_progress(request, page, find_job(_slot(kind, {})), is_of_everybody=True)


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
    request: HttpRequest, page: str, job: JobView | None, *, is_of_everybody: bool
) -> HttpResponse:
    """Tell how far a job is, as a page or as the part of it that asks again; None: nobody asked yet."""
    share = job.share if job else None
    context = {
        **heading(page),
        "job": job,
        "percent": None if share is None else round(share * 100),
        "is_of_everybody": is_of_everybody,
    }
    name = "parts/count_progress" if request.headers.get("HX-Request") else "analysis/count_waiting"
    return render(request, f"okaeri/{name}.html", context)
