"""What the shop says it uses personal data for: the words in force and every version before."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from okaeri.customers import api as customers
from okaeri.customers.types import RightsRules
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.web import formats
from okaeri.web.access import needs
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.reader import language_of, tell

_MOST = 20_000
_SAVED = Text(
    "利用目的を改めました。これからいただく情報は、この文で集めたものになります。",
    "The words are in force. What people give from now on is given for this.",
)
_SAME = Text("文は変わっていません。", "The words are as they were.")
_TOO_LONG = Text("20,000字以内で入力してください。", "Give at most 20,000 letters.")
_COLUMNS = (
    Text("番号", "number"),
    Text("いつから", "since"),
    Text("だれが", "by"),
    Text("符号(SHA-256)", "sha256"),
    Text("文", "text"),
)
DEFINITIONS = (
    (
        Text("符号", "Mark"),
        Text(
            "文から計算したSHA-256です。フォームの申し込みと同意の証拠に同じ符号が残るので、その方がどの文のもとで情報をくださったか分かります。",
            "The SHA-256 of the words. Proofs of entries and of consent hold the same mark, so it is "
            "known under which words somebody gave his data.",
        ),
    ),
    (
        Text("取り込んだ顧客", "Imported people"),
        Text(
            "カートなど、ほかで集めた情報には付きません。集めたときの文はここでは分からないためです。",
            "What was collected elsewhere has none: under which words is not known here.",
        ),
    ),
)


@needs("settings.see", to_post="settings.change")
@require_http_methods(["GET", "POST"])
def purpose(request: HttpRequest) -> HttpResponseBase:
    """Show and change the purpose of use; ?csv= for the versions."""
    language = language_of(request)
    if request.method == "POST":
        text = request.POST.get("text", "").replace("\0", "")
        if len(text) > _MOST:
            raise InputError(_TOO_LONG)
        is_new = customers.save_purpose(text, request.user.get_username(), clock.now())
        tell(request, _SAVED if is_new else _SAME)
        return redirect("purpose")
    versions = customers.list_purposes()
    if encoding := asked_encoding(request):
        zone = load(ShopProfile).zone
        rows = [
            (one.number, formats.moment(one.since, zone, language), one.by, one.sha256, one.text)
            for one in versions
        ]
        columns = [column.render(language) for column in _COLUMNS]
        return csv_response("purposes", columns, rows, encoding=encoding)
    context = {
        "tab": "privacy",
        "versions": versions,
        "processors": load(RightsRules).processor_list(),
        "definitions": DEFINITIONS,
    }
    return render(request, "okaeri/privacy/purpose.html", context)
