"""A view over the people of one purchase count: computed in a job when first asked for, then kept."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.foundation.work.jobs import JobView, get_job, retry_job, submit_job
from okaeri.insight import api as insight
from okaeri.insight.count_types import CountFacet
from okaeri.web.access import needs
from okaeri.web.count_facet import PAGES, ask
from okaeri.web.narrowing import narrowed_to
from okaeri.web.pages.analysis.waiting import BALANCE, MOVEMENT, heading, tell_progress

JOB = "count_reports"
_NO_JOB = Text("その計算は見つかりません。", "There is no such computation.")
View = Callable[..., HttpResponseBase]
_FILE = re.compile(r'\.csv"')


def with_count_facet(page: str) -> Callable[[View], View]:
    """Offer the facet on a view that reads its reports by `count_facet.report_of`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def shown(request: HttpRequest, *args: Any, **words: Any) -> HttpResponseBase:  # noqa: ANN401
            facet = ask(request) if request.method == "GET" else None
            if facet is None:
                return view(request, *args, **words)
            known = insight.find_count_report(insight.FACET_REPORT, facet.token)
            has_people = known is not None and known.payload["customers"] > 0
            if known is None or (has_people and not _has_all(page, facet)):
                if "csv" in request.GET:
                    # A page that waits reloads itself: a file must not come of that.
                    return redirect(_without_csv(request))
                return tell_progress(request, page, _job(page, facet), is_of_everybody=False)
            if request.headers.get("HX-Request"):
                return HttpResponse(headers={"HX-Refresh": "true"})
            if not has_people:
                return render(request, "okaeri/analysis/count_nobody.html", heading(page))
            request.count_facet = facet  # type: ignore[attr-defined]
            with narrowed_to(insight.count_rule(facet)):
                return _named(view(request, *args, **words), facet)

        return shown

    return decorate


def _has_all(page: str, facet: CountFacet) -> bool:
    return all(insight.find_count_report(name, facet.token) for name in PAGES[page])


def _without_csv(request: HttpRequest) -> str:
    asked = request.GET.copy()
    del asked["csv"]
    return f"{request.path}?{asked.urlencode()}"


def _job(page: str, facet: CountFacet) -> JobView:
    """Ask for the reports of this refresh once."""
    last = insight.find_report("summary")
    mark = last.computed_at.isoformat() if last else ""
    slot = f"count:{page}:{facet.token}:{mark}"[:120]
    payload = {
        "counted": facet.counted.value,
        "least": facet.band.least,
        "sku": facet.sku,
        "names": list(PAGES[page]),
    }
    return get_job(submit_job(JOB, payload, slot=slot))


@needs("figures.see")
@require_POST
def count_again(request: HttpRequest, job_id: int) -> HttpResponse:
    """Try a job that failed anew; it keeps its slot, so asking often queues nothing more."""
    if get_job(job_id).kind not in (JOB, MOVEMENT, BALANCE):
        raise NotFoundError(_NO_JOB)
    retry_job(job_id)
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if is_ours else "portfolio")


def _named(response: HttpResponseBase, facet: CountFacet) -> HttpResponseBase:
    """Let a downloaded file say of whom it is."""
    said = response.headers.get("Content-Disposition", "")
    if said:
        response.headers["Content-Disposition"] = _FILE.sub(f'-{facet.token}.csv"', said)
    return response
