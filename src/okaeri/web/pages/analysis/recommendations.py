"""How often recommendations hit, by method, on purchases they were not shown."""

from datetime import date

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.web.access import needs
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.reader import language_of

METHODS = {
    "popular": Text("よく選ばれている商品", "Popular products"),
    "next": Text("前の購入に続く商品", "What follows a purchase"),
    "similar": Text("同じ人が買う商品", "What the same people buy"),
    "together": Text("同じ日に買う商品", "What is bought on one day"),
    "als": Text("行列分解(implicit ALS)", "Matrix factorisation (implicit ALS)"),
}
_COLUMNS = ("method", "hits", "people", "rate", "low", "high")


@needs("figures.see")
@require_GET
def recommendations(request: HttpRequest) -> HttpResponseBase:
    """Show each method's hits beside those of popular products, and what most people would see."""
    report = insight.find_report("recommendations")
    rows = report.payload["methods"] if report else []
    encoding = asked_encoding(request)
    if rows and encoding:
        cells = (tuple(row[column] for column in _COLUMNS) for row in rows)
        return csv_response("recommendations", _COLUMNS, cells, encoding=encoding)
    return show(
        request,
        "recommendations",
        report=report if report and report.payload["people"] else None,
        learned_on=date.fromisoformat(report.payload["learned_on"]) if report else None,
        rows=[(METHODS[row["method"]], row) for row in rows],
        winner_name=METHODS[report.payload["winner"]].render(language_of(request))
        if report
        else "",
        popular=insight.recommend_popular(n=5) if report else (),
        definitions=definitions_for("recommend_hits", "recommend_winner", "recommend_refill"),
    )
