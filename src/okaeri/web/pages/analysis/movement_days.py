"""The two days a movement is asked between, and the wait until it is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from okaeri.foundation.work.jobs import get_job, submit_job
from okaeri.insight import api as insight
from okaeri.insight.types import ReportView
from okaeri.web.pages.analysis.frame import frame, page_of

JOB = "movement_between"


@dataclass(frozen=True, slots=True)
class Asked:
    """The days one may choose (newest first) and the two that are chosen; None: as every night counts."""

    days: Sequence[date]
    before: date | None
    after: date | None
    report: ReportView | None

    @property
    def is_chosen(self) -> bool:
        """Tell whether two days are chosen."""
        return self.before is not None


def asked_days(request: HttpRequest, usual: ReportView | None) -> Asked:
    """Read ?from=2026-01-31&to=2026-03-31; days that are not of the list choose nothing.

    The two days every night compares are the usual page: its cells lead to their people.
    """
    days = sorted(insight.movement_days(), reverse=True)
    before, after = (_day(request.GET.get(word, ""), days) for word in ("from", "to"))
    if before is None or after is None or before >= after or _is_usual(before, after, usual):
        return Asked(days, None, None, usual)
    return Asked(days, before, after, insight.find_movement_between(before, after))


def _day(text: str, days: Sequence[date]) -> date | None:
    return next((day for day in days if day.isoformat() == text), None)


def _is_usual(before: date, after: date, usual: ReportView | None) -> bool:
    return (
        usual is not None
        and usual.as_of == after
        and usual.payload["before_on"] == before.isoformat()
    )


def waiting(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Ask for the movement once, and tell how far it is; the page refreshes itself."""
    if asked.before is None or asked.after is None:
        raise TypeError("nothing is waited for where no days are chosen")
    days = {"before": asked.before.isoformat(), "after": asked.after.isoformat()}
    last = insight.find_report("summary")
    mark = last.computed_at.isoformat() if last else ""
    slot = f"movement:{'~'.join(days.values())}:{mark}"[:120]
    job = get_job(submit_job(JOB, days, slot=slot))
    context: dict[str, Any] = {
        **frame("movement"),
        "question": page_of("movement").question,
        "analysed_on": insight.find_report_day("summary"),
        "job": job,
        "percent": None,
        "is_of_days": True,
    }
    is_asked_again = request.headers.get("HX-Request")
    name = "parts/count_progress" if is_asked_again else "analysis/count_waiting"
    return render(request, f"okaeri/{name}.html", context)
