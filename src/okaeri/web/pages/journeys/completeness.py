"""Whether the journeys care for every kind of customer to the end."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from okaeri.plan import api as plan
from okaeri.web.access import needs
from okaeri.web.pages.csv_file import asked_encoding, csv_response

_CSV = ("kind", "journeys", "drafts", "entry", "goal", "exit", "next")


@needs("journeys.see")
@require_GET
def completeness(request: HttpRequest) -> HttpResponseBase:
    """Show entry, goal, exit and next journey of every kind of customer."""
    checks = plan.check_completeness()
    encoding = asked_encoding(request)
    if encoding:
        rows = (
            (
                one.key,
                " ".join(one.journeys),
                " ".join(one.drafts),
                one.has_entry,
                one.has_goal,
                one.has_exit,
                " ".join(one.next_journeys),
            )
            for one in checks
        )
        return csv_response("completeness", _CSV, rows, encoding=encoding)
    names = {journey.key: journey.name for journey in plan.list_journeys()}
    passed, whole = sum(one.passed for one in checks), 4 * len(checks)
    context = {
        "tab": "journeys",
        "rows": [
            {
                "check": one,
                "journeys": [(key, names[key]) for key in one.journeys],
                "drafts": [(key, names[key]) for key in one.drafts],
                "following": [(key, names[key]) for key in one.next_journeys],
            }
            for one in checks
        ],
        "share": passed / whole,
        "open": [one for one in checks if one.passed < 4],
    }
    return render(request, "okaeri/journeys/completeness.html", context)
