"""Long jobs and how far they are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from okaeri.customers import api as customers
from okaeri.customers.types import FIND_CANDIDATES
from okaeri.deliver import api as deliver
from okaeri.foundation.text import Text
from okaeri.foundation.work.jobs import get_job, list_jobs, submit_job
from okaeri.insight.job_types import BALANCE, COUNT_REPORTS, MOVEMENT_BETWEEN, REFRESH
from okaeri.intake import api as intake
from okaeri.web.access import needs

KIND_NAMES = {
    intake.JOB_KIND: Text("取り込み", "Import"),
    deliver.AUDIENCE_JOB_KIND: Text("LINEオーディエンスの同期", "Sync of a LINE audience"),
    REFRESH: Text("集計", "Analysis"),
    customers.ATTRIBUTE_JOB_KIND: Text("項目の取り込み", "Answers from a file"),
    BALANCE: Text("顧客BS(5年の見通し)", "Customer balance, five years ahead"),
    COUNT_REPORTS: Text("購入回数ごとの集計", "Figures by purchase count"),
    MOVEMENT_BETWEEN: Text("2つの日のクラスの移動", "Movement between two days"),
    FIND_CANDIDATES: Text("名寄せの確認", "Search for one person twice"),
}
STATUS_NAMES = {
    "queued": Text("順番待ち", "Waiting"),
    "running": Text("実行中", "Running"),
    "done": Text("完了", "Done"),
    "failed": Text("失敗", "Failed"),
}


@needs("jobs.see")
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """List the newest jobs."""
    rows = [(job, kind_name(job.kind), STATUS_NAMES[job.status]) for job in list_jobs(limit=50)]
    return render(request, "okaeri/jobs/list.html", {"tab": "jobs", "rows": rows})


@needs("jobs.see")
@require_GET
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Show one job; asked by htmx, only its progress."""
    found = get_job(job_id)
    share = found.share
    context = {
        "tab": "imports" if found.kind == intake.JOB_KIND else "jobs",
        "job": found,
        "kind": kind_name(found.kind),
        "status_name": STATUS_NAMES[found.status],
        "percent": None if share is None else round(share * 100),
        "run_id": found.result.get("run_id"),
    }
    name = "progress" if request.headers.get("HX-Request") else "job"
    return render(request, f"okaeri/jobs/{name}.html", context)


@needs("jobs.change")
@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    """Ask for a new analysis now."""
    return redirect("job", submit_job(REFRESH, {}))


def kind_name(kind: str) -> Text:
    """Name a kind of job."""
    return KIND_NAMES.get(kind, Text(kind, kind))
