"""A view over the people of one purchase count: computed in a job when somebody asks, then kept."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.foundation.work.jobs import find_job, get_job, retry_job
from okaeri.insight import api as insight
from okaeri.insight.count_types import CountFacet
from okaeri.insight.job_types import BALANCE, COUNT_REPORTS, MOVEMENT_BETWEEN
from okaeri.web.access import needs
from okaeri.web.count_facet import PAGES, ask
from okaeri.web.narrowing import narrowed_to
from okaeri.web.pages.analysis.waiting import (
    Offer,
    heading,
    queue,
    tell_progress,
)

_NO_JOB = Text("その計算は見つかりません。", "There is no such computation.")
_NO_PAGE = Text("この分析は、購入回数では分けません。", "This analysis is not split by count.")
_ON_ASKING = Text(
    "購入回数ごとの数字は、お求めのときに計算します。数分かかることがあります。",
    "Figures by purchase count are computed when you ask for them; that may take some minutes.",
)
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
            if not _is_ready(page, facet):
                if "csv" in request.GET:
                    # A page that waits reloads itself: a file must not come of that.
                    return redirect(_address(request, request.path))
                button = Offer(_ON_ASKING, _address(request, reverse("count_ask", args=[page])))
                job = find_job(_slot_of(page, facet))
                return tell_progress(request, page, job, button, is_of_everybody=False)
            if request.headers.get("HX-Request"):
                return HttpResponse(headers={"HX-Refresh": "true"})
            if not _people_of(facet):
                return render(request, "okaeri/analysis/count_nobody.html", heading(page))
            request.count_facet = facet  # type: ignore[attr-defined]
            with narrowed_to(insight.count_rule(facet)):
                return _named(view(request, *args, **words), facet)

        return shown

    return decorate


def _people_of(facet: CountFacet) -> int | None:
    """Give how many people stand at a count; None before it was computed for this refresh."""
    known = insight.find_count_report(insight.FACET_REPORT, facet.token)
    return known.payload["customers"] if known else None


def _is_ready(page: str, facet: CountFacet) -> bool:
    """Tell whether all reports of a page are there; of nobody there are none."""
    people = _people_of(facet)
    if people is None:
        return False
    return not people or all(insight.find_count_report(n, facet.token) for n in PAGES[page])


def _address(request: HttpRequest, path: str) -> str:
    """Give another address with the words of this one; a file is asked for once it is there."""
    asked = request.GET.copy()
    asked.pop("csv", None)
    return f"{path}?{asked.urlencode()}"


def _slot_of(page: str, facet: CountFacet) -> str:
    """Give the slot of a page's job of this refresh: it runs once."""
    last = insight.find_report("summary")
    mark = last.computed_at.isoformat() if last else ""
    return f"count:{page}:{facet.token}:{mark}"[:120]


@needs("figures.see")
@require_POST
def count_ask(request: HttpRequest, page: str) -> HttpResponse:
    """Ask for the figures of a page by the count of the address; then the page tells how far they are."""
    if page not in PAGES:
        raise NotFoundError(_NO_PAGE)
    facet = ask(request)
    if facet is not None and not _is_ready(page, facet):
        _ask(page, facet)
    return redirect(_address(request, reverse(page)))


def _ask(page: str, facet: CountFacet) -> None:
    payload = {
        "counted": facet.counted.value,
        "least": facet.band.least,
        "sku": facet.sku,
        "names": list(PAGES[page]),
    }
    queue(COUNT_REPORTS, payload, _slot_of(page, facet))


@needs("figures.see")
@require_POST
def count_again(request: HttpRequest, job_id: int) -> HttpResponse:
    """Try a job that failed anew; it keeps its slot, so asking often queues nothing more."""
    if get_job(job_id).kind not in (COUNT_REPORTS, MOVEMENT_BETWEEN, BALANCE):
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
