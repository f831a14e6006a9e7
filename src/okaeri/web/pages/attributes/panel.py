"""One person's answers on the 360 page: what holds, whose word it is, until when; and staff's own.

`context_of` feeds `okaeri/attributes/header.html` and `panel.html`, which the page includes.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from okaeri.customers import api as customers
from okaeri.customers.attribute_types import AttributeKind, AttributeValueView, Origin
from okaeri.foundation import clock
from okaeri.foundation.settings import shop_day
from okaeri.foundation.text import Text
from okaeri.web import sight
from okaeri.web.access import needs
from okaeri.web.reader import tell

SOURCE_NAMES = {
    "staff": Text("スタッフが記入", "Noted by staff"),
    "form": Text("フォームで回答", "Answered on a form"),
    "survey": Text("アンケートで回答", "Answered in a survey"),
    "call": Text("電話で確認", "Said on the telephone"),
    "cancellation": Text("定期の解約のとき", "When a subscription ended"),
    "import": Text("ファイルから取り込み", "From a file"),
    "inferred": Text("購入のようすから推定", "Guessed from purchases"),
}
ORIGIN_NAMES = {
    Origin.FIRST: Text("自社", "First party"),
    Origin.SECOND: Text("提携先(セカンドパーティー)", "Second party"),
    Origin.THIRD: Text("購入データ(サードパーティー)", "Third party"),
}
_NOTED = Text("「{name}」を記録しました。", '"{name}" was recorded.')
_VEILED = Text("●●", "●●")


def context_of(request: HttpRequest, customer_id: int) -> dict[str, Any]:
    """Give what the two templates need: one row for each active question of the schema."""
    schema = [one for one in customers.list_attributes() if one.is_active]
    if not schema:
        return {"attribute_rows": [], "attribute_chips": []}
    held = {
        one.key: one
        for one in customers.attributes_of([customer_id], shop_day(clock.now())).get(
            customer_id, []
        )
    }
    sees = sight.sees_personal(request, customer_id)
    rows = []
    for one in schema:
        value = held.get(one.key)
        rows.append(
            {
                "attribute": one,
                "held": value,
                "shown": None if value is None else _shown(value, sees=sees),
                "source": None
                if value is None
                else SOURCE_NAMES.get(value.source, Text(value.source, value.source)),
                "origin": None if value is None else ORIGIN_NAMES[value.origin],
                "chosen": _chosen(value, sees=sees),
            }
        )
    chips = [row for row in rows if row["held"] is not None and row["attribute"].is_in_header]
    return {"attribute_rows": rows, "attribute_chips": chips}


def _shown(value: AttributeValueView, *, sees: bool) -> Text:
    """Free text may name people, so it is for those who may see names."""
    return value.shown if sees or value.kind is not AttributeKind.TEXT else _VEILED


def _chosen(value: AttributeValueView | None, *, sees: bool) -> Any:  # noqa: ANN401 - form data
    if value is None or (value.kind is AttributeKind.TEXT and not sees):
        return ""
    if isinstance(value.value, float):
        return f"{value.value:.10g}"
    return value.value


@needs("customers.change")
@require_POST
def record(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Keep what staff says of a person; nothing chosen takes staff's word back."""
    profile = customers.get_customer(customer_id)
    key = request.POST.get("key", "")
    values = [value for value in request.POST.getlist("value") if value]
    kind = next((one.kind for one in customers.list_attributes() if one.key == key), None)
    value: object = values if kind is AttributeKind.TAGS else "".join(values[:1])
    customers.record_attribute(profile.id, key, value, source="staff", at=clock.now())
    name = next(one.name for one in customers.list_attributes() if one.key == key)
    tell(request, Text(_NOTED.ja.format(name=name.ja), _NOTED.en.format(name=name.en)))
    return redirect("customer", profile.id)
