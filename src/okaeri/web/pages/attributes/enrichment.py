"""Files of answers: upload, say which column is what and whose data it is, watch, take it back."""

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okaeri.customers import api as customers
from okaeri.customers.attribute_types import EnrichmentIn, EnrichmentRules, Origin
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.settings import load, save, specs_of
from okaeri.foundation.text import Text
from okaeri.foundation.work.jobs import JobView, get_job, list_jobs
from okaeri.intake import api as intake
from okaeri.intake.types import FileLayout
from okaeri.web import sight
from okaeri.web.access import needs
from okaeri.web.pages.attributes.panel import ORIGIN_NAMES
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.imports import uploads
from okaeri.web.reader import language_of, tell

KEY_KINDS = (
    ("email", Text("メールアドレス", "E-mail")),
    ("phone", Text("電話番号", "Phone")),
    ("member", Text("会員番号", "Member number")),
)
_PREVIEW_ROWS = 5
_NO_FILE = Text("CSVファイルを選んでください。", "Choose a CSV file.")
_NOT_ONE = Text("その取り込みは見つかりません。", "There is no such import.")
_BAD_DAY = Text("有効期限の日付を確かめてください。", "Check the day on which the data ends.")
_FORGOTTEN = Text(
    "「{source}」の回答 {n}件を取り消しました。", 'Took back {n} answers from "{source}".'
)
_UNDONE = Text("この取り込みの回答 {n}件を取り消しました。", "Took back {n} answers of this file.")
_SET = Text("設定を変えました。", "The setting was changed.")


@needs("imports.see", to_post="imports.change")
@require_http_methods(["GET", "POST"])
def enrichment(request: HttpRequest) -> HttpResponse:
    """Show the upload form, what is held by source, and what was taken in; or take a file."""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            raise InputError(_NO_FILE)
        key = uploads.keep(file)
        try:
            layout = intake.detect_file(uploads.path_of(key))
        except InputError:
            uploads.drop([key])
            raise
        return _ask(request, key, (file.name or "answers.csv")[:255], layout, None)
    context = {
        "tab": "attributes",
        "has_schema": any(one.is_active for one in customers.list_attributes()),
        "takes_other_data": load(EnrichmentRules).takes_other_data,
        "sources": [(one, ORIGIN_NAMES[one.origin]) for one in customers.list_file_sources()],
        "jobs": list_jobs(customers.ATTRIBUTE_JOB_KIND),
    }
    return render(request, "okaeri/attributes/enrichment.html", context)


@needs("settings.change")
@require_POST
def allow(request: HttpRequest) -> HttpResponse:
    """Let data in that others gathered, or no more."""
    known = {spec.key: spec for spec in specs_of(EnrichmentRules).values()}
    save(known, {"enrichment.takes_other_data": request.POST.get("allow") == "1"})
    tell(request, _SET)
    return redirect("enrichment")


def _ask(
    request: HttpRequest, key: str, filename: str, layout: FileLayout, problem: Text | None
) -> HttpResponse:
    rules = load(EnrichmentRules)
    origins = [Origin.FIRST, Origin.SECOND, Origin.THIRD]
    given = request.POST
    context = {
        "tab": "attributes",
        "key": key,
        "filename": filename,
        "layout": layout,
        "rows": layout.sample[:_PREVIEW_ROWS],
        "attributes": [one for one in customers.list_attributes() if one.is_active],
        "columns": [
            (number, column, given.get(f"column-{number}", ""))
            for number, column in enumerate(layout.header)
        ],
        "key_kinds": KEY_KINDS,
        "origins": [
            (o.value, ORIGIN_NAMES[o]) for o in origins[: 3 if rules.takes_other_data else 1]
        ],
        "takes_other_data": rules.takes_other_data,
        "member_sources": [one.source for one in intake.source_freshness()],
        "given": given,
        "problem": problem,
    }
    status = 400 if problem else 200
    return render(request, "okaeri/attributes/columns.html", context, status=status)


@needs("imports.change")
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Queue the file as it was mapped, or say what is missing."""
    key, filename = request.POST.get("key", ""), request.POST.get("filename", "")[:255]
    layout = intake.detect_file(uploads.path_of(key))
    try:
        given = _read(request, layout)
        customers.check_enrichment(given, layout.header)
    except InputError as error:
        return _ask(request, key, filename, layout, error.message)
    path = uploads.hand_over(key)
    job = customers.submit_attributes(path, given, filename=filename, at=clock.now())
    return redirect("enrichment_run", job)


def _read(request: HttpRequest, layout: FileLayout) -> EnrichmentIn:
    post = request.POST
    until = post.get("expires_on", "").strip()
    origin = post.get("origin", "first")
    try:
        expires_on = date.fromisoformat(until) if until else None
    except ValueError:
        raise InputError(_BAD_DAY) from None
    chosen = [(column, post.get(f"column-{n}", "")) for n, column in enumerate(layout.header)]
    return EnrichmentIn(
        key_column=post.get("key_column", ""),
        key_kind=post.get("key_kind", ""),
        columns={column: key for column, key in chosen if key},
        source=post.get("source", "").strip()[:40] or "import",
        origin=Origin(origin) if origin in set(Origin) else Origin.FIRST,
        basis=post.get("basis", "").strip()[:200],
        expires_on=expires_on,
        member_source=post.get("member_source", ""),
    )


@needs("imports.change")
@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Take back every answer of one source."""
    source = request.POST.get("source", "")
    gone = customers.forget_source(source)
    tell(request, _FORGOTTEN.format(source=source, n=gone))
    return redirect("enrichment")


@needs("imports.see")
@require_GET
def run(request: HttpRequest, job_id: int) -> HttpResponse:
    """Show what became of one file."""
    job = _job(job_id)
    rejected = job.result.get("rejected", []) if sight.sees_personal(request) else []
    batch = _batch_of(job)
    context = {
        "tab": "attributes",
        "job": job,
        "still_held": customers.count_attribute_batch(*batch) if batch else 0,
        "rejected": [(line, Text.from_json(why), cells) for line, why, cells in rejected[:50]],
    }
    name = "run_state" if request.headers.get("HX-Request") else "run"
    return render(request, f"okaeri/attributes/{name}.html", context)


def _batch_of(job: JobView) -> tuple[str, datetime] | None:
    """Give by what a finished file's answers are known: their source and the file's instant."""
    if not job.result.get("at"):
        return None
    return job.result["source"], datetime.fromisoformat(job.result["at"])


@needs("imports.change")
@require_POST
def undo(request: HttpRequest, job_id: int) -> HttpResponse:
    """Take back what one file said."""
    batch = _batch_of(_job(job_id))
    if batch is None:
        raise NotFoundError(_NOT_ONE)
    gone = customers.forget_batch(*batch)
    tell(request, _UNDONE.format(n=gone))
    return redirect("enrichment_run", job_id)


@needs("customers.see_personal")
@require_GET
def rejected(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """Give the rejected rows (the first thousand) as CSV with their reasons."""
    job = _job(job_id)
    language = language_of(request)
    rows = job.result.get("rejected", [])
    columns = [
        Text("行番号", "Line").render(language),
        Text("理由", "Reason").render(language),
        Text("内容", "Contents").render(language),
    ]
    return csv_response(
        f"rejected-answers-{job_id}",
        columns,
        ([line, Text.from_json(why).render(language), *cells] for line, why, cells in rows),
        encoding=asked_encoding(request) or "utf-8",
    )


def _job(job_id: int) -> JobView:
    job = get_job(job_id)
    if job.kind != customers.ATTRIBUTE_JOB_KIND:
        raise NotFoundError(_NOT_ONE)
    return job
