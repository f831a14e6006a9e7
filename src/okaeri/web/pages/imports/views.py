"""Imports: upload, see what the file is, import it, watch, fetch what was rejected."""

import io
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.types import FileLayout
from okaeri.web import sight
from okaeri.web.access import needs
from okaeri.web.pages.csv_file import asked_encoding
from okaeri.web.pages.imports import uploads
from okaeri.web.pages.imports.columns import (
    FIELDS,
    RECORDS,
    TOLD_APART_BY,
    ask_columns,
    find_connector,
    is_for_analysis,
    records_in,
)

_NO_FILE = Text(
    "CSVファイルを1つ、または組になった2つを選んでください。",
    "Choose one CSV file, or two that belong together.",
)
_MOST_FILES = 2
_PREVIEW_ROWS = 5


@needs("imports.see")
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """Show the upload form and what was imported so far."""
    context = {
        "tab": "imports",
        "runs": intake.list_import_runs(),
        "connectors": [c for c in intake.list_connectors() if c.key != "mapped_mall"],
    }
    return render(request, "okaeri/imports/list.html", context)


@needs("imports.change")
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file (or the two halves of one) and say what it is; nothing is imported yet."""
    given = request.FILES.getlist("file")
    if not given or len(given) > _MOST_FILES:
        raise InputError(_NO_FILE)
    filename = " + ".join(file.name or "orders.csv" for file in given)[:255]
    keys = [uploads.keep(file) for file in given]
    try:
        key = keys[0] if len(keys) == 1 else uploads.join(*keys)
        layout = intake.detect_file(uploads.path_of(key))
    except InputError:
        uploads.drop(keys)
        raise
    if not layout.connector:
        return ask_columns(request, key, filename, layout, {}, None)
    problem = intake.find_layout_problem(layout)
    if problem:
        return ask_columns(request, key, filename, layout, _known(layout), problem)
    return _show_recognised(request, key, filename, layout)


def _show_recognised(
    request: HttpRequest, key: str, filename: str, layout: FileLayout
) -> HttpResponse:
    columns = _known(layout)
    kind = records_in(layout, columns)
    labels = kind.fields if kind else FIELDS
    is_mall = is_for_analysis(layout, columns)
    used = set(columns.values())
    unused = [name for name in layout.header if name not in used]
    secret = [columns[name] for name in TOLD_APART_BY if name in columns] if is_mall else []
    if is_mall:
        secret += [name for name in unused if intake.can_reach(name)]
    connector = find_connector(layout.connector)
    context = {
        "tab": "imports",
        "key": key,
        "filename": filename,
        "layout": layout,
        "connector": connector,
        "is_analysis_only": is_mall,
        "columns": [
            (labels[name], columns[name])
            for name in labels
            if name in columns and columns[name] not in secret
        ],
        "secret": secret,
        "kept": [name for name in unused if name not in secret],
        "are_questions": kind is not None and kind.key == "surveys" and "question" not in columns,
        "rows": layout.sample[:_PREVIEW_ROWS],
    }
    return render(request, "okaeri/imports/recognised.html", context)


def _known(layout: FileLayout) -> Mapping[str, str]:
    """Give what is known of a file's columns: our field → column, and which records they are."""
    saved = _saved(layout)
    if saved:
        return saved
    found, kind = intake.recognised_columns(layout), intake.record_kind_of(layout.connector)
    return found | {RECORDS: kind} if kind else found


def _saved(layout: FileLayout) -> Mapping[str, str] | None:
    if not layout.saved_mapping:
        return None
    return next((m.columns for m in intake.list_mappings() if m.name == layout.saved_mapping), None)


@needs("imports.change")
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Import the file as it was recognised, or ask for its columns instead."""
    key, filename = request.POST.get("key", ""), request.POST.get("filename", "")[:255]
    layout = intake.detect_file(uploads.path_of(key))
    if request.POST.get("do") == "columns" or not layout.connector:
        return ask_columns(request, key, filename, layout, _known(layout), None)
    job = intake.submit_import(
        uploads.hand_over(key),
        filename=filename,
        connector=layout.connector,
        mapping=_saved(layout),
    )
    return redirect("job", job)


@needs("imports.see")
@require_GET
def import_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show what became of one file, with the rows that could not be used."""
    run = intake.get_import_run(run_id)
    found = intake.iter_rejected_rows(run_id) if sight.sees_personal(request) else ()
    rejected = [row for row, _ in zip(found, range(50), strict=False)]
    context = {
        "tab": "imports",
        "run": run,
        "rejected": rejected,
        "connector": find_connector(run.connector),
    }
    return render(request, "okaeri/imports/run.html", context)


@needs("customers.see_personal")
@require_GET
def rejected(request: HttpRequest, run_id: int) -> HttpResponse:
    """Give the rejected rows as CSV, ready to be put right and imported again."""
    intake.get_import_run(run_id)
    stream = io.BytesIO()
    encoding = "cp932" if asked_encoding(request) == "shift_jis" else "utf-8-sig"
    intake.write_rejected_csv(run_id, stream, encoding)
    response = HttpResponse(stream.getvalue(), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="rejected-{run_id}.csv"'
    return response
