"""What acquisition sources cost by month: written here, brought in or taken out as a table."""

from collections.abc import Iterator, Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from okaeri.foundation.money import plain_minor
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.foundation.work.jobs import submit_job
from okaeri.insight import api as insight
from okaeri.insight.job_types import REFRESH
from okaeri.insight.media_types import MediaCostView
from okaeri.web.access import needs
from okaeri.web.pages.analysis.frame import frame
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.reader import tell

_LARGEST_FILE = 2_000_000
_SAVED = Text(
    "{n}件の費用を保存しました。集計し直しています。",
    "Kept {n} costs. The analysis is being redone.",
)
_REMOVED = Text("費用を消しました。", "The cost was removed.")
_TOO_LARGE = Text("ファイルが大きすぎます。2MB までです。", "The file is too large; up to 2 MB.")
_NOT_TEXT = Text(
    "ファイルを文字として読めません。CSV(UTF-8 か Shift_JIS)を選んでください。",
    "The file is no text; choose a CSV in UTF-8 or Shift_JIS.",
)


@needs("figures.see", to_post="settings.change")
@require_http_methods(["GET", "POST"])
def costs(request: HttpRequest) -> HttpResponseBase:
    """Show every cost; keep what is written, all of it or nothing."""
    known = insight.list_media_costs()
    encoding = asked_encoding(request)
    if encoding:
        rows = _as_typed(known)
        return csv_response("media-costs", ("month", "media", "cost"), rows, encoding=encoding)
    text, problems = "", list[Text]()
    if request.method == "POST":
        if request.POST.get("do") == "remove":
            return _remove(request)
        text, problems = _given(request)
        if not problems:
            found, problems = insight.read_media_costs(text)
            if not problems:
                many = insight.save_media_costs(found)
                submit_job(REFRESH, {})
                tell(request, _SAVED.format(n=many))
                return redirect("media_costs")
    context = {**frame("media"), "costs": known, "text": text, "problems": problems[:20]}
    status = 400 if problems else 200
    return render(request, "okaeri/analysis/media_costs.html", context, status=status)


def _as_typed(known: Sequence[MediaCostView]) -> Iterator[tuple[str, ...]]:
    """Give the rows of a file that may be brought in again."""
    currency = load(ShopProfile).currency
    for one in known:
        yield f"{one.month:%Y-%m}", one.media_code, plain_minor(one.cost_minor, currency)


def _given(request: HttpRequest) -> tuple[str, list[Text]]:
    """Give the table of a file, else what was typed, and what is wrong with the file."""
    file = request.FILES.get("file")
    if file is None:
        one = [request.POST.get(name, "").strip() for name in ("month", "media", "cost")]
        return (_as_line(one), []) if any(one) else (request.POST.get("table", ""), [])
    if file.size is None or file.size > _LARGEST_FILE:
        return "", [_TOO_LARGE]
    raw = file.read()
    for codec in ("utf-8-sig", "cp932"):
        try:
            return raw.decode(codec), []
        except UnicodeDecodeError:
            continue
    return "", [_NOT_TEXT]


def _as_line(cells: list[str]) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)


def _remove(request: HttpRequest) -> HttpResponse:
    line = _as_line([request.POST.get("month", ""), request.POST.get("media", ""), "0"])
    asked, _ = insight.read_media_costs(line)
    if asked and insight.remove_media_cost(asked[0].month, asked[0].media_code):
        submit_job(REFRESH, {})
        tell(request, _REMOVED)
    return redirect("media_costs")
