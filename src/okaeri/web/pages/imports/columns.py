"""Which column is which: asked where no connector knows a file, or where somebody knows better."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.types import ConnectorInfo, FileLayout, RecordKind
from okaeri.web.access import needs
from okaeri.web.pages.imports import uploads

_PREVIEW_ROWS = 20
# The name in a mapping that says which records a file holds; without it they are orders.
RECORDS = "@records"
_NEEDED = Text("{name}(必須)", "{name} (needed)")

# What a person may point a column at, in the order of the form; the first five are needed.
FIELDS: dict[str, Text] = {
    "order_no": Text("注文番号(必須)", "Order number (needed)"),
    "ordered_at": Text("注文日時(必須)", "Order date (needed)"),
    "sku": Text("商品コード(必須)", "Product code (needed)"),
    "quantity": Text("数量(必須)", "Quantity (needed)"),
    "unit_price": Text("単価(単価か金額が必須)", "Unit price (this or amount)"),
    "amount": Text("明細金額", "Line amount"),
    "ordered_time": Text("注文時間(日付と別の列のとき)", "Time of order (if apart)"),
    "product_name": Text("商品名", "Product name"),
    "member_no": Text("会員番号", "Member number"),
    "email": Text("メールアドレス", "E-mail"),
    "phone": Text("電話番号", "Phone"),
    "name": Text("氏名", "Full name"),
    "kana": Text("氏名カナ", "Full name, kana"),
    "family_name": Text("姓", "Family name"),
    "given_name": Text("名", "Given name"),
    "family_kana": Text("セイ", "Family name, kana"),
    "given_kana": Text("メイ", "Given name, kana"),
    "postal_code": Text("郵便番号", "Postal code"),
    "prefecture": Text("都道府県", "Prefecture"),
    "address": Text("住所", "Address"),
    "address2": Text("住所2", "Address, second part"),
    "address3": Text("住所3", "Address, third part"),
    "birth_on": Text("生年月日", "Birthday"),
    "email_opt_in": Text("メール配信の同意", "E-mail consent"),
    "registered_at": Text("会員登録日", "Member since"),
    "status": Text("注文の状態", "Order status"),
    "cancelled_at": Text("取消しの日または印", "Cancellation (day or mark)"),
    "discount": Text("値引き", "Discount"),
    "line_discount": Text("明細の値引き", "Discount of the line"),
    "points": Text("ポイント利用", "Points used"),
    "shipping": Text("送料", "Shipping"),
    "line_shipping": Text("明細の送料", "Shipping of the line"),
    "fees": Text("手数料", "Fees"),
    "refunded": Text("返金額", "Refunded"),
    "tax_rate": Text("税率", "Tax rate"),
    "taxes": Text("消費税", "Taxes"),
    "subtotal": Text("小計", "Subtotal"),
    "total": Text("合計", "Total"),
    "subscription_no": Text("定期番号", "Subscription number"),
    "delivery_no": Text("定期回数", "Delivery count"),
    "shipped_on": Text("発送日", "Ship date"),
    "delivered_on": Text("到着日", "Delivery date"),
    "updated_at": Text("更新日時", "Last changed"),
    "media_code": Text("広告コード", "Ad code"),
    "line_kind": Text("明細区分", "Kind of row"),
    "currency": Text("通貨", "Currency"),
}
# Of a mall these only tell whether two orders are one person's; none of them is stored.
TOLD_APART_BY = (
    "email", "phone", "address", "address2", "address3", "email_opt_in",
)  # fmt: skip
# Read by a connector only: a mapping has no table of what the words mean.
_NOT_ASKED = ("subtotal", "line_kind")


def find_connector(key: str) -> ConnectorInfo | None:
    """Give what a connector says of itself."""
    return next((info for info in intake.list_connectors() if info.key == key), None)


def find_records(key: str) -> RecordKind | None:
    """Give a kind of records by its key, None for orders."""
    return next((kind for kind in intake.list_record_kinds() if kind.key == key), None)


def records_in(layout: FileLayout, columns: Mapping[str, str]) -> RecordKind | None:
    """Give what a file holds instead of orders, by its columns' mapping or its connector."""
    return find_records(columns.get(RECORDS, "") or intake.record_kind_of(layout.connector))


def is_for_analysis(layout: FileLayout, columns: Mapping[str, str]) -> bool:
    """Tell whether the people in a file may only be counted: a mall's layout, or marked as one."""
    known = find_connector(layout.connector)
    if known is not None and known.is_mixed and layout.saved_mapping:
        # Staff have said of this layout whether a mall is in it.
        return columns.get("@use") == "analysis"
    return columns.get("@use") == "analysis" or (known is not None and known.is_analysis_only)


def _is_mall_layout(layout: FileLayout) -> bool:
    """Tell whether the layout is a mall's own, so that nobody may say otherwise."""
    known = find_connector(layout.connector)
    return known is not None and known.is_analysis_only and not known.is_mixed


@needs("imports.change")
@require_POST
def map_columns(request: HttpRequest) -> HttpResponse:
    """Keep the mapping under its name and import the file with it."""
    key, filename = request.POST.get("key", ""), request.POST.get("filename", "")[:255]
    layout = intake.detect_file(uploads.path_of(key))
    chosen = _chosen(request, layout)
    if request.POST.get("do") == "switch":
        return ask_columns(request, key, filename, layout, chosen, None)
    try:
        intake.save_mapping(request.POST.get("name", "").strip() or filename, layout.header, chosen)
    except InputError as error:
        return ask_columns(request, key, filename, layout, chosen, error.message)
    job = intake.submit_import(uploads.hand_over(key), filename=filename, mapping=chosen)
    return redirect("job", job)


def _chosen(request: HttpRequest, layout: FileLayout) -> dict[str, str]:
    kind = find_records(request.POST.get("records", ""))
    chosen = {
        name: column
        for name in (kind.fields if kind else FIELDS)
        if (column := request.POST.get(f"column-{name}", "")) and column in layout.header
    }
    if kind:
        return chosen | {RECORDS: kind.key}
    if request.POST.get("is_tax_excluded"):
        chosen["@tax"] = "excluded"
    if request.POST.get("is_mall") or _is_mall_layout(layout):
        chosen["@use"] = "analysis"
    return chosen


def _asked(kind: RecordKind | None) -> Mapping[str, Text]:
    """Give the fields a person is asked for."""
    if kind is None:
        return {name: label for name, label in FIELDS.items() if name not in _NOT_ASKED}
    return {
        name: Text(
            _NEEDED.ja.format(name=label.ja) if name in kind.required else label.ja,
            _NEEDED.en.format(name=label.en) if name in kind.required else label.en,
        )
        for name, label in kind.fields.items()
    }


def ask_columns(
    request: HttpRequest,
    key: str,
    filename: str,
    layout: FileLayout,
    chosen: Mapping[str, str],
    problem: Text | None,
) -> HttpResponse:
    """Show the form with what is known already, and the first rows beside it."""
    kind = find_records(chosen.get(RECORDS, ""))
    context = {
        "tab": "imports",
        "records": kind.key if kind else "",
        "kinds": intake.list_record_kinds(),
        "key": key,
        "filename": filename,
        "layout": layout,
        "rows": layout.sample[:_PREVIEW_ROWS],
        "fields": [(name, label, chosen.get(name, "")) for name, label in _asked(kind).items()],
        "is_mall_layout": _is_mall_layout(layout),
        "is_mall": is_for_analysis(layout, chosen),
        "is_tax_excluded": chosen.get("@tax") == "excluded",
        "problem": problem,
    }
    status = 400 if problem else 200
    return render(request, "okaeri/imports/columns.html", context, status=status)
