"""Imports: upload, recognise, say which column is which, watch, fetch what was rejected."""

import io
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.types import FileLayout
from okaeri.web.pages.csv_file import asked_encoding
from okaeri.web.pages.imports import uploads

_NO_FILE = Text("CSVファイルを選んでください。", "Choose a CSV file.")
_PREVIEW_ROWS = 20

# What a person may point a column at, in the order of the form; the first five are needed.
FIELDS: dict[str, Text] = {
    "order_no": Text("注文番号(必須)", "Order number (needed)"),
    "ordered_at": Text("注文日時(必須)", "Order date (needed)"),
    "sku": Text("商品コード(必須)", "Product code (needed)"),
    "quantity": Text("数量(必須)", "Quantity (needed)"),
    "unit_price": Text("単価(単価か金額が必須)", "Unit price (this or amount)"),
    "amount": Text("明細金額", "Line amount"),
    "product_name": Text("商品名", "Product name"),
    "member_no": Text("会員番号", "Member number"),
    "email": Text("メールアドレス", "E-mail"),
    "phone": Text("電話番号", "Phone"),
    "name": Text("氏名", "Full name"),
    "family_name": Text("姓", "Family name"),
    "given_name": Text("名", "Given name"),
    "family_kana": Text("セイ", "Family name, kana"),
    "given_kana": Text("メイ", "Given name, kana"),
    "postal_code": Text("郵便番号", "Postal code"),
    "prefecture": Text("都道府県", "Prefecture"),
    "address": Text("住所", "Address"),
    "email_opt_in": Text("メール配信の同意", "E-mail consent"),
    "status": Text("注文の状態", "Order status"),
    "discount": Text("値引き", "Discount"),
    "points": Text("ポイント利用", "Points used"),
    "shipping": Text("送料", "Shipping"),
    "total": Text("合計", "Total"),
    "shipped_on": Text("発送日", "Ship date"),
    "delivered_on": Text("到着日", "Delivery date"),
    "media_code": Text("広告コード", "Ad code"),
}


@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """Show the upload form and what was imported so far."""
    context = {
        "tab": "imports",
        "runs": intake.list_import_runs(),
        "connectors": intake.list_connectors(),
    }
    return render(request, "okaeri/imports/list.html", context)


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file: one that is recognised is imported at once, another asks for its columns."""
    given = request.FILES.get("file")
    if given is None:
        raise InputError(_NO_FILE)
    key = uploads.keep(given)
    path = uploads.path_of(key)
    try:
        layout = intake.detect_file(path)
    except InputError:
        path.unlink(missing_ok=True)
        raise
    filename = (given.name or "orders.csv")[:255]
    if layout.connector or layout.saved_mapping:
        columns = _saved(layout)
        job = intake.submit_import(
            uploads.hand_over(key),
            filename=filename,
            connector=layout.connector,
            mapping=columns,
        )
        return redirect("job", job)
    return _ask_columns(request, key, filename, layout, {}, None)


def _saved(layout: FileLayout) -> Mapping[str, str] | None:
    if layout.connector:
        return None
    return next((m.columns for m in intake.list_mappings() if m.name == layout.saved_mapping), None)


@require_POST
def map_columns(request: HttpRequest) -> HttpResponse:
    """Keep the mapping under its name and import the file with it."""
    key, filename = request.POST.get("key", ""), request.POST.get("filename", "")[:255]
    path = uploads.path_of(key)
    layout = intake.detect_file(path)
    chosen = {
        name: request.POST.get(f"column-{name}", "")
        for name in FIELDS
        if request.POST.get(f"column-{name}", "") in layout.header
        and request.POST.get(f"column-{name}")
    }
    try:
        intake.save_mapping(request.POST.get("name", "").strip() or filename, layout.header, chosen)
    except InputError as error:
        return _ask_columns(request, key, filename, layout, chosen, error.message)
    job = intake.submit_import(uploads.hand_over(key), filename=filename, mapping=chosen)
    return redirect("job", job)


def _ask_columns(
    request: HttpRequest,
    key: str,
    filename: str,
    layout: FileLayout,
    chosen: Mapping[str, str],
    problem: Text | None,
) -> HttpResponse:
    context = {
        "tab": "imports",
        "key": key,
        "filename": filename,
        "layout": layout,
        "rows": layout.sample[:_PREVIEW_ROWS],
        "fields": [(name, label, chosen.get(name, "")) for name, label in FIELDS.items()],
        "problem": problem,
    }
    status = 400 if problem else 200
    return render(request, "okaeri/imports/columns.html", context, status=status)


@require_GET
def import_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show what became of one file, with the rows that could not be used."""
    run = intake.get_import_run(run_id)
    rejected = [row for row, _ in zip(intake.iter_rejected_rows(run_id), range(50), strict=False)]
    context = {"tab": "imports", "run": run, "rejected": rejected}
    return render(request, "okaeri/imports/run.html", context)


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
