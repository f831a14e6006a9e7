"""Charts as files."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.web.access import needs
from okaeri.web.charts.catalogue import get_chart
from okaeri.web.pages.analysis.portfolio_chosen import find_chosen_chart
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.reader import language_of

_NO_FORMAT = Text("その形式では保存できません。", "The chart cannot be saved in that form.")


@needs("figures.see")
@require_GET
def chart_file(request: HttpRequest, address: str, form: str) -> HttpResponseBase:
    """Give a chart as PNG, SVG or CSV."""
    chosen = find_chosen_chart(request, language_of(request)) if address == "portfolio" else None
    chart = chosen or get_chart(address, language_of(request))
    if form == "csv":
        return csv_response(
            address, chart.columns, chart.rows, encoding=asked_encoding(request) or "utf-8"
        )
    if form == "svg":
        response = HttpResponse(chart.svg(), content_type="image/svg+xml; charset=utf-8")
    elif form == "png":
        response = HttpResponse(chart.png(), content_type="image/png")
    else:
        raise NotFoundError(_NO_FORMAT)
    response["Content-Disposition"] = f'attachment; filename="{address}.{form}"'
    return response
